"""The export engine: from the application's threads to delivered requests, bounded, counted, and off their way."""
