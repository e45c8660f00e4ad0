"""OTLP sent directly, by who has data rather than an SDK: clients, the builders of records, and how several servers are used."""
