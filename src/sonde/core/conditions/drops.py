"""Why the export engine gave items up: the reasons that `sonde.stats()` counts under `dropped`."""

__all__ = ["FAMILIES"]

DROP = """
queue_full | resource_exhausted | The queue in memory was full | More comes in than goes out: look why exports are slow (`sonde.stats()`), sample, or give the queue more items and bytes.
backlog_full | resource_exhausted | The batches that wait for the server were full | The server is away or slow and there is no spool: name a directory for one, or raise the bound of bytes.
spool_full | resource_exhausted | The spool on disk reached its quota | The server was away longer than the spool lasts: raise its bytes, or sample; the oldest went first.
spool_expired | resource_exhausted warning | Items in the spool became too old | The server was away longer than the spool's age: raise the age if old telemetry still helps.
spool_damaged | storage | The spool on disk did not give back what was written | Check the disk and the file system (`dmesg`); what could be read was sent.
retry_exhausted | unavailable error | All attempts failed, or the time for them was over | The last error says why (`sonde.stats()`); with a spool items wait for the server to come back.
refused | validation | The server refused the request for good | Look up the last error's code with `sonde explain`: most often credential, path, or size.
rejected | validation | The server took the request and rejected some records (partial success) | Its message says why: too old, too large, or over a limit.
sampled | quota warning | Sampled away under pressure, in the documented order | Errors are never sampled; mend what slows the exports, or accept it.
shutdown | unavailable warning | The process ended before everything was sent | Call `sonde.shutdown()` at the end, allow more time for it, or use a spool, which the next process delivers.
failed | internal | A log output raised while it wrote a record | The log line of `sonde` names the output and the error.
reentrant | internal warning | A log record came out of the logging of another | A library logs while its log is being written: the inner record was left out so that it ends.
encode | serialization | The item could not be encoded | An attribute or body of a kind that OTLP does not know: the log names it.
"""

FAMILIES = {"drop": ("Why the export engine gave items up", DROP)}
