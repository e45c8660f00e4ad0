"""The store: the schema, the engine behind a URL, ingest, retention and backup.

Reading order: `url`, `engine`, `render` and `schema/`, `migrate`, `store`, `landing`, `blocks`, `ingest`; then
`edges`, `retention`, `upkeep`, `backup`.
"""

from sonde.store.backup import Manifest, backup, read_manifest, restore
from sonde.store.engine import Engine, EngineError
from sonde.store.ingest import Ingester
from sonde.store.landing import ENCODES, Landing
from sonde.store.retention import Drop, Limit, Retention, limits
from sonde.store.store import DEFAULT_TENANT, Store, open_store
from sonde.store.upkeep import Upkeep
from sonde.store.url import StoreURL, parse_url

__all__ = [
    "DEFAULT_TENANT",
    "ENCODES",
    "Drop",
    "Engine",
    "EngineError",
    "Ingester",
    "Landing",
    "Limit",
    "Manifest",
    "Retention",
    "Store",
    "StoreURL",
    "Upkeep",
    "backup",
    "limits",
    "open_store",
    "parse_url",
    "read_manifest",
    "restore",
]
