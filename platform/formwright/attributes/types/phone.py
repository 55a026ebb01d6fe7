"""Telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import clean

__all__ = ["Phone"]

LONGEST = 60


class Phone(AttributeType):
    """A telephone number in E.164: a plus sign and at most fifteen digits. No extensions."""

    name = "phone"
    label = "Telephone"
    kind = "text"
    widget: ClassVar[str] = "widgets/phone.html"
    keys: ClassVar = {
        "region": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Country of numbers without +."}
    }
    operators: ClassVar[tuple[str, ...]] = operators.TEXT
    search: ClassVar[Search | None] = Search(digits=True, typo=False)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of E.164 numbers; other spellings are read, too."""
        return {"type": "string", "maxLength": LONGEST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the number in E.164; without + it is one of the region."""
        text = clean(raw, LONGEST)
        return None if text is None else _e164(text, options.get("region"))

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether the region is unknown."""
        from phonenumbers import SUPPORTED_REGIONS

        region = options.get("region")
        if region and region not in SUPPORTED_REGIONS:
            return [Invalid("unknown-region", f"There is no region `{region}`.", "for example CZ")]
        return ()

    def display(self, value: str, options: Options, locale: str = "en") -> str:
        """Return the number with international spacing."""
        import phonenumbers

        number = phonenumbers.parse(value, None)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def words(self, value: str, options: Options) -> str:
        """Return the number in E.164."""
        return value


def _e164(text: str, region: str | None) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as problem:
        if problem.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not region:
            raise _no_phone("begin with + and the code of the country") from None
        raise _no_phone() from None
    if number.extension:
        raise Invalid("phone-extension", "A telephone number has no extension here.", "keep it elsewhere")
    if not phonenumbers.is_valid_number(number):
        raise _no_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _no_phone(hint: str = "for example +420 601 234 567") -> Invalid:
    return Invalid("not-a-phone", "This must be a telephone number that can exist.", hint)
