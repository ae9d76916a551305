"""Addresses the daemon may listen on."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_local(endpoint: str) -> bool:
    """Whether only this machine can reach the endpoint: ipc, or tcp on a loopback address."""
    if endpoint.startswith("ipc://"):
        return True
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, an interface, `*`: may be anything
        return False
