"""Which columns have an index."""

from __future__ import annotations

from tests.support.desk import compiled

from formwright.storage.tables import build_tables


def test_every_reference_has_an_index_also_one_to_several_entity_types() -> None:
    names = {str(index.name) for index in build_tables(compiled()).tables["visit"].indexes}
    assert {"visit_client_ix", "visit_about_ix"} <= names
