"""Named formats of texts: `format: iban`. Each cleans a text and checks it, most by python-stdnum."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from babel.numbers import is_currency
from stdnum import lei, luhn
from stdnum.exceptions import ValidationError

from formwright.attributes.base import Invalid
from formwright.attributes.locales import locale_of, zones

__all__ = ["Format", "Formats", "builtin_formats", "shipped_formats"]

LONGEST = 253  # of a host name; every other format is shorter


@dataclass(frozen=True, slots=True)
class Format:
    """A checked format: *clean* returns the canonical text or raises ValueError."""

    name: str
    label: str
    example: str
    clean: Callable[[str], str]
    show: Callable[[str], str] = str

    def parse(self, text: str) -> str:
        """Return the canonical text; raises Invalid ``bad-format``."""
        try:
            if len(text) <= LONGEST:
                return self.clean(text)
        except (ValueError, ValidationError):
            pass
        raise Invalid("bad-format", f"This is not a valid {self.label}.", f"for example {self.example}")


class Formats:
    """The formats by name; plugins may add their own."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[str, Format] = {}

    def register(self, found: Format) -> None:
        """Add a format; a name that is taken raises ValueError."""
        if found.name in self._known:
            raise ValueError(f"The format `{found.name}` is already registered.")
        self._known[found.name] = found

    def get(self, name: str) -> Format | None:
        """Return the format called *name*, None when there is none."""
        return self._known.get(name)

    def names(self) -> list[str]:
        """Return all names in order."""
        return sorted(self._known)

    def __iter__(self) -> Iterator[Format]:
        """Yield the formats by name."""
        return (self._known[name] for name in self.names())


STDNUM = (  # name, label, example, module of stdnum, prefix that belongs to the canonical form
    ("iban", "IBAN", "CZ6508000000192000145399", "iban", ""),
    ("bic", "BIC", "GIBACZPX", "bic", ""),
    ("eu.vat", "EU VAT number", "CZ25123891", "eu.vat", ""),
    ("cz.dic", "DIČ", "CZ25123891", "cz.dic", "CZ"),
    ("cz.rc", "rodné číslo", "7103192745", "cz.rc", ""),
    ("cz.account", "Czech account number", "34278-0727558021/0100", "cz.bankaccount", ""),
    ("sk.dic", "IČ DPH", "SK2022749619", "sk.dph", "SK"),
    ("sk.rc", "rodné číslo", "7103192745", "sk.rc", ""),
    ("de.vat", "German VAT number", "DE136695976", "de.vat", "DE"),
    ("at.vat", "Austrian VAT number", "ATU13585627", "at.uid", "AT"),
    ("pl.nip", "NIP", "8567346215", "pl.nip", ""),
    ("luhn", "number with a Luhn check digit", "7898", "luhn", ""),
    ("isin", "ISIN", "US0378331005", "isin", ""),
    ("ean", "EAN", "5901234123457", "ean", ""),
    ("isbn", "ISBN", "9789024538270", "isbn", ""),
    ("imei", "IMEI", "352099001761481", "imei", ""),
    ("imsi", "IMSI", "230011234567890", "imsi", ""),
    ("mac", "MAC address", "d0:50:99:84:a2:a0", "mac", ""),
)
HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
LAST_LABEL = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{2}))?", re.ASCII | re.IGNORECASE)
LEI = re.compile(r"[A-Z0-9]{20}", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
MAILBOX = re.compile(r"[a-z0-9]{7}", re.ASCII)
SPACES = re.compile(r"[\s\u00a0]+")


def _stdnum(name: str, label: str, example: str, path: str, prefix: str) -> Format:
    def clean(text: str) -> str:
        module: Any = import_module(f"stdnum.{path}")  # some hold large tables: at first use only
        number = str(module.validate(text))
        return number if number.startswith(prefix) else prefix + number

    def show(text: str) -> str:
        module: Any = import_module(f"stdnum.{path}")
        written = getattr(module, "format", str)(text)
        return str(written) if prefix == "" else text

    return Format(name, label, example, clean, show)


def company_number(text: str) -> str:
    """Return a Czech or Slovak company number (IČO): eight digits, the last one a check digit.

    It is (11 - (sum of digit i times 9 - i, for i from 1 to 7) mod 11) mod 10
    (decree 117/1985, as the Czech Statistical Office describes it).
    """
    digits = SPACES.sub("", text)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise ValueError(text)
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=False))
    if (11 - total % 11) % 10 != int(digits[7]):
        raise ValueError(text)
    return digits


def sim_number(text: str) -> str:
    """Return an ICCID: 18 to 20 digits that begin with 89, the last by Luhn (ITU-T E.118)."""
    digits = SPACES.sub("", text)
    if not re.fullmatch(r"89[0-9]{16,18}", digits):
        raise ValueError(text)
    return str(luhn.validate(digits))


def legal_entity(text: str) -> str:
    """Return an LEI: twenty letters and digits with the check digits of ISO 17442."""
    code = lei.compact(text).upper()
    if not LEI.fullmatch(code):
        raise ValueError(text)
    return str(lei.validate(code))


def host_name(text: str) -> str:
    """Return a host name in lower case (RFC 1123), its last label not a number."""
    name = text.lower().removesuffix(".")
    labels = name.split(".")
    if not all(HOST_LABEL.fullmatch(label) for label in labels) or not LAST_LABEL.fullmatch(labels[-1]):
        raise ValueError(text)
    return name


def _matching(rule: re.Pattern[str]) -> Callable[[str], str]:
    def clean(text: str) -> str:
        if not rule.fullmatch(text):
            raise ValueError(text)
        return text

    return clean


def _country(text: str) -> str:
    code = text.upper()
    if len(code) != 2 or not code.isalpha() or code in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}:
        raise ValueError(text)
    if code not in locale_of("en").territories:
        raise ValueError(text)
    return code


def _currency(text: str) -> str:
    code = text.upper()
    if not is_currency(code):
        raise ValueError(text)
    return code


def _language(text: str) -> str:
    found = LANGUAGE.fullmatch(text)
    if not found or found[1].lower() not in locale_of("en").languages:
        raise ValueError(text)
    return found[1].lower() + (f"-{_country(found[2])}" if found[2] else "")


def _zone(text: str) -> str:
    if text not in zones():
        raise ValueError(text)
    return text


OWN = (
    Format("cz.ico", "IČO", "25123891", company_number),
    Format("cz.data_mailbox", "datová schránka", "4cbt6ix", lambda text: _matching(MAILBOX)(text.lower())),
    Format("sk.ico", "IČO", "31333532", company_number),
    Format("iccid", "SIM card number", "8942002012345678906", sim_number),
    Format("lei", "LEI", "213800KUD8LAJWSQ9D15", legal_entity),
    Format("hostname", "host name", "gate.example.org", host_name),
    Format("ip", "IP address", "192.0.2.7", lambda text: str(ipaddress.ip_address(text))),
    Format("ipv4", "IPv4 address", "192.0.2.7", lambda text: str(ipaddress.IPv4Address(text))),
    Format("ipv6", "IPv6 address", "2001:db8::7", lambda text: str(ipaddress.IPv6Address(text))),
    Format("cidr", "IP network", "192.0.2.0/24", lambda text: str(ipaddress.ip_network(text))),
    Format("slug", "short name of letters, digits, - and _", "north-2", _matching(SLUG)),
    Format("iso.country", "country code", "CZ", _country),
    Format("iso.currency", "currency code", "EUR", _currency),
    Format("iso.language", "language code", "cs", _language),
    Format("timezone", "time zone", "Europe/Prague", _zone),
)


@lru_cache(maxsize=1)
def builtin_formats() -> Formats:
    """Return the one registry of the process: what comes with the platform, and what plugins added."""
    return shipped_formats()


def shipped_formats() -> Formats:
    """Return a new registry of the formats that come with the platform."""
    formats = Formats()
    for row in STDNUM:
        formats.register(_stdnum(*row))
    for found in OWN:
        formats.register(found)
    return formats
