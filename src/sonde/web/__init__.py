"""The web: Sonde's own query API, the APIs of others, and health."""
