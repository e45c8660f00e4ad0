"""Log lines of logging, structlog and loguru: correlated, sampled, and sent to several outputs at once."""
