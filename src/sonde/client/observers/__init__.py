"""What the runtime and the machine say of themselves, as metrics by the semantic conventions."""
