"""Exceptions of the libraries that applications talk HTTP and gRPC with, by class.

Sources: httpx 0.28, httpcore 1.0, urllib3 2, requests 2, h11 0.16, h2 4 and grpcio 1, their exception references; RFC
9113 section 7 for HTTP/2's error codes. Those that carry a code or a response (`httpx.HTTPStatusError`,
`grpc.RpcError`, `requests.HTTPError`) are named by it, and those marked as wrappers by what is beneath them.
"""

__all__ = ["FAMILIES"]

HTTPX = """
HTTPError | network retry wraps | A request failed
HTTPStatusError | network | The server answered with an error status
RequestError | network retry wraps | A request failed
TransportError | network retry wraps | The transport failed
TimeoutException | timeout retry | Time is up
ConnectTimeout | timeout retry | No connection in time | Nothing answers there: a firewall drops packets, or the address is wrong.
ReadTimeout | timeout retry | No answer in time | Allow more time (`timeout=`), or find out what the server waits for.
WriteTimeout | timeout retry | The request could not be sent in time | The peer or the path is slow: send less at once.
PoolTimeout | resource_exhausted warning retry | No connection of the pool became free in time | Raise `limits`, or read and close every response: open ones keep their connection.
NetworkError | network retry wraps | The network failed
ConnectError | network retry wraps | No connection | Check host and port, and that the server runs.
ReadError | network retry wraps | The connection broke while reading
WriteError | network retry wraps | The connection broke while writing
CloseError | network retry wraps | The connection could not be closed
ProtocolError | network wraps | The protocol was broken
LocalProtocolError | internal | This end broke the protocol | Check headers and the body's length.
RemoteProtocolError | network retry | The server broke the protocol, or left without an answer | It was restarted or closed an idle connection: try again. If it stays, the port speaks another protocol.
ProxyError | network retry wraps | The proxy failed | Check HTTPS_PROXY and the proxy's credential.
UnsupportedProtocol | configuration | The URL has no scheme that is supported | Begin it with http:// or https://.
DecodingError | serialization | The answer could not be decompressed
TooManyRedirects | configuration | Too many redirects | Two addresses redirect to each other: set the final one.
InvalidURL | configuration | The URL is not valid
CookieConflict | validation | Several cookies have this name
StreamError | internal wraps | A stream was used wrongly
RequestNotRead | internal | The request's body was not read
ResponseNotRead | internal | The response's body was not read | Call `.read()` first.
StreamClosed | internal | The stream is closed | Read it inside of the `with`.
StreamConsumed | internal | The stream was read already | Keep its bytes; a generator cannot be sent twice.
"""

HTTPCORE = """
TimeoutException | timeout retry | Time is up
ConnectTimeout | timeout retry | No connection in time
ReadTimeout | timeout retry | No answer in time
WriteTimeout | timeout retry | The request could not be sent in time
PoolTimeout | resource_exhausted warning retry | No connection of the pool became free in time
NetworkError | network retry wraps | The network failed
ConnectError | network retry wraps | No connection
ReadError | network retry wraps | The connection broke while reading
WriteError | network retry wraps | The connection broke while writing
ProtocolError | network wraps | The protocol was broken
LocalProtocolError | internal | This end broke the protocol
RemoteProtocolError | network retry | The server broke the protocol, or left without an answer
ProxyError | network retry wraps | The proxy failed
UnsupportedProtocol | configuration | The URL has no scheme that is supported
ConnectionNotAvailable | unavailable retry | The connection is in use
"""

URLLIB3 = """
HTTPError | network retry wraps | A request failed
PoolError | network retry wraps | The pool failed
RequestError | network retry wraps | A request failed
MaxRetryError | network retry wraps | All attempts failed | The last reason stands in its message; more attempts help only if it mends itself.
SSLError | tls wraps | TLS failed
ProxyError | network retry wraps | The proxy failed | Check HTTPS_PROXY and the proxy's credential.
ProtocolError | network retry wraps | The connection broke, or the answer is not HTTP
DecodeError | serialization | The answer could not be decompressed
HostChangedError | configuration | The pool is for another host
TimeoutStateError | internal | A timeout was used wrongly
TimeoutError | timeout retry | Time is up
ReadTimeoutError | timeout retry | No answer in time | Allow more time, or find out what the server waits for.
ConnectTimeoutError | timeout retry | No connection in time | Nothing answers there: a firewall drops packets, or the address is wrong.
NewConnectionError | network retry wraps | No connection | Check host and port, and that the server runs.
NameResolutionError | dns retry wraps | The host name could not be resolved
EmptyPoolError | resource_exhausted warning retry | No connection of the pool is free | Raise `maxsize`, or release responses.
FullPoolError | resource_exhausted warning | The pool is full
ClosedPoolError | internal | The pool is closed
LocationValueError | configuration | The address is not valid
LocationParseError | configuration | The address cannot be read
URLSchemeUnknown | configuration | The URL's scheme is not known
ResponseError | unavailable warning retry | Too many error responses or redirects | Its text names the status that came again and again.
SecurityWarning | tls warning | Something is less secure than it should be
InsecureRequestWarning | tls warning | A request without verification of certificates | Name the authority's certificate instead (`verify="ca.pem"`).
NotOpenSSLWarning | tls warning | Python was built with another TLS library than OpenSSL
SystemTimeWarning | configuration warning | The clock is wrong
InsecurePlatformWarning | tls warning | This Python's TLS is too old
DependencyWarning | configuration warning | An optional dependency is missing
HTTPWarning | network warning | A warning about HTTP
ResponseNotChunked | network | The answer is not chunked
BodyNotHttplibCompatible | internal | The body cannot be read so
IncompleteRead | network retry | The answer ended too early
InvalidChunkLength | network retry | A chunk has no valid length
InvalidHeader | network | A header is not valid
ProxySchemeUnknown | configuration | The proxy's scheme is not known | Begin the proxy's address with http:// or https://.
ProxySchemeUnsupported | configuration | The proxy's scheme is not supported
HeaderParsingError | network | The headers cannot be read
UnrewindableBodyError | internal | The body cannot be sent again | Send bytes or a file that can be rewound.
"""

REQUESTS = """
RequestException | network retry wraps | A request failed
HTTPError | network | The server answered with an error status
ConnectionError | network retry wraps | The connection failed | Check host and port, and that the server runs.
ProxyError | network retry wraps | The proxy failed | Check HTTPS_PROXY and the proxy's credential.
SSLError | tls wraps | TLS failed
Timeout | timeout retry | Time is up
ConnectTimeout | timeout retry | No connection in time | Nothing answers there: a firewall drops packets, or the address is wrong.
ReadTimeout | timeout retry | No answer in time | Allow more time (`timeout=`), or find out what the server waits for.
URLRequired | configuration | A URL is needed
TooManyRedirects | configuration | Too many redirects | Two addresses redirect to each other: set the final one.
MissingSchema | configuration | The URL has no scheme | Begin it with http:// or https://.
InvalidSchema | configuration | The URL's scheme is not supported
InvalidURL | configuration | The URL is not valid
InvalidHeader | validation | A header is not valid
InvalidProxyURL | configuration | The proxy's URL is not valid | Check HTTP_PROXY and HTTPS_PROXY.
InvalidJSONError | serialization | Not valid JSON
JSONDecodeError | serialization | The answer is not JSON | Look at its text: an error page or an empty body are frequent.
ChunkedEncodingError | network retry wraps | The answer ended too early
ContentDecodingError | serialization | The answer could not be decompressed
StreamConsumedError | internal | The stream was read already
RetryError | unavailable warning retry | Too many error responses | Its text names the status that came again and again.
UnrewindableBodyError | internal | The body cannot be sent again
RequestsWarning | configuration warning | A warning of requests
FileModeWarning | configuration warning | A file is opened as text
RequestsDependencyWarning | configuration warning | Versions of requests and its dependencies do not fit | Upgrade requests together with urllib3 and charset_normalizer.
"""

H11 = """
ProtocolError | network wraps | HTTP/1.1 was broken
LocalProtocolError | internal | This end broke HTTP/1.1 | Check headers and the body's length.
RemoteProtocolError | network retry | The peer broke HTTP/1.1 | The port speaks another protocol, or the connection was cut off.
"""

H2 = """
H2Error | network wraps | HTTP/2 was broken
ProtocolError | network retry | HTTP/2 was broken | Connect anew; if it stays, the port does not speak HTTP/2.
FrameTooLargeError | network | A frame is too large
FrameDataMissingError | network | A frame has no data
TooManyStreamsError | resource_exhausted warning retry | Too many requests at once on the connection | Wait for answers, or open another connection.
FlowControlError | network retry | Flow control was broken
StreamIDTooLowError | internal | A stream's number was used already
NoAvailableStreamIDError | network retry | The connection has no stream numbers left | Open a new connection.
NoSuchStreamError | network retry | The stream is not known
StreamClosedError | network retry | The stream was closed | The server reset the call: try again.
InvalidSettingsValueError | network | A setting's value is not valid
InvalidBodyLengthError | network | The body has another length than its header says
UnsupportedFrameError | network | A frame that is not supported
DenialOfServiceError | network | The peer behaves like an attack
RFC1122Error | network | The peer's behaviour is not robust
"""

HTTP2 = """
NO_ERROR = 0 | network warning retry | The connection was closed in order | Usually a server that is restarted or limits a connection's age: connect anew.
PROTOCOL_ERROR = 1 | network | HTTP/2 was broken | Check that no proxy between changes HTTP/2.
INTERNAL_ERROR = 2 | unavailable retry | The peer failed
FLOW_CONTROL_ERROR = 3 | network | Flow control was broken
SETTINGS_TIMEOUT = 4 | timeout retry | Settings were not acknowledged in time
STREAM_CLOSED = 5 | network retry | A frame came for a closed stream
FRAME_SIZE_ERROR = 6 | network | A frame has a wrong size
REFUSED_STREAM = 7 | unavailable retry | The server did not begin the request | It is safe to send again: nothing of it was done.
CANCEL = 8 | unavailable retry | The stream is no longer needed
COMPRESSION_ERROR = 9 | network | The headers' compression state is lost | Connect anew.
CONNECT_ERROR = 10 | network retry | The tunnel was reset
ENHANCE_YOUR_CALM = 11 | quota retry | The peer finds this end too busy | For gRPC: keep-alive pings come too often ("too_many_pings"); send them less often than the server allows.
INADEQUATE_SECURITY = 12 | tls | The transport is not secure enough | Use TLS 1.2 or later with a modern cipher.
HTTP_1_1_REQUIRED = 13 | configuration | The server wants HTTP/1.1 | Use http/protobuf in place of gRPC for this address.
"""

GRPCIO = """
RpcError | unavailable retry wraps | A call failed
FutureTimeoutError | timeout retry | The channel was not ready in time | Check address and TLS: `grpc.channel_ready_future` waits until it connects.
FutureCancelledError | unavailable warning | The call was cancelled
AioRpcError | unavailable retry wraps | A call failed
AbortError | unavailable warning | The handler ended the call
BaseError | internal wraps | grpc.aio failed
InternalError | internal | grpc.aio failed
UsageError | internal | grpc.aio was used wrongly | A channel belongs to the event loop that it was made in.
ExecuteBatchError | internal | A gRPC operation failed
"""

FAMILIES = {
    "http2": ("HTTP/2 error codes (RFC 9113 section 7)", HTTP2),
    "grpcio": ("Exceptions of grpcio without a status code", GRPCIO),
    "httpx": ("Exceptions of httpx", HTTPX),
    "httpcore": ("Exceptions of httpcore", HTTPCORE),
    "urllib3": ("Exceptions of urllib3", URLLIB3),
    "requests": ("Exceptions of requests", REQUESTS),
    "h11": ("Exceptions of h11", H11),
    "h2": ("Exceptions of h2", H2),
}
