"""The encoder in plain Python, without protobuf: what serves where no compiler was found, with the native one's bytes.

`sonde.otlp.encode` says what each function does and promises. Spans and log records are in `encoder_twin_items.py`, metrics
in `encoder_twin_metrics.py`, attribute values in `encoder_twin_value.py`; what is shared with the native encoder in
`encoder_groups.py` and `encoder_lenient.py`.
"""

from sonde.otlp.encoder_twin_items import encode_logs, encode_spans
from sonde.otlp.encoder_twin_metrics import encode_metrics

__all__ = ["encode_logs", "encode_metrics", "encode_spans"]
