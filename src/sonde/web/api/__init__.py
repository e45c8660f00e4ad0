"""One file per resource of Sonde's own query API."""
