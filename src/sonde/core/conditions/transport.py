"""Codes that Sonde's own transports give an attempt where nobody else has one (`Delivery.code`)."""

__all__ = ["FAMILIES"]

OK = "ok | ok info | The server took the request"

TIMEOUT = """
connect | timeout retry | No connection in time | Nothing answers there: a firewall drops packets, the address is wrong, or TLS is spoken to a port that waits for something else (`nc -vz HOST PORT`).
send | timeout retry | The request could not be sent in time | The server reads slowly or the path is narrow: compress, send smaller batches, or raise the timeout (OTEL_EXPORTER_OTLP_TIMEOUT).
reply | timeout retry | No answer in time | The server is overloaded or waits for its own store; raise the timeout (OTEL_EXPORTER_OTLP_TIMEOUT), and look at the server. It may have taken the request, so a repetition may be a duplicate.
"""

PROTOCOL = """
http1 | network retry | The answer is not HTTP/1.1 | Check the port: 4318 is OTLP/HTTP, 4317 is gRPC; a TLS port wants https://.
http2 | network retry | The answer is not HTTP/2 | Check the port: 4317 is gRPC, 4318 is OTLP/HTTP; a proxy on the way may only speak HTTP/1.1.
json | serialization | The payload cannot be written as OTLP/JSON | Use http/protobuf: it carries every payload.
"""

PROXY = """
closed | network retry | The proxy left without opening a tunnel | Check that the proxy allows CONNECT to this host and port.
protocol | network retry | The proxy does not speak HTTP | Check the address in HTTPS_PROXY, and whether it wants http:// or https://.
unsupported | configuration | The proxy cannot be used | Write its address as http://[user:password@]host:port; SOCKS is not supported. NO_PROXY exempts hosts.
refused | authorization | The proxy refused the tunnel | Have the proxy allow this host and port, or exempt the host in NO_PROXY.
authentication | authentication | The proxy wants a credential | Write it into HTTPS_PROXY: http://user:password@host:port.
unavailable | unavailable retry | The proxy could not reach the server | Check the server's address as the proxy sees it, or exempt it in NO_PROXY.
"""

CLIENT = """
closed | unavailable warning | The sender was closed while the attempt was under way | The application ends; what was not sent is in the spool if there is one.
internal | internal retry | An attempt failed in a way that nobody foresaw | The message names the exception: report it with the log lines above.
credential | authentication | The credential could not be had or refreshed | Check the token file, the command or the token service that it comes from.
"""

CONFIG = """
config | configuration | The sender cannot be made from its settings | The message names the setting: correct it (endpoint, protocol, certificates) and start again.
tls | configuration | A certificate or key file cannot be used | The message names the file: check that it exists, can be read by this process, and is PEM; a client's key must belong to its certificate.
headers | configuration | A configured header, or the path, cannot be sent | It holds a line break or another control character: check OTEL_EXPORTER_OTLP_HEADERS, and that no secret was read with its trailing newline.
protocol | configuration | A library that the protocol needs is missing | Use http/protobuf, which needs none, or install what the message names.
"""

FAMILIES = {
    "ok": ("Success", OK),
    "timeout": ("Timeouts of Sonde's transports, by stage", TIMEOUT),
    "protocol": ("Answers that Sonde's transports cannot read", PROTOCOL),
    "proxy": ("Proxies on the way of Sonde's transports", PROXY),
    "client": ("Sonde's client itself", CLIENT),
    "config": ("Settings that an attempt cannot be made with", CONFIG),
}
