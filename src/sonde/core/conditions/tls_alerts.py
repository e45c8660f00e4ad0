"""TLS: the alerts that one end sends the other, and the reasons that OpenSSL gives at this end.

Sources: IANA "TLS Alerts" registry (RFC 8446 section 6.2, RFC 5246 section 7.2, and those that only SSL 3 and early TLS
had); OpenSSL `include/openssl/sslerr.h` and `x509err.h` for the reasons, of which those that people meet have a row;
any other is `tls.REASON` with the advice of `tls.error`.
"""

__all__ = ["FAMILIES"]

ALERTS = """
CLOSE_NOTIFY = 0 | network warning retry | The peer closed the connection in order | Open a new connection.
UNEXPECTED_MESSAGE = 10 | tls | A message came out of turn | The peer is perhaps not a TLS server: check the port.
BAD_RECORD_MAC = 20 | tls retry | A record was changed on its way
DECRYPTION_FAILED = 21 | tls | Decryption failed (obsolete)
RECORD_OVERFLOW = 22 | tls | A record is too long | The peer is perhaps not a TLS server: check the port.
DECOMPRESSION_FAILURE = 30 | tls | Decompression failed (obsolete)
HANDSHAKE_FAILURE = 40 | tls | No common ground for a handshake | The ends share no cipher or curve, or the server wants a client certificate: compare with `openssl s_client -connect HOST:PORT`, and set certificate and key for mutual TLS.
NO_CERTIFICATE = 41 | tls | No certificate (SSL 3)
BAD_CERTIFICATE = 42 | tls | The peer calls this end's certificate damaged | Check the certificate file that is sent, and that it holds the whole chain.
UNSUPPORTED_CERTIFICATE = 43 | tls | The peer does not support this kind of certificate | Check the certificate's key type and its extended key usage (clientAuth or serverAuth).
CERTIFICATE_REVOKED = 44 | tls | The peer says that this end's certificate is revoked | Have a new one issued.
CERTIFICATE_EXPIRED = 45 | tls | The peer says that this end's certificate has expired | Renew it and load it anew; if it is still valid, set the clocks right.
CERTIFICATE_UNKNOWN = 46 | tls | The peer does not accept this end's certificate | Look into the peer's log for its reason.
ILLEGAL_PARAMETER = 47 | tls | A field of the handshake is out of range
UNKNOWN_CA = 48 | tls | The peer does not know the authority of this end's certificate | Give the peer the authority's certificate, or send the whole chain; for mutual TLS the server's client-CA setting.
ACCESS_DENIED = 49 | authorization | The certificate is valid, and the peer refuses it
DECODE_ERROR = 50 | tls | The peer could not read a message
DECRYPT_ERROR = 51 | tls | A signature or key exchange is wrong | Certificate and private key do not belong together, or something between changes the bytes.
TOO_MANY_CIDS_REQUESTED = 52 | tls | Too many connection ids were requested
EXPORT_RESTRICTION = 60 | tls | Export restriction (obsolete)
PROTOCOL_VERSION = 70 | tls | The peer does not take this TLS version | Use TLS 1.2 or 1.3 at both ends; an old server has to be upgraded.
INSUFFICIENT_SECURITY = 71 | tls | The peer wants stronger ciphers | Allow modern ciphers at this end.
INTERNAL_ERROR = 80 | tls retry | The peer failed | Look into its log; often it has no certificate for this host name.
INAPPROPRIATE_FALLBACK = 86 | tls | A downgrade was refused
USER_CANCELLED = 90 | tls retry | The handshake was cancelled
NO_RENEGOTIATION = 100 | tls | No renegotiation
MISSING_EXTENSION = 109 | tls | An extension that must be there is missing
UNSUPPORTED_EXTENSION = 110 | tls | An extension was not offered
CERTIFICATE_UNOBTAINABLE = 111 | tls | A certificate cannot be fetched
UNRECOGNIZED_NAME = 112 | tls | The server has no certificate for this host name | Use a name that the server knows (SNI), or add it to the server; an IP address sends no name.
BAD_CERTIFICATE_STATUS_RESPONSE = 113 | tls | The OCSP answer is not valid
BAD_CERTIFICATE_HASH_VALUE = 114 | tls | A certificate's hash is wrong
UNKNOWN_PSK_IDENTITY = 115 | authentication | The pre-shared key is not known
CERTIFICATE_REQUIRED = 116 | authentication | The server wants a client certificate | Set certificate and key (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY).
GENERAL_ERROR = 117 | tls | An error that no other alert describes
NO_APPLICATION_PROTOCOL = 120 | tls | No common application protocol (ALPN) | gRPC needs h2: check that the port serves HTTP/2 over TLS, and that no proxy ends it.
ECH_REQUIRED = 121 | tls | Encrypted client hello is required
"""

TLS = """
error | tls | TLS failed
CERTIFICATE_VERIFY_FAILED | tls | The peer's certificate could not be verified | Trust its authority (OTEL_EXPORTER_OTLP_CERTIFICATE or SSL_CERT_FILE names a CA file); `openssl s_client -connect HOST:PORT -showcerts` shows what it sends. Never switch verification off.
WRONG_VERSION_NUMBER | tls | The answer is not TLS: the port speaks plain text | Use http:// for this port or the server's TLS port; a proxy's address may want http:// too.
HTTP_REQUEST | tls | Plain HTTP came to a TLS port | The client must use https://.
HTTPS_PROXY_REQUEST | tls | A proxy request came to a TLS port | Write the proxy's address with http://.
UNEXPECTED_EOF_WHILE_READING | network retry | The peer closed without saying so | The server or a proxy was stopped, or ended an idle connection; connect anew. In the handshake: the port may not speak TLS, or refuses this client.
UNSUPPORTED_PROTOCOL | tls | No TLS version is common to both ends | Use TLS 1.2 or 1.3; an old server has to be upgraded.
NO_PROTOCOLS_AVAILABLE | configuration | All TLS versions are switched off here | Correct the minimum and maximum version.
UNKNOWN_PROTOCOL | tls | The answer is not TLS | Check the port.
RECORD_LAYER_FAILURE | tls | The answer is not TLS | Check the port: it may speak plain text.
PACKET_LENGTH_TOO_LONG | tls | The answer is not TLS | Check the port: it may speak plain text.
NO_SHARED_CIPHER | tls | No cipher is common to both ends | Allow a modern cipher suite at both ends; an RSA client needs an RSA certificate.
NO_CIPHERS_AVAILABLE | configuration | No cipher is allowed here | Correct the cipher list.
NO_CIPHER_MATCH | configuration | The cipher list names no known cipher | Correct the cipher list.
NO_SUITABLE_SIGNATURE_ALGORITHM | tls | No signature algorithm is common to both ends
UNSAFE_LEGACY_RENEGOTIATION_DISABLED | tls | The server only knows unsafe renegotiation | Upgrade the server or the proxy that inspects TLS.
DH_KEY_TOO_SMALL | tls | The server's Diffie-Hellman key is too small | Give the server 2048 bits, or ECDHE ciphers.
EE_KEY_TOO_SMALL | tls | The certificate's key is too small | Issue one with RSA 2048 bits or ECDSA.
CA_KEY_TOO_SMALL | tls | The authority's key is too small | Issue the chain anew with RSA 2048 bits or ECDSA.
CA_MD_TOO_WEAK | tls | The chain is signed with a weak digest | Issue it anew with SHA-256.
KEY_VALUES_MISMATCH | configuration | Private key and certificate do not belong together | Compare `openssl x509 -noout -pubkey` of the certificate with `openssl pkey -pubout` of the key; a chain must begin with the own certificate.
KEY_TYPE_MISMATCH | configuration | Private key and certificate are of different types | Name the key that belongs to the certificate.
NO_CERTIFICATE_OR_CRL_FOUND | configuration | The CA file holds no certificate | It must be PEM ("-----BEGIN CERTIFICATE-----").
NO_START_LINE | configuration | The file is not PEM | Convert it: `openssl x509 -inform der -in FILE -out FILE.pem`.
BAD_BASE64_DECODE | configuration | The PEM file is damaged | Copy it again, whole, with its line breaks.
BAD_END_LINE | configuration | The PEM file is cut off | Copy it again, whole.
BAD_DECRYPT | configuration | The private key's password is wrong | Give the right password, or a key without one.
BAD_PASSWORD_READ | configuration | The private key wants a password | Give the password, or a key without one.
PEM_LIB | configuration | The certificate or key file cannot be read as PEM | Check that the file holds what the setting names, and the password of the key.
CERT_ALREADY_IN_HASH_TABLE | configuration warning | A certificate is in the CA file twice | Remove one.
PEER_DID_NOT_RETURN_A_CERTIFICATE | authentication | The client sent no certificate | Set certificate and key at the client.
DECRYPTION_FAILED_OR_BAD_RECORD_MAC | tls retry | A record was changed on its way, or a connection is shared | A connection used by two threads or after a fork looks like this: open one for each.
BAD_SIGNATURE | tls | A signature in the handshake is wrong
BAD_ECPOINT | tls | The peer's curve point is not valid
LENGTH_MISMATCH | tls | A handshake message has the wrong length
CERTIFICATE_REQUIRED | authentication | The server wants a client certificate | Set certificate and key (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY).
INVALID_ALERT | tls | An alert could not be read
TOO_MANY_KEY_UPDATES | tls | Too many key updates
APPLICATION_DATA_AFTER_CLOSE_NOTIFY | network retry | Data came after the end of the connection | Open a new connection.
PROTOCOL_IS_SHUTDOWN | network retry | The connection was shut down | Open a new connection.
UNINITIALIZED | internal | The TLS session was not set up
SHUTDOWN_WHILE_IN_INIT | network retry | The connection was closed during the handshake | Open a new connection.
SYSTEM_LIB | storage | The system failed beneath TLS | The errno says what: often a certificate file that is not there.
"""

FAMILIES = {
    "tls": ("TLS errors at this end, by OpenSSL's reason (`sslerr.h`)", TLS),
    "tls.alert": ("TLS alerts from the peer (IANA registry; RFC 8446, RFC 5246)", ALERTS),
}
