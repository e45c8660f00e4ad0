"""A certificate authority for one test: server contexts, expired or for other names too, and client certificates as files."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

import trustme

__all__ = ["Authority"]


class Authority:
    """A certificate authority of one test, and what it signs, as files under `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ca = trustme.CA()
        self._count = 0
        self.ca_file = str(directory / f"ca-{id(self)}.pem")
        self._ca.cert_pem.write_to_path(self.ca_file)

    def server(
        self,
        *names: str,
        not_after: datetime | None = None,
        alpn: tuple[str, ...] = ("h2", "http/1.1"),
        wants_client: bool = False,
    ) -> ssl.SSLContext:
        """A server's context with a certificate for `names` (127.0.0.1 and localhost by default)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")), not_after=not_after).configure_cert(context)
        context.set_alpn_protocols(list(alpn))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            self._ca.configure_trust(context)
        return context

    def client_files(self) -> tuple[str, str]:
        """Paths of a client's certificate chain and key."""
        self._count += 1
        cert = self._ca.issue_cert(f"client-{self._count}@example.org")
        chain, key = (self._directory / f"client-{self._count}.{kind}.pem" for kind in ("chain", "key"))
        chain.write_bytes(b"".join(blob.bytes() for blob in cert.cert_chain_pems))
        cert.private_key_pem.write_to_path(str(key))
        return str(chain), str(key)
