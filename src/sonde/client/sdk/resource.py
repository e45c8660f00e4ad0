"""What a process can say of itself without asking anyone: service, process, host, system, container, pod.

Everything comes from the interpreter, the environment and small files below `/proc` and `/etc`; nothing here uses the
network, starts a program, or looks a user up in a directory service, so it takes a bounded time. The SDK adds its own
(`telemetry.sdk.*`, `service.instance.id`, `OTEL_RESOURCE_ATTRIBUTES`, detectors of
`OTEL_EXPERIMENTAL_RESOURCE_DETECTORS`).

Order, strongest first: `OTEL_SERVICE_NAME`, arguments, `OTEL_RESOURCE_ATTRIBUTES`, what is found here.

Sources: OpenTelemetry semantic conventions for resources (process, host, os, container, k8s); the container's id as
the runtimes write it into `/proc/self/cgroup` (cgroup 1) and `/proc/self/mountinfo` (cgroup 2).
"""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from opentelemetry.sdk.resources import Resource

__all__ = ["container_id", "detected", "resource_of_process"]

Attributes = dict[str, str | int]
_CONTAINER = re.compile(r"(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:/|$)", re.MULTILINE)
_READ_BYTES = 64 << 10

_POD_VARIABLES = {
    "k8s.pod.name": ("K8S_POD_NAME", "POD_NAME", "MY_POD_NAME"),
    "k8s.pod.uid": ("K8S_POD_UID", "POD_UID", "MY_POD_UID"),
    "k8s.pod.ip": ("K8S_POD_IP", "POD_IP", "MY_POD_IP"),
    "k8s.namespace.name": ("K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE", "MY_POD_NAMESPACE"),
    "k8s.node.name": ("K8S_NODE_NAME", "NODE_NAME", "MY_NODE_NAME"),
    "k8s.container.name": ("K8S_CONTAINER_NAME", "CONTAINER_NAME", "MY_CONTAINER_NAME"),
    "k8s.deployment.name": ("K8S_DEPLOYMENT_NAME",),
    "k8s.cluster.name": ("K8S_CLUSTER_NAME",),
}


def resource_of_process(attributes: Mapping[str, str | int]) -> Resource:
    """The resource of everything that this process emits.

    Args:
        attributes: what was given in code.
    """
    given = dict(attributes)
    if os.environ.get("OTEL_SERVICE_NAME", "").strip():
        given.pop("service.name", None)
    said = Resource.create(given)
    return Resource(detected()).merge(said)


def detected(environ: Mapping[str, str] | None = None, root: Path = Path("/")) -> Attributes:
    """Attributes found without help.

    Args:
        environ: the variables; None means the process's own.
        root: where `proc` and `etc` lie.
    """
    environ = os.environ if environ is None else environ
    found: Attributes = _process() | _host(root) | _pod(environ)
    container = container_id(root)
    if container:
        found["container.id"] = container
    return {name: value for name, value in found.items() if value not in {"", 0}}


def _process() -> Attributes:
    return {
        "process.pid": os.getpid(),
        "process.parent_pid": os.getppid(),
        "process.executable.name": Path(sys.executable or "").name,
        "process.executable.path": sys.executable or "",
        "process.command": sys.orig_argv[0] if sys.orig_argv else "",
        "process.runtime.name": sys.implementation.name,
        "process.runtime.version": ".".join(map(str, sys.version_info[:3])),
        "process.runtime.description": sys.version,
    }


def _host(root: Path) -> Attributes:
    identity = _read(root / "etc/machine-id") or _read(root / "var/lib/dbus/machine-id")
    return {
        "host.name": socket.gethostname(),
        "host.arch": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
        "host.id": identity.strip(),
        "os.type": {"sunos": "solaris"}.get(sys.platform, sys.platform),
        "os.version": platform.release(),
    }


def _pod(environ: Mapping[str, str]) -> Attributes:
    """What the downward API was told to hand over; its variables have no standard names, so the usual ones are read."""
    if not environ.get("KUBERNETES_SERVICE_HOST"):
        return {}
    found: Attributes = {
        name: next(filter(None, (environ.get(variable, "").strip() for variable in variables)), "")
        for name, variables in _POD_VARIABLES.items()
    }
    found["k8s.pod.name"] = found["k8s.pod.name"] or environ.get("HOSTNAME", "")
    return found


def container_id(root: Path = Path("/")) -> str:
    """The id of the container that this process runs in; empty outside of one."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        found = _CONTAINER.search(line)
        if found:
            return found[1]
    for line in _read(root / "proc/self/mountinfo").splitlines():
        if "/containers/" in line and ("hostname" in line or "resolv.conf" in line):
            found = re.search(r"/containers/(?:[^/ ]+/)*?([0-9a-f]{64})/", line)
            if found:
                return found[1]
    return ""


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_READ_BYTES)
    except OSError:
        return ""
