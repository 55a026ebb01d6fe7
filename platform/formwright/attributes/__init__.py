"""Attribute types: what a value of each kind of attribute is, and how it is read, checked and shown."""

from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.catalogue import Catalogue, builtin
from formwright.attributes.formats import Format, Formats, builtin_formats

__all__ = [
    "AttributeType",
    "Catalogue",
    "Format",
    "Formats",
    "Invalid",
    "Options",
    "Search",
    "builtin",
    "builtin_formats",
]
