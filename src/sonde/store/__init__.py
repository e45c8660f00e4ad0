"""The store: the schema, the engine behind a URL, ingest, retention and backup.

Reading order: `url`, `engine`, `render` and `schema/`, `migrate`, `store`, `landing`, `blocks`, `ingest`.
"""

from sonde.store.engine import Engine, EngineError
from sonde.store.ingest import Ingester
from sonde.store.landing import ENCODES, Landing
from sonde.store.store import DEFAULT_TENANT, Store, open_store
from sonde.store.url import StoreURL, parse_url

__all__ = [
    "DEFAULT_TENANT",
    "ENCODES",
    "Engine",
    "EngineError",
    "Ingester",
    "Landing",
    "Store",
    "StoreURL",
    "open_store",
    "parse_url",
]
