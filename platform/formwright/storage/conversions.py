"""How values of one column type become values of another, and for which values that loses nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Conversion", "conversion", "is_instant"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """*value*: SQL of the converted value. *possible*: SQL, true where nothing is lost; empty: always."""

    value: str
    possible: str = ""

    @property
    def guarded(self) -> str:
        """SQL of the converted value, null where it is not possible: never an error."""
        return f"case when {self.possible} then {self.value} end" if self.possible else self.value


_SIZED = re.compile(r"^(?P<name>numeric|character varying)(\((?P<first>\d+)(,(?P<second>\d+))?\))?$")
_INTEGERS = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_WORDS = {
    "uuid": r"^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$",
    "time without time zone": r"^\s*([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?\s*$",
    "boolean": r"^\s*(true|false)\s*$",
    "interval": r"^\s*p(?=-?[0-9]|t-?[0-9])(-?[0-9]{1,6}y)?(-?[0-9]{1,6}m)?(-?[0-9]{1,6}d)?"
    r"(t(?=-?[0-9])(-?[0-9]{1,6}h)?(-?[0-9]{1,6}m)?(-?[0-9]{1,6}(\.[0-9]{1,6})?s)?)?\s*$",
}
_NUMBER = r"^\s*[-+]?[0-9]{1,38}(\.[0-9]{1,20})?\s*$"
_DATE = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"
_CLOCK = (
    r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[-+](0[0-9]|1[0-4])(:?[0-5][0-9])?)\s*$"
)
_LISTED = ("text", "uuid")


def is_instant(old: str, new: str) -> bool:
    """Whether ALTER COLUMN TYPE changes only the catalog: wider numerics and texts of the same form."""
    before, after = _SIZED.match(old), _SIZED.match(new)
    if before and before["name"] == "character varying" and new == "text":
        return True
    if not before or not after or before["name"] != after["name"]:
        return False
    if after["first"] is None:
        return True
    same_scale = (before["second"] or "0") == (after["second"] or "0")
    return before["first"] is not None and same_scale and int(before["first"]) <= int(after["first"])


def conversion(old: str, new: str, sql: str) -> Conversion | None:
    """Return how *sql* of type *old* becomes type *new*, or None when there is no sensible way."""
    if old == new:
        return Conversion(sql)
    if _is_text(new):
        return _to_text(old, new, sql)
    if _is_text(old):
        return _from_text(new, sql)
    if old == "jsonb":
        return _from_json(new, sql)
    if new == "jsonb":
        return Conversion(f"to_jsonb({sql})")
    if _is_number(old) and _is_number(new):
        return _number(new, f"({sql})::numeric")
    if new.removesuffix("[]") in _LISTED or old.removesuffix("[]") in _LISTED:
        return _listed(old, new, sql)
    return _moment(old, new, sql)


def _is_text(name: str) -> bool:
    return name == "text" or name.startswith("character varying")


def _is_number(name: str) -> bool:
    return name in _INTEGERS or name.startswith("numeric") or name in {"real", "double precision"}


def _to_text(old: str, new: str, sql: str) -> Conversion | None:
    sized = _SIZED.match(new)
    limit = int(sized["first"]) if sized and sized["first"] else 0
    if old.endswith("[]"):
        base = Conversion(f"({sql})[1]::text", f"cardinality({sql}) = 1")
    elif old == "jsonb":
        base = Conversion(f"{sql} #>> '{{}}'", f"jsonb_typeof({sql}) in ('string', 'number', 'boolean')")
    elif old == "date":
        base = Conversion(f"to_char({sql}, 'YYYY-MM-DD')", f"extract(year from {sql}) between 1 and 9999")
    elif old == "bytea":
        return None
    else:
        base = Conversion(f"({sql})::text")
    if not limit:
        return base
    fits = f"char_length({base.guarded}) <= {limit}"
    return Conversion(base.value, f"{base.possible} and {fits}" if base.possible else fits)


def _from_text(new: str, sql: str) -> Conversion | None:
    if new == "jsonb":
        return Conversion(f"to_jsonb({sql})")
    if new in {"text[]", "uuid[]"}:
        element = conversion("text", new.removesuffix("[]"), sql)
        return element and Conversion(f"array[{element.value}]", element.possible)
    if new in _WORDS:
        # PostgreSQL reads ISO 8601 durations only in capital letters.
        case = "upper" if new == "interval" else "lower"
        return Conversion(f"{case}(btrim({sql}))::{new}", f"lower({sql}) ~ '{_WORDS[new]}'")
    if new == "date":
        return Conversion(f"btrim({sql})::date", _is_date(sql))
    if new == "timestamp with time zone":
        day = _is_date(f"left(btrim({sql}), 10)")
        possible = f"case when {sql} ~ '{_CLOCK}' then {day} else false end"
        return Conversion(f"btrim({sql})::timestamptz", possible)
    if _is_number(new):
        number = _number(new, f"btrim({sql})::numeric")
        return Conversion(
            number.value, f"case when {sql} ~ '{_NUMBER}' then {number.possible or 'true'} else false end"
        )
    return None


def _is_date(sql: str) -> str:
    """Return a test for texts like 2024-02-29 that raises for none: the day is at most the month's last."""
    year, month, day = (f"split_part(btrim({sql}), '-', {n})::int" for n in (1, 2, 3))
    last = f"extract(day from make_date({year}, {month}, 1) + interval '1 month - 1 day')"
    fits = f"case when {year} > 0 and {month} between 1 and 12 then {day} between 1 and {last} else false end"
    return f"case when {sql} ~ '{_DATE}' then {fits} else false end"


def _from_json(new: str, sql: str) -> Conversion | None:
    text = f"({sql} #>> '{{}}')"
    if new.endswith("[]"):
        is_list = f"jsonb_typeof({sql}) = 'array'"
        items = f"array(select jsonb_array_elements_text(case when {is_list} then {sql} else '[]' end))"
        return Conversion(items, is_list) if new == "text[]" else None
    inner = _from_text(new, text)
    if inner is None:
        return None
    scalar = f"jsonb_typeof({sql}) in ('string', 'number', 'boolean')"
    return Conversion(inner.value, f"case when {scalar} then {inner.possible or 'true'} else false end")


def _number(new: str, sql: str) -> Conversion:
    """Return the conversion of *sql*, which is numeric. Rounding counts as loss."""
    if new in _INTEGERS:
        least, greatest = _INTEGERS[new]
        return Conversion(f"({sql})::{new}", f"{sql} = trunc({sql}) and {sql} between {least} and {greatest}")
    sized = _SIZED.match(new)
    if sized and sized["first"]:
        scale = int(sized["second"] or 0)
        bound = 10 ** (int(sized["first"]) - scale)
        return Conversion(f"({sql})::{new}", f"{sql} = round({sql}, {scale}) and abs({sql}) < {bound}")
    if sized:
        return Conversion(sql)
    return Conversion(f"({sql})::{new}", f"{sql} = ({sql})::{new}::numeric")


def _listed(old: str, new: str, sql: str) -> Conversion | None:
    """Return one value <-> a list of at most one, or a list of ids <-> a list of texts."""
    if new == f"{old}[]":
        return Conversion(f"array[{sql}]")
    if old == f"{new}[]":
        return Conversion(f"({sql})[1]", f"cardinality({sql}) = 1")
    if old == "uuid[]" and new == "text[]":
        return Conversion(f"({sql})::text[]")
    return None


def _moment(old: str, new: str, sql: str) -> Conversion | None:
    local = f"({sql} at time zone 'UTC')"
    if (old, new) == ("date", "timestamp with time zone"):
        return Conversion(f"({sql})::timestamp at time zone 'UTC'")
    if (old, new) == ("timestamp with time zone", "date"):
        return Conversion(f"{local}::date", f"{local} = date_trunc('day', {local})")
    return None
