"""Functions of the acting user."""

from __future__ import annotations

from typing import Any

from formwright.expressions.functions.shapes import BOOLEAN, FUNCTION, TRANSFORM, text
from formwright.expressions.registry import Example, Function, Parameter
from formwright.expressions.types import Kind

__all__ = ["FUNCTIONS"]

USER = Parameter("user", frozenset({Kind.RECORD}))
SAMPLE = {"user": {"id": "1", "roles": ["admin"], "teams": ["north"]}}


def _holds(user: Any, key: str, name: str) -> bool:
    held = user.get(key) if type(user) is dict else None
    return type(held) is list and name in held


def _of_context(key: str) -> Any:
    return lambda context, name: _holds(context.get("user"), key, name)


def _of_user(key: str) -> Any:
    return lambda user, name: _holds(user, key, name)


def _pair(name: str, key: str, what: str, doc: str, sample: str) -> tuple[Function, Function]:
    """Return the function, which asks the acting user, and the transform, which asks any."""
    return (
        Function(
            name=name,
            forms=FUNCTION,
            parameters=(text(what),),
            result=BOOLEAN,
            python=_of_context(key),
            reads=("user",),
            doc=doc,
            examples=(Example(f"{name}('{sample}')", SAMPLE, True),),
            group="users",
        ),
        Function(
            name=name,
            forms=TRANSFORM,
            parameters=(USER, text(what)),
            result=BOOLEAN,
            python=_of_user(key),
            doc=doc,
            examples=(Example(f"user|{name}('other')", SAMPLE, False),),
            group="users",
        ),
    )


FUNCTIONS = (
    *_pair("has_role", "roles", "role", "Whether the acting user has the role.", "admin"),
    *_pair("in_team", "teams", "team", "Whether the acting user is in the team.", "north"),
)
