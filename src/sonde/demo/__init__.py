"""The sample shop behind `sonde demo`: a server, seven services that send real telemetry to it, and faults to find.

Reading order: `faults` (what goes wrong and when), `world` (time inside a pretend request), `telemetry` (the SDK set-up),
`service` (what every service does), `storefront` and `ordering` (the services), `shop` (all of them, and the faults let
loose), `traffic` (customers), `server` (the child process), `ledger` and `summary` (was everything stored?), `stage` (the run).

Nothing else in Sonde imports this room; it needs the `demo` extra, the ordinary OpenTelemetry SDK.
"""
