"""PostgreSQL: the embedded server, connections, the system schema, and the tables of entity types."""
