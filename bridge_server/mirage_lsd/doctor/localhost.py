"""What `localhost` means here."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from .finding import Finding

_NAME = "localhost"
_LOOPBACK = "127.0.0.1"
_HINT = "write 127.0.0.1 in place of localhost, or add the line `127.0.0.1 localhost` to the file hosts"


def check_localhost(addresses: Sequence[str] | None = None) -> Finding:
    """Whether it is 127.0.0.1, where the daemon listens. The daemon and the native core take it for that on every system;
    a client that is built on something else asks the system.

    Args:
        addresses: as if `localhost` were these, in their order; None: the system is asked.
    """
    if addresses is None:
        try:
            found = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)
        except OSError as error:
            return Finding(_NAME, "warning", f"this system does not know it ({error})", _HINT)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    there = ", ".join(addresses) or "nothing"
    if _LOOPBACK not in addresses:
        return Finding(_NAME, "warning", f"is {there} here, and the daemon listens on {_LOOPBACK}", _HINT)
    if addresses[0] != _LOOPBACK:
        return Finding(_NAME, "ok", f"{there}; MirageLSD takes {_LOOPBACK}, whichever comes first")
    return Finding(_NAME, "ok", there)
