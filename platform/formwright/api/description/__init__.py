"""The API described: JSON Schemas of records and an OpenAPI 3.1 document, as far as a caller may go."""

from formwright.api.description.document import openapi_document
from formwright.api.description.records import record_schema

__all__ = ["openapi_document", "record_schema"]
