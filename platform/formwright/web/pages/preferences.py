"""Language and theme of the pages, kept in cookies of the browser."""

from __future__ import annotations

from typing import Any

from litestar import Request, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from formwright.web.security import own_path
from formwright.web.sessions import check_form
from formwright.web.visit import THEMES, Visit, visit_of

__all__ = ["set_preferences"]

YEAR = 365 * 24 * 3600


@post("/preferences", status_code=303)
async def set_preferences(request: Request[Any, Any, Any]) -> Redirect:
    """Remember the chosen language or theme and go back to the page."""
    visit, form = visit_of(request), await request.form()
    check_form(visit, str(form.get("_token", "")))
    cookies = [
        _cookie(visit, name, str(form[key]))
        for key, name in KEYS.items()
        if str(form.get(key, "")) in _known(visit, key)
    ]
    return Redirect(own_path(str(form.get("next", "/"))), status_code=303, cookies=cookies)


KEYS = {"locale": "fw_locale", "theme": "fw_theme"}


def _known(visit: Visit, key: str) -> tuple[str, ...]:
    return visit.texts.locales if key == "locale" else (*THEMES, "auto")


def _cookie(visit: Visit, name: str, value: str) -> Cookie:
    secure = visit.work.settings.secure
    return Cookie(key=name, value=value, max_age=YEAR, path="/", httponly=True, samesite="lax", secure=secure)
