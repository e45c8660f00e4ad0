"""Sonde inside the OpenTelemetry SDK: processors, exporters, distro and configurator, views, console and files."""
