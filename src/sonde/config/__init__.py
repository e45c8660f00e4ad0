"""Configuration: read a file, fill in the environment, hold it against typed classes, explain what is wrong."""

from sonde.config.interpolate import interpolate
from sonde.config.load import load_file, parse_text
from sonde.config.shape import from_plain, to_plain

__all__ = ["from_plain", "interpolate", "load_file", "parse_text", "to_plain"]
