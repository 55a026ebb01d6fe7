"""Invented numbers with the check digits of real ones."""

from __future__ import annotations

import unicodedata
from datetime import date
from random import Random

__all__ = ["ascii_of", "birth_number", "company_number", "iban"]


def ascii_of(text: str) -> str:
    """Return the letters and digits of *text*, small and without accents."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def company_number(seven: int) -> str:
    """Return a Czech company number: seven digits and the check digit (11 − Σ dᵢ·(9−i) mod 11) mod 10."""
    digits = f"{seven % 10_000_000:07d}"
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(digits))
    return digits + str((11 - total % 11) % 10)


def birth_number(born: date, gender: str, index: int) -> str:
    """Return a Czech birth number: year, month (women + 50) and day, a running number, a check digit."""
    month = born.month + (50 if gender == "female" else 0)
    stem = f"{born.year % 100:02d}{month:02d}{born.day:02d}{index % 1000:03d}"
    return f"{stem}{int(stem) % 11 % 10}"


def iban(dice: Random) -> str:
    """Return a Czech IBAN of an invented account; the check digits are those of ISO 13616."""
    bank, account = dice.choice(("0100", "0300", "0800", "2010")), f"{dice.randint(10**9, 10**10 - 1):016d}"
    number = int(bank + account + "123500")  # C=12, Z=35
    return f"CZ{98 - number % 97:02d}{bank}{account}"
