"""Functions of dates and datetimes. A datetime is read in its own zone; contexts hold UTC."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, case, cast, func, literal_column

from formwright.expressions.functions.shapes import (
    BOTH,
    DAYS,
    INTEGER,
    MOMENTS,
    TEXT,
    first_type,
    text,
)
from formwright.expressions.registry import Example, Function, Parameter
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS"]

UNITS = ("day", "week", "month", "quarter", "year")
COUNT = Parameter("count", frozenset({Kind.INTEGER}))
DAY = Parameter("date", DAYS)


def add_days(moment: date, count: int) -> date:
    """Return *moment* moved by whole days."""
    return moment + timedelta(days=count)


def add_months(moment: date, count: int) -> date:
    """Return *moment* moved by months; a day that the month lacks becomes its last day."""
    years, month = divmod(moment.month - 1 + count, 12)
    year = moment.year + years
    if not 1 <= year <= 9999:
        raise OverflowError("years run from 1 to 9999")
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _day(moment: date) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def days_between(start: date, end: date) -> int:
    """Return the days from the date of *start* to the date of *end* (in UTC), negative when it is earlier."""
    return (_day(end) - _day(start)).days


def months_between(start: date, end: date) -> int:
    """Return the whole months from *start* to *end*; the age in years is a twelfth of it."""
    start, end = _day(start), _day(end)
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def start_of(moment: Any, unit: str) -> Any:
    """Return the first day, or the first instant for a datetime, of the unit that *moment* lies in."""
    if unit not in UNITS:
        raise ValueError("the unit is one of " + ", ".join(UNITS))
    if isinstance(moment, datetime):
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "week":
            return moment - timedelta(days=moment.weekday())
        case "month":
            return moment.replace(day=1)
        case "quarter":
            return moment.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return moment.replace(month=1, day=1)
        case _:
            return moment


def end_of(moment: Any, unit: str) -> Any:
    """Return the last day, or the last microsecond for a datetime, of the unit that *moment* lies in."""
    start = start_of(moment, unit)
    if unit in ("day", "week"):
        after = start + timedelta(days=7 if unit == "week" else 1)
    else:
        after = add_months(start, {"month": 1, "quarter": 3, "year": 12}[unit])
    return after - (timedelta(microseconds=1) if isinstance(moment, datetime) else timedelta(days=1))


TOKENS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def format_moment(moment: Any, pattern: str) -> str:
    """Return *moment* written by *pattern*: yyyy MM dd HH mm ss; all other signs stay."""
    parts, rest = [], pattern[:200]
    while rest:
        token = next((token for token in TOKENS if rest.startswith(token)), rest[0])
        parts.append(_part(moment, token))
        rest = rest[len(token) :]
    return "".join(parts)


def _part(moment: Any, token: str) -> str:
    if token not in TOKENS:
        return token
    if token.startswith("y"):
        return f"{moment.year:04}"
    return str(moment.strftime(TOKENS[token]))


Columns = Sequence[ColumnElement[Any]]
FURTHEST = {"days": 1_460_000, "months": 48_000, "years": 4_000}


def _moved(unit: str) -> Any:
    """Return the twin of add_days, add_months, add_years; an interval of months clamps as ours does."""

    def twin(columns: Columns, types: Sequence[Type]) -> ColumnElement[Any]:
        # Further than this is an error in PostgreSQL, which would be one for every other row, too.
        near = case((columns[1].between(-FURTHEST[unit], FURTHEST[unit]), cast(columns[1], Integer)))
        interval = func.make_interval(*_interval(unit, near))
        if types[0].kind is Kind.DATETIME:
            # In UTC, where every day has 24 hours, whatever the zone of the session.
            return func.timezone("UTC", func.timezone("UTC", columns[0]) + interval)
        return cast(columns[0] + interval, Date)

    return twin


def _interval(unit: str, count: Any) -> tuple[Any, ...]:
    zero: ColumnElement[Any] = literal_column("0")
    return {"years": (count,), "months": (zero, count), "days": (zero, zero, zero, count)}[unit]


def _utc_day(column: ColumnElement[Any], kind: Type) -> ColumnElement[Any]:
    return cast(func.timezone("UTC", column), Date) if kind.kind is Kind.DATETIME else column


def _days_sql(columns: Columns, types: Sequence[Type]) -> ColumnElement[Any]:
    return _utc_day(columns[1], types[1]) - _utc_day(columns[0], types[0])


def _months_sql(columns: Columns, types: Sequence[Type]) -> ColumnElement[Any]:
    start, end = _utc_day(columns[0], types[0]), _utc_day(columns[1], types[1])
    whole = _month_number(end) - _month_number(start)
    day_start, day_end = func.extract("day", start), func.extract("day", end)
    return cast(
        case(
            (end < start, whole + case((day_start < day_end, 1), else_=0)),
            else_=whole - case((day_end < day_start, 1), else_=0),
        ),
        Integer,
    )


def _month_number(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.extract("year", column) * 12 + func.extract("month", column)


FUNCTIONS = (
    Function(
        name="add_days",
        forms=BOTH,
        parameters=(DAY, COUNT),
        result=first_type,
        python=add_days,
        sql=_moved("days"),
        doc="The date or datetime moved by days; a negative count goes back.",
        examples=(Example("day|add_days(1)", {"day": date(2026, 2, 28)}, date(2026, 3, 1)),),
        group="dates",
    ),
    Function(
        name="add_months",
        forms=BOTH,
        parameters=(DAY, COUNT),
        result=first_type,
        python=add_months,
        sql=_moved("months"),
        doc="The date or datetime moved by months, at most to the last day of the month.",
        examples=(Example("day|add_months(1)", {"day": date(2026, 1, 31)}, date(2026, 2, 28)),),
        group="dates",
    ),
    Function(
        name="add_years",
        forms=BOTH,
        parameters=(DAY, COUNT),
        result=first_type,
        python=lambda moment, count: add_months(moment, 12 * count),
        sql=_moved("years"),
        doc="The date or datetime moved by years; 29 February becomes 28 where the year lacks it.",
        examples=(Example("day|add_years(-18)", {"day": date(2024, 2, 29)}, date(2006, 2, 28)),),
        group="dates",
    ),
    Function(
        name="days_between",
        forms=BOTH,
        parameters=(Parameter("start", DAYS), Parameter("end", DAYS)),
        result=INTEGER,
        python=days_between,
        sql=_days_sql,
        doc="The days from start to end; negative when the end is earlier.",
        examples=(Example("days_between(a, b)", {"a": date(2026, 1, 1), "b": date(2026, 1, 31)}, 30),),
        group="dates",
    ),
    Function(
        name="months_between",
        forms=BOTH,
        parameters=(Parameter("start", DAYS), Parameter("end", DAYS)),
        result=INTEGER,
        python=months_between,
        sql=_months_sql,
        doc="The whole months from start to end.",
        examples=(Example("months_between(a, b) // 12", {"a": date(2000, 5, 2), "b": date(2026, 5, 1)}, 25),),
        group="dates",
    ),
    Function(
        name="weekday",
        forms=BOTH,
        parameters=(DAY,),
        result=INTEGER,
        python=lambda moment: moment.isoweekday(),
        sql=lambda columns, types: cast(func.extract("isodow", _utc_day(columns[0], types[0])), Integer),
        doc="The day of the week: 1 is Monday, 7 is Sunday.",
        examples=(Example("weekday(day)", {"day": date(2026, 1, 4)}, 7),),
        group="dates",
    ),
    Function(
        name="start_of",
        forms=BOTH,
        parameters=(DAY, Parameter("unit", frozenset({Kind.TEXT}), only=UNITS)),
        result=first_type,
        python=start_of,
        doc="The first day (of a datetime: instant) of its day, week, month, quarter or year.",
        examples=(Example("day|start_of('quarter')", {"day": date(2026, 5, 9)}, date(2026, 4, 1)),),
        group="dates",
    ),
    Function(
        name="end_of",
        forms=BOTH,
        parameters=(DAY, Parameter("unit", frozenset({Kind.TEXT}), only=UNITS)),
        result=first_type,
        python=end_of,
        doc="The last day (of a datetime: microsecond) of its day, week, month, quarter or year.",
        examples=(Example("day|end_of('month')", {"day": date(2024, 2, 9)}, date(2024, 2, 29)),),
        group="dates",
    ),
    Function(
        name="format",
        forms=BOTH,
        parameters=(Parameter("moment", MOMENTS), text("pattern")),
        result=TEXT,
        python=format_moment,
        doc="The date or time as text by a pattern of yyyy MM dd HH mm ss.",
        examples=(Example("day|format('dd.MM.yyyy')", {"day": date(2026, 1, 4)}, "04.01.2026"),),
        group="dates",
    ),
)
