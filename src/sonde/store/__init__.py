"""The store: the schema, the engine behind a URL, ingest, retention and backup."""
