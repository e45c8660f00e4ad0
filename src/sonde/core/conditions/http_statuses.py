"""HTTP status codes: all that IANA has registered, and a few that are met though nobody registered them.

Sources: IANA "Hypertext Transfer Protocol (HTTP) Status Code Registry"; RFC 9110, section 15 (an unknown status is
treated as the first of its class); OpenTelemetry Protocol specification 1.x, "Retryable Response Codes", for which of
them a client may try again: 429, 502, 503 and 504, no other.
"""

__all__ = ["FAMILIES"]

HTTP = """
100 = 100 | ok info | Continue | The server waits for the body: send it.
101 = 101 | ok info | Switching protocols
102 = 102 | ok info | Processing
103 = 103 | ok info | Early hints
104 = 104 | ok info | Upload resumption supported
200 = 200 | ok info | OK
201 = 201 | ok info | Created
202 = 202 | ok info | Accepted | Taken but not yet done: whether it succeeds shows later.
203 = 203 | ok info | Non-authoritative information | A proxy changed the answer on its way.
204 = 204 | ok info | No content
205 = 205 | ok info | Reset content
206 = 206 | ok info | Partial content
207 = 207 | ok info | Multi-status | The body says for each part how it went.
208 = 208 | ok info | Already reported
226 = 226 | ok info | IM used
300 = 300 | configuration warning | Multiple choices | Use one of the addresses that the answer lists.
301 = 301 | configuration warning | Moved permanently | Set the endpoint to the address in the Location header: telemetry is not sent after a redirect.
302 = 302 | configuration warning | Found elsewhere | Often a login page before the server: check the endpoint, and whether a proxy wants a session.
303 = 303 | configuration warning | See other
304 = 304 | ok info | Not modified | What is cached is still right.
305 = 305 | configuration warning | Use proxy (deprecated)
306 = 306 | configuration warning | Unused; once "switch proxy"
307 = 307 | configuration warning | Temporary redirect | Set the endpoint to the address in the Location header, often the same one with https.
308 = 308 | configuration warning | Permanent redirect | Set the endpoint to the address in the Location header, often the same one with https.
400 = 400 | validation | Bad request | The server could not read the request: see the message in its body, and check the content type, the compression and that this is an OTLP endpoint. Sending the same again cannot help.
401 = 401 | authentication | Unauthorized: no valid credential | Send a credential (OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer …"); if there is one, it is wrong or has expired.
402 = 402 | quota error | Payment required | The account's plan or balance does not cover this; ask who pays for it.
403 = 403 | authorization | Forbidden | The credential is known and may not do this: check its scope, the tenant, and whether a firewall or WAF answers in the server's place.
404 = 404 | not_found | Not found | The server has no such path: OTLP/HTTP wants /v1/traces, /v1/metrics or /v1/logs after the base address, on port 4318. An endpoint for one signal is used as it stands, with no path added.
405 = 405 | configuration | Method not allowed | Something answers that is not an OTLP/HTTP receiver (it takes POST): check port and path.
406 = 406 | configuration | Not acceptable | The server cannot answer in a format that the client accepts: correct the Accept header.
407 = 407 | authentication | Proxy authentication required | The proxy wants a credential: write it into HTTPS_PROXY (http://user:password@proxy:3128), or exempt the server in NO_PROXY.
408 = 408 | timeout | Request timeout: the request took too long to arrive | The server closed an idle or slow connection; send smaller batches, and close idle connections sooner than the server does.
409 = 409 | validation warning | Conflict | It contradicts what is there now: read the present state, then decide anew.
410 = 410 | not_found | Gone for good | The address was taken out of service: find its successor in the server's documentation.
411 = 411 | validation | Length required | Send a Content-Length: a proxy on the way does not take chunked bodies.
412 = 412 | validation warning | Precondition failed | It changed since it was read: read it again.
413 = 413 | validation | Content too large | Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE), or raise the limit of the server or of a proxy before it (nginx: client_max_body_size).
414 = 414 | validation | URI too long | Put the query into the body, or ask for less at once.
415 = 415 | configuration | Unsupported media type | The server does not take this content type or compression: OTLP/HTTP is application/x-protobuf or application/json; try another OTEL_EXPORTER_OTLP_PROTOCOL or OTEL_EXPORTER_OTLP_COMPRESSION.
416 = 416 | validation | Range not satisfiable
417 = 417 | configuration | Expectation failed | A proxy on the way does not know Expect: 100-continue; do without it.
418 = 418 | validation warning | Unused; a teapot by RFC 2324 | Somebody makes a joke, or refuses bots: look at what answers at this address.
421 = 421 | configuration | Misdirected request | This connection does not serve that host: check the Host header and the certificate's names.
422 = 422 | validation | Unprocessable content | It was read and makes no sense: the body of the answer names the field.
423 = 423 | unavailable warning | Locked
424 = 424 | validation warning | Failed dependency
425 = 425 | unavailable warning | Too early | Repeat it after the TLS handshake is complete, not as early data.
426 = 426 | configuration | Upgrade required | The server wants another protocol, which its Upgrade header names, often HTTP/2 or TLS.
428 = 428 | validation | Precondition required | Send If-Match with the version that was read.
429 = 429 | quota retry | Too many requests | Slow down: wait as long as Retry-After says; sample, send bigger batches less often, or have the limit raised.
431 = 431 | validation | Request header fields too large | Send fewer or shorter headers: cookies, baggage and tokens grow.
451 = 451 | authorization | Unavailable for legal reasons
499 = 499 | timeout warning | Client closed the request (nginx; not registered) | The client gave up before the answer: its timeout is shorter than the server's time.
500 = 500 | internal | Internal server error | A defect or a failed dependency in the server: look into its log at this time. OTLP does not let it be sent again.
501 = 501 | configuration | Not implemented | The server does not know this method: check that the address is the server you mean.
502 = 502 | unavailable retry | Bad gateway | The proxy or load balancer got no valid answer from the server behind it: look whether that runs.
503 = 503 | unavailable retry | Service unavailable | The server is overloaded, starting or being maintained: wait as long as Retry-After says, then try again.
504 = 504 | timeout retry | Gateway timeout | The proxy waited in vain for the server behind it: that is slow or gone; smaller batches help if it is slow.
505 = 505 | configuration | HTTP version not supported | Use another HTTP version, or check that the port is the right one for it.
506 = 506 | configuration | Variant also negotiates
507 = 507 | storage | Insufficient storage | The server's disk or quota is full: free some, or shorten retention.
508 = 508 | configuration | Loop detected | A proxy or an exporter sends to itself: follow the endpoints round.
510 = 510 | configuration | Not extended (obsoleted)
511 = 511 | authentication | Network authentication required | A captive portal stands between: sign in to the network first.
520 = 520 | unavailable error | Unknown error from the origin (Cloudflare; not registered) | The server behind the proxy answered with something that is not HTTP: look into its log.
521 = 521 | unavailable error | The origin refused the connection (Cloudflare; not registered) | Start the server behind the proxy, and let the proxy's addresses through its firewall.
522 = 522 | timeout error | The origin did not take the connection in time (Cloudflare; not registered)
523 = 523 | network error | The origin cannot be reached (Cloudflare; not registered)
524 = 524 | timeout error | The origin did not answer in time (Cloudflare; not registered)
525 = 525 | tls | The TLS handshake with the origin failed (Cloudflare; not registered)
526 = 526 | tls | The origin's certificate is not valid (Cloudflare; not registered) | Renew the certificate of the server behind the proxy.
529 = 529 | unavailable error | The site is overloaded (not registered)
"""

FAMILIES = {"http": ("HTTP status codes (IANA registry; RFC 9110)", HTTP)}
