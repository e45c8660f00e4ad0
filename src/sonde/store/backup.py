"""Every tenant's tables into a directory, and back."""
