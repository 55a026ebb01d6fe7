"""A form as values: Model + record + actor + mode → what is shown, typed, required, wrong. No HTML."""

from formwright.forms.build import build_form
from formwright.forms.choose import choose_form
from formwright.forms.data import FormData, RowData, RowSet
from formwright.forms.rules import expressions_of_form, fixed
from formwright.forms.states import FieldState, FormState, Mode, Option, RowState, SectionState, TabState

__all__ = [
    "FieldState",
    "FormData",
    "FormState",
    "Mode",
    "Option",
    "RowData",
    "RowSet",
    "RowState",
    "SectionState",
    "TabState",
    "build_form",
    "choose_form",
    "expressions_of_form",
    "fixed",
]
