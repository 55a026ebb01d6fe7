"""Handlers, one module per page."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from formwright.web.pages.files import show_file
from formwright.web.pages.form import (
    change_form,
    change_save,
    new_form,
    new_save,
    offers,
    refresh_change,
    refresh_new,
)
from formwright.web.pages.home import health, home
from formwright.web.pages.listing import show_list
from formwright.web.pages.moving import MOVING
from formwright.web.pages.preferences import set_preferences
from formwright.web.pages.record import add_to_comments, show_record
from formwright.web.pages.removing import REMOVING
from formwright.web.pages.sign_in import end_session, show_sign_in, start_session
from formwright.web.pages.tokens import TOKENS

__all__ = ["ROUTES"]

ROUTES: tuple[ControllerRouterHandler, ...] = (
    health,
    home,
    set_preferences,
    show_sign_in,
    start_session,
    end_session,
    *TOKENS,
    show_list,
    show_record,
    add_to_comments,
    *MOVING,
    *REMOVING,
    new_form,
    new_save,
    refresh_new,
    change_form,
    change_save,
    refresh_change,
    offers,
    show_file,
)
