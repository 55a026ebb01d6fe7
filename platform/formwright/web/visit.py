"""One request as pages see it: who, in what language, asking for a page or a block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.response import Response

from formwright.access import Actor
from formwright.metadata.model import Model
from formwright.web.flash import take_flash
from formwright.web.navigation import navigation
from formwright.web.security import token_for
from formwright.web.settings import Work
from formwright.web.templating import Pages
from formwright.web.texts import Texts

__all__ = ["Visit", "visit_of"]

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with its Model: the same Model serves the request to its end."""

    request: Request[Any, Any, Any]
    work: Work
    model: Model
    actor: Actor | None
    session: str
    pages: Pages
    texts: Texts

    @property
    def who(self) -> Actor:
        """The signed-in actor. Routes behind the sign-in guard always have one."""
        if self.actor is None:
            msg = "this route must be guarded by the sign-in check"
            raise RuntimeError(msg)
        return self.actor

    @property
    def person(self) -> Actor:
        """The signed-in actor, spoken to in the language of the page."""
        return replace(self.who, locale=self.locale)

    @property
    def locale(self) -> str:
        """The locale of the page: the cookie's choice, else the user's, else the browser's, else English."""
        known = set(self.texts.locales)
        chosen = self.request.cookies.get("fw_locale", "")
        if chosen in known:
            return chosen
        if self.actor and self.actor.locale in known:
            return self.actor.locale
        accepted = self.request.headers.get("accept-language", "")[:200]
        for part in accepted.split(","):
            language = part.split(";")[0].strip().split("-")[0].lower()
            if language in known:
                return language
        return "en"

    @property
    def theme(self) -> str:
        """``light`` or ``dark``; empty: as the system of the user says."""
        theme = self.request.cookies.get("fw_theme", "")
        return theme if theme in THEMES else ""

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of the page (and not for a whole page through a boosted link)."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-request-type", "partial") == "partial"

    @property
    def target(self) -> str:
        """The id of the element that htmx wants to swap; htmx 4 sends ``div#id``."""
        return self.request.headers.get("hx-target", "").partition("#")[2]

    @property
    def translate(self) -> Callable[..., str]:
        """The function that gives a text of the pages in the locale of the visit."""
        return self.texts.translator(self.locale)

    @property
    def form_token(self) -> str:
        """The hidden value that every form of the page carries."""
        return token_for(self.work.settings.secret, self.session)

    def values(self, **more: Any) -> dict[str, Any]:
        """Return what every template may use, with *more* added."""
        admin = self.actor is not None and self.actor.all
        return {
            "_": self.translate,
            "locale": self.locale,
            "locales": self.texts.locales,
            "direction": self.texts.direction(self.locale),
            "theme": self.theme,
            "actor": self.actor,
            "model": self.model,
            "path": self.request.url.path,
            "form_token": self.form_token,
            "navigation": navigation(self.model, self.actor, self.locale) if self.actor else (),
            "broken": self.work.settings.broken() if admin else (),
            "flash": take_flash(self.request, self.work.settings.secret),
            **more,
        }

    def page(self, template: str, *, status: int = 200, block: str = "", **more: Any) -> Response[str]:
        """Return the page *template*, or one block of it, as an answer that no cache keeps."""
        values = self.values(**more)
        body = self.pages.render(f"pages/{template}.html", values, block)
        shown = bool(values["flash"]) and not block
        return Response(
            body,
            status_code=status,
            media_type=MediaType.HTML,
            headers={"Cache-Control": "no-store", "Vary": "HX-Request, Accept-Language, Cookie"},
            cookies=[Cookie(key="fw_flash", value="", max_age=0, path="/")] if shown else [],
        )


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """Return the visit that the sign-in middleware prepared for *request*."""
    visit: Visit = request.scope["state"]["visit"]
    return visit
