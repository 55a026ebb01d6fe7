"""REST: JSON over the services, described by OpenAPI, with problems as RFC 9457."""

from formwright.api.application import create_api
from formwright.api.settings import ApiSettings

__all__ = ["ApiSettings", "create_api"]
