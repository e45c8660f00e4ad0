"""Four workers, forked from a process that has already loaded the application."""

bind = "127.0.0.1:8000"
workers = 4
preload_app = True
