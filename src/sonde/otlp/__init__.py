"""The wire: OTLP payloads as bytes, JSON and compressed. Import the modules; nothing is loaded here."""
