"""gRPC status codes.

Sources: `google/rpc/code.proto` for names and numbers; OpenTelemetry Protocol specification 1.x, "OTLP/gRPC Response",
for which of them a client may try again.
"""

__all__ = ["FAMILIES"]

GRPC = """
OK = 0 | ok info | The call succeeded
CANCELLED = 1 | unavailable retry | The call was cancelled | Usually the caller gave up or a proxy was restarted; try again, and look for a deadline shorter than the work if it repeats.
UNKNOWN = 2 | internal | The server failed and did not say how | The server raised an exception that it did not map to a code, or something that is not gRPC answered; look into the server's log.
INVALID_ARGUMENT = 3 | validation | The request is malformed or has an invalid value | Sending the same again cannot help: read the message for the field, and check that sender and server speak the same version of the protocol.
DEADLINE_EXCEEDED = 4 | timeout retry | No answer came before the deadline | Raise the timeout (OTEL_EXPORTER_OTLP_TIMEOUT) or send smaller batches; if it stays, the server is overloaded or the path drops packets.
NOT_FOUND = 5 | not_found | The server does not have what was asked for | Check the name in the request, and the tenant that it was asked in.
ALREADY_EXISTS = 6 | validation warning | What should be made is there already | Use what is there, or choose another name.
PERMISSION_DENIED = 7 | authorization | The caller is known and may not do this | Check what the token or certificate is allowed to do, and the tenant header; a new attempt with the same identity cannot help.
RESOURCE_EXHAUSTED = 8 | quota retry | A limit was reached: rate, quota, or message size | Wait as long as the server's RetryInfo says; without one do not send again. If it names a message size, send smaller batches or raise the server's maximum message size.
FAILED_PRECONDITION = 9 | configuration | The server is not in a state in which this can be done | Something must be done first, which the message names; trying again without it cannot help.
ABORTED = 10 | unavailable retry | A conflict ended the operation | Try the whole operation again: another one was in its way.
OUT_OF_RANGE = 11 | validation warning retry | Past the valid range | Read less far, or wait until more is there; OTLP lets the same request be sent again.
UNIMPLEMENTED = 12 | configuration | The server does not know this method | The address is not an OTLP/gRPC server, or it lacks this signal: OTLP/gRPC is on port 4317 and OTLP/HTTP on 4318; check that the receiver for this signal is on.
INTERNAL = 13 | internal | The server broke an invariant of its own, or the framing is wrong | Look into the server's log; if it stays with every request, something between is not speaking gRPC (a proxy without HTTP/2, TLS against a plain port).
UNAVAILABLE = 14 | unavailable retry | The server cannot be reached or cannot answer now | Check that it runs and that address and port are right (OTLP/gRPC: 4317), and that both ends agree on TLS: `http://` is plain text, `https://` is TLS. It mends itself if the server is only starting.
DATA_LOSS = 15 | storage retry | The server lost or damaged data | Look at the server's storage; OTLP lets the request be sent again.
UNAUTHENTICATED = 16 | authentication | No valid credential came with the call | Set the header that the server expects (OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer …"), and check that the token has not expired.
"""

FAMILIES = {"grpc": ("gRPC status codes (`google/rpc/code.proto`)", GRPC)}
