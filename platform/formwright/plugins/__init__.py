"""Plugins: manifests, what they register, and how they are loaded."""

from formwright.plugins.load import Plugins, load_plugins
from formwright.plugins.manifest import Manifest, read_manifest
from formwright.plugins.registry import EVENTS, Registration, Registry

__all__ = ["EVENTS", "Manifest", "Plugins", "Registration", "Registry", "load_plugins", "read_manifest"]
