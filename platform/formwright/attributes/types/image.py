"""Stored pictures."""

from __future__ import annotations

from typing import ClassVar

from formwright.attributes.types.file import File

__all__ = ["Image"]


class Image(File):
    """The id of a stored picture: PNG, JPEG, WebP or GIF, never SVG, which can run scripts."""

    name = "image"
    label = "Picture"
    widget: ClassVar[str] = "widgets/image.html"
    keys: ClassVar = {
        "accept": {
            "type": "array",
            "items": {"enum": ["image/png", "image/jpeg", "image/webp", "image/gif"]},
            "minItems": 1,
            "description": "Media types (all four).",
        },
        "max_size": File.keys["max_size"],
    }
