"""`${env:NAME}` in configuration values.

Follows the Collector's configuration: `${env:NAME}` and the short `${NAME}` stand for an environment variable,
`${env:NAME:-default}` gives a default, and `$$` is a dollar sign. Only string values are looked into, never keys.
Source: OpenTelemetry Collector documentation, "Environment variables"; OpenTelemetry configuration data model,
"Environment variable substitution".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sonde.core.errors import ConfigError

__all__ = ["interpolate"]

_REFERENCE = re.compile(r"\$\$|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def interpolate(value: object, environment: Mapping[str, str], path: str = "") -> object:
    """The value with every reference in it replaced, lists and mappings all the way down.

    Args:
        value: what the YAML parser returned.
        environment: names and values, `os.environ` for example.
        path: the configuration path of `value`, for the error message.

    Raises:
        ConfigError: a variable is not set and no default is given.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _resolve(match, environment, path), value)
    if isinstance(value, dict):
        return {
            key: interpolate(item, environment, f"{path}.{key}" if path else str(key)) for key, item in value.items()
        }
    if isinstance(value, list):
        return [interpolate(item, environment, f"{path}[{index}]") for index, item in enumerate(value)]
    return value


def _resolve(match: re.Match[str], environment: Mapping[str, str], path: str) -> str:
    name, default = match[1], match[2]
    if name is None:
        return "$"
    if name in environment:
        return environment[name]
    if default is not None:
        return str(default)
    raise ConfigError(f"{path}: the environment variable {name} is not set; set it, or write ${{env:{name}:-default}}")
