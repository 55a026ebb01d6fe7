"""Signatures drawn on a screen."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar

from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.operators import PRESENCE
from formwright.attributes.texts import clean

__all__ = ["Signature"]

PREFIX = "data:image/png;base64,"
LARGEST = 100_000  # bytes of the picture
LONGEST = len(PREFIX) + LARGEST * 4 // 3 + 4
MAGIC = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
SIDE = 4_000  # pixels


class Signature(AttributeType):
    """A drawn signature: a PNG of at most 100 kB and 4,000 pixels a side, as a data URL."""

    name = "signature"
    label = "Signature"
    kind = "text"
    widget: ClassVar[str] = "widgets/signature.html"
    operators: ClassVar[tuple[str, ...]] = PRESENCE
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = True

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of PNG data URLs."""
        return {"type": "string", "pattern": f"^{PREFIX}", "maxLength": LONGEST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the data URL when it holds a PNG of acceptable size."""
        text = clean(raw, LONGEST)
        if text is None:
            return None
        try:
            picture = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise _no_signature() from None
        if not text.startswith(PREFIX) or not picture.startswith(MAGIC) or len(picture) > LARGEST:
            raise _no_signature()
        width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
        if not (0 < width <= SIDE and 0 < height <= SIDE and picture[-8:-4] == b"IEND"):
            raise _no_signature()
        return PREFIX + base64.b64encode(picture).decode("ascii")

    def display(self, value: str, options: Options, locale: str = "en") -> str:
        """Return a mark that something was signed; the widget shows the picture."""
        return "✓"

    def words(self, value: str, options: Options) -> str:
        """Return nothing: a picture has no words."""
        return ""


def _no_signature() -> Invalid:
    return Invalid(
        "not-a-signature", "This must be a drawn signature (PNG, at most 100 kB).", "draw it again"
    )
