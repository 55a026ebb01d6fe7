"""Icons from the vendored set, as inline SVG: no font, no request, coloured by the text around."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

__all__ = ["icon", "icon_names"]

FOLDER = Path(__file__).parent / "static/vendor/tabler-icons/3.51.0/icons"
FALLBACK = "circle-dot"


@cache
def icon_names() -> frozenset[str]:
    """Return the names of the icons that are shipped."""
    return frozenset(path.stem for path in FOLDER.glob("*.svg"))


@cache
def icon(name: str, classes: str = "") -> Markup:
    """Return the icon as decoration: hidden from screen readers, since a text stands beside it."""
    source = (FOLDER / f"{name if name in icon_names() else FALLBACK}.svg").read_text(encoding="utf-8")
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", source, flags=re.DOTALL)
    kind = "icon icon-filled" if name.endswith("-filled") else "icon"
    css = f"{kind} {Markup.escape(classes)}".strip()
    fill = "currentColor" if name.endswith("-filled") else "none"
    # The files are ours and constant; only the class comes from a template.
    return Markup(  # noqa: S704 - see above
        f'<svg class="{css}" width="24" height="24" viewBox="0 0 24 24" fill="{fill}" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true" focusable="false">'
        f"{inner.strip()}</svg>"
    )
