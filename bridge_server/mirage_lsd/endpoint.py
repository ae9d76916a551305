"""Addresses: what `localhost` means, and who can reach one."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def bind_address(endpoint: str) -> str:
    """The address to bind or connect: `localhost` is 127.0.0.1 on every system (PROTOCOL.md, section 9)."""
    head, separator, rest = endpoint.partition("://")
    host, colon, port = rest.rpartition(":")
    return f"{head}{separator}127.0.0.1{colon}{port}" if host.lower() == "localhost" else endpoint


def is_local(endpoint: str) -> bool:
    """Whether only this machine can reach the endpoint: ipc, or tcp on a loopback address."""
    if endpoint.startswith("ipc://"):
        return True
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, an interface, `*`: may be anything
        return False
