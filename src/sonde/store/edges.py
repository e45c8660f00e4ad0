"""Who calls whom: pairs of spans of two services, counted per minute into `sonde_edges`."""
