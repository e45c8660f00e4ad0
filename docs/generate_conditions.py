"""The page of conditions, from their table: a section for each family."""

from __future__ import annotations

from sonde.core.conditions import Condition, families, table
from sonde.core.conditions.rows import DEFAULT_ADVICE

__all__ = ["conditions_page"]

_HEAD = """# Conditions

`sonde.errors.classify` names any exception, code, status or signal as one of these {count} conditions; `sonde.stats()`,
log lines and deliveries carry the codes; `sonde explain CODE` prints a row of this page, `sonde explain --search WORDS`
searches it.

```python
from sonde.errors import classify

try:
    open("/etc/shadow-of-nothing")
except OSError as error:
    condition = classify(error)

assert condition.code == "errno.ENOENT"
assert condition.category.value == "not_found"
assert not condition.retryable
print(condition.advice)
```

**Retry** says whether the same operation may succeed later though nobody mends anything; for gRPC codes and HTTP
statuses these are exactly [OTLP's lists](https://opentelemetry.io/docs/specs/otlp/#failures). Sonde's client keeps
telemetry through failures of connections even where it says no, since a server may be mended while the spool holds.

Where the last column is empty the category's advice holds:

| category | what to do |
| --- | --- |
"""


def conditions_page() -> str:
    """Every condition, by family, and the advice that holds for a whole category."""
    lines = [_HEAD.format(count=len(table())).rstrip("\n")]
    lines += [f"| {category.value} | {_cell(advice)} |" for category, advice in DEFAULT_ADVICE.items()]
    for family in families():
        lines += ["", f"## {family.name}", "", f"{family.about}.", ""]
        lines += [
            "| code | what it is | category | severity | retry | what to do |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_row(row) for row in family.conditions]
    return "\n".join(lines) + "\n"


def _row(row: Condition) -> str:
    advice = "" if row.advice == DEFAULT_ADVICE[row.category] else row.advice
    cells = [
        f"`{row.code}`",
        row.title,
        row.category.value,
        row.severity.value,
        "yes" if row.retryable else "no",
        advice,
    ]
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
