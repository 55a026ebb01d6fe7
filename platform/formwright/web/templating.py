"""Jinja, strict and escaping, with blocks as fragments of their pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from formwright.web.field_memory import FieldMemory
from formwright.web.icons import icon

__all__ = ["Pages", "static"]

STATIC = Path(__file__).parent / "static"


@cache
def static(path: str) -> str:
    """Return the address of a static file with a fingerprint of its content: it may be cached for ever."""
    fingerprint = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?{fingerprint}"


class Pages:
    """Renders ``pages/<name>.html`` whole, or one named block of it."""

    def __init__(self, *folders: Path) -> None:
        """Look for templates in *folders*, the first that has one wins."""
        self.environment = Environment(
            loader=FileSystemLoader([str(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["icon"] = icon
        self.environment.globals["static"] = static
        self.environment.globals["widget_of"] = self._widget
        self.environment.globals["remembered"] = FieldMemory()
        self._widgets: dict[str, Any] = {}

    def _widget(self, template: str) -> Any:
        """Return the macros of a widget: forms ask for them once a field, so they are kept."""
        if template not in self._widgets:
            self._widgets[template] = self.environment.get_template(template).module
        return self._widgets[template]

    def render(self, template: str, values: Mapping[str, Any], block: str = "") -> str:
        """Return the page, or only *block*; a block sees nothing but *values*.

        Raises jinja2.TemplateNotFound, and UndefinedError where a value is missing.
        """
        page = self.environment.get_template(template)
        if not block:
            return page.render(values)
        context = page.new_context(dict(values))
        return "".join(page.blocks[block](context))

    def has(self, template: str) -> bool:
        """Whether there is such a template."""
        return bool(self.environment.loader) and template in self.environment.list_templates()
