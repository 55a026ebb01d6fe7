"""Passwords: hashed with argon2id off the event loop, few at a time."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from formwright.problems import Place, Problem
from formwright.services.refusals import Unavailable

__all__ = ["LEAST", "MOST", "PASSWORDS", "Passwords", "problems_of"]

LEAST = 10
MOST = 256
CONCURRENT = 2
WAITING = 64

COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "password12",
        "password123",
        "qwertyuiop",
        "1q2w3e4r5t",
        "letmein123",
        "iloveyou12",
        "administrator",
        "welcome123",
        "changeme123",
        "passw0rd123",
        "qwerty12345",
        "12345678910",
        "123123123123",
        "1111111111",
        "0000000000",
        "aaaaaaaaaa",
        "abcdefghij",
        "monkey12345",
    ]
)

Result = TypeVar("Result")


class Passwords:
    """Hashes and verifies on two threads at most, so that sign-ins never starve the server.

    Parameters: 46 MiB, one pass, one lane (about 50 ms a check).
    """

    def __init__(self, waiting: int = WAITING) -> None:
        """Start without threads; they come with the first check. *waiting*: how many may wait for theirs."""
        self._most = waiting
        self._hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(CONCURRENT, thread_name_prefix="password")
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return the PHC string of *password*."""
        return await self._off_loop(lambda: self._hasher.hash(_canonical(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Return whether *password* belongs to *stored*; takes as long when there is no such account."""
        if not self._nobody:
            self._nobody = await self.hash("no account has this password")
        against = stored or self._nobody
        right = await self._off_loop(lambda: self._matches(against, password))
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Return whether *stored* was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _canonical(password))
        except (VerificationError, InvalidHashError, UnicodeError):
            return False

    async def _off_loop(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= self._most:
            raise Unavailable.of(
                "busy", "Too many people are signing in at this moment.", hint="try again soon"
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


PASSWORDS = Passwords()
"""The one place of this process where passwords are hashed."""


def _canonical(password: str) -> str:
    # The same letters can be typed as different code points on different keyboards.
    return unicodedata.normalize("NFKC", password)


def problems_of(password: str, login: str = "", field: str = "password") -> list[Problem]:
    """Return what speaks against a new *password*: length, what everybody guesses, what cannot be typed.

    As NIST SP 800-63B has it: no rules of composition, no expiry.
    """
    place = Place(field=field)
    canonical = _canonical(password)
    if any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in password):
        return [Problem("password-characters", "The password holds characters that cannot be typed.", place)]
    if len(canonical) < LEAST:
        return [Problem("password-short", f"The password needs at least {LEAST} characters.", place)]
    if len(canonical) > MOST:
        return [Problem("password-long", f"The password may have at most {MOST} characters.", place)]
    folded = canonical.casefold()
    name = login.split("@", maxsplit=1)[0].casefold()
    if folded in COMMON or len(set(folded)) < 4 or (len(name) >= 4 and name in folded):
        hint = "take a few words that belong together only for you"
        return [Problem("password-common", "This password is too easy to guess.", place, hint)]
    return []
