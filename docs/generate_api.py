"""The page of the query API, from the description that the server itself gives of it (`/openapi.json`).

Endpoints stand under their tag, each with its parameters and what an answer holds. Answers are described by models; a
model is shown once, at the end, and named where it is used.
"""

from __future__ import annotations

import json
from typing import Any

from sonde.web.app import create_app

__all__ = ["api_page"]

_HEAD = """# Query API

The web port (`127.0.0.1:4321`) answers over HTTP with JSON. `/openapi.json` is this page for programs; `/` is a hint
for people. Jaeger's own APIs are there too, at the addresses where its clients look.
"""
_NOT_SHOWN = {"HTTPValidationError", "ValidationError"}


def api_page() -> str:
    """The page, as Markdown."""
    described = create_app(None).openapi()
    tags: dict[str, list[str]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            tags.setdefault(operation["tags"][0], []).extend(_endpoint(f"{method.upper()} {path}", operation))
    lines = [_HEAD, *_description(described["info"]["description"])]
    for tag, shown in tags.items():
        lines += [f"## {tag}", "", *shown]
    return "\n".join([*lines, *_models(described["components"]["schemas"])])


def _description(text: str) -> list[str]:
    return [*text.strip().splitlines(), ""]


def _endpoint(title: str, operation: dict[str, Any]) -> list[str]:
    lines = [f"### {title}", "", operation.get("description", ""), ""]
    parameters = [_parameter(found) for found in operation.get("parameters", [])]
    if parameters:
        lines += ["| parameter | type | default | meaning |", "| --- | --- | --- | --- |", *parameters, ""]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        lines += [f"Body: {_kind(body)}.", ""]
    done = next(response for status, response in operation["responses"].items() if status.startswith("2"))
    answer = done.get("content", {})
    named = [_kind(content["schema"]) for content in answer.values() if content.get("schema")]
    if named:
        lines += [f"Answer: {named[0]}.", ""]
    return lines


def _parameter(found: dict[str, Any]) -> str:
    schema = found["schema"]
    default = schema.get("default")
    meaning = found.get("description", "")
    examples = ", ".join(f"`{example}`" for example in _flat(schema.get("examples", [])))
    if examples:
        meaning = f"{meaning} For example {examples}." if meaning else f"For example {examples}."
    # an array is a parameter that may be given several times
    kind = _kind(schema["items"]) + ", repeatable" if schema.get("type") == "array" else _kind(schema)
    return f"| `{found['name']}` | {kind} | {_default(default, found)} | {_cell(meaning)} |"


def _flat(examples: list[Any]) -> list[Any]:
    """The examples, those of a list one by one."""
    return [inner for example in examples for inner in (example if isinstance(example, list) else [example])]


def _default(value: object, found: dict[str, Any]) -> str:
    if found.get("required"):
        return "required"
    return "" if value in (None, "", []) else f"`{json.dumps(value).strip(chr(34))}`"


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words; a model by its name, linked."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"] if part.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if schema.get("items") else "list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        inner = _kind(schema["additionalProperties"])
        return f"object of {inner}" if inner else "object"
    return str(schema.get("type", "any JSON"))


def _models(schemas: dict[str, Any]) -> list[str]:
    lines = ["## Models", ""]
    for name, schema in sorted(schemas.items()):
        if name in _NOT_SHOWN:
            continue
        lines += [f"### {name}", "", " ".join(schema.get("description", "").split()), ""]
        lines += ["| field | type | meaning |", "| --- | --- | --- |"]
        lines += [
            f"| `{field}` | {_kind(inner)} | {_cell(inner.get('description', ''))} |"
            for field, inner in schema.get("properties", {}).items()
        ]
        lines.append("")
    return lines


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
