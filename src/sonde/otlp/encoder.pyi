from collections.abc import Callable, Iterable
from typing import Any

def encode_spans(
    spans: Iterable[Any], resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes: ...
def encode_logs(
    records: Iterable[Any], resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes: ...
def encode_metrics(
    data: Any, resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes: ...
