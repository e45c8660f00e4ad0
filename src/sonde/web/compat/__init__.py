"""The query APIs of other systems, at their native roots, so that their clients need no new setting but the address."""
