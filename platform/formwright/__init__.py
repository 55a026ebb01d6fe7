"""Formwright: metadata in, a running business application out."""

__all__ = ["__version__"]

__version__ = "0.1.0"
