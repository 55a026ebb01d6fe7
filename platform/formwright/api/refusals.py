"""Why a request was refused before any service was asked, each with its HTTP status."""

from __future__ import annotations

from typing import ClassVar

from formwright.services.refusals import Refusal

__all__ = ["BadRequest", "PreconditionRequired", "TooLarge", "UnsupportedMedia"]


class BadRequest(Refusal):
    """The request cannot be read: its body is no JSON, a parameter is none of ours."""

    status: ClassVar[int] = 400


class TooLarge(Refusal):
    """The body is larger than the server takes."""

    status: ClassVar[int] = 413


class UnsupportedMedia(Refusal):
    """The body is of a kind that this address does not take."""

    status: ClassVar[int] = 415


class PreconditionRequired(Refusal):
    """The request has to say which version it is about."""

    status: ClassVar[int] = 428
