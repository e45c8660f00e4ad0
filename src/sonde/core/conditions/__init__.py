"""Every condition that Sonde knows by name, as one table; each family of them is a file of rows here."""

from sonde.core.conditions.condition import Condition
from sonde.core.conditions.rows import table
from sonde.core.conditions.search import Family, candidates, families, lookup, near, search

__all__ = ["Condition", "Family", "candidates", "families", "lookup", "near", "search", "table"]
