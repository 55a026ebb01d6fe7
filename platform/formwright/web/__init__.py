"""The pages: parse a request, call one service, answer with a page or one block of it."""

from formwright.web.application import create_app
from formwright.web.settings import WebSettings

__all__ = ["WebSettings", "create_app"]
