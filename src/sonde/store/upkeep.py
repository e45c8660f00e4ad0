"""What the keeper does beside ingest, at intervals and for every tenant: edges and retention."""
