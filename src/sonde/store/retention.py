"""What is dropped when: days that are too old, then the oldest days of a signal that takes too much room."""
