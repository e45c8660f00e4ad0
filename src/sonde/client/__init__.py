"""The client: what an application imports to get its telemetry out, cheaply, safely, and without ever harming it."""
