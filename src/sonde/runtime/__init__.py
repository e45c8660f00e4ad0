"""Processes: the supervisor, the doors, and what they tell each other."""
