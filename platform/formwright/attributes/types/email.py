"""E-mail addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from email_validator import EmailNotValidError, validate_email

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import clean

__all__ = ["Email"]

LONGEST = 254  # RFC 5321


class Email(AttributeType):
    """An e-mail address, its domain in lower case; the part before the sign `@` keeps its case (RFC 5321).

    Checked by its form alone; no name server is asked.
    """

    name = "email"
    label = "E-mail"
    kind = "text"
    widget: ClassVar[str] = "widgets/email.html"
    operators: ClassVar[tuple[str, ...]] = operators.TEXT
    search: ClassVar[Search | None] = Search(typo=False)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of e-mail addresses."""
        return {"type": "string", "format": "email", "maxLength": LONGEST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the address, its domain in Unicode and lower case."""
        text = clean(raw, LONGEST)
        if text is None:
            return None
        try:
            found = validate_email(text, check_deliverability=False, allow_smtputf8=True)
        except (EmailNotValidError, UnicodeError):
            raise Invalid(
                "not-an-email", "This must be an e-mail address.", "for example name@example.org"
            ) from None
        return str(found.normalized)
