"""The transports there are: a new one is a file beside this one, and a line here."""

from __future__ import annotations

from .base import Transport
from .cuda_ipc import CudaIpcTransport
from .inline import InlineTransport
from .shared_memory import SharedMemoryTransport

# In the order in which they are announced: best first.
TRANSPORTS: dict[str, type[Transport]] = {
    transport.name: transport for transport in (CudaIpcTransport, SharedMemoryTransport, InlineTransport)
}


def transports_for(local: bool) -> dict[str, type[Transport]]:
    """Those that this system has, for clients of this machine only (`local`) or of any."""
    return {name: kind for name, kind in TRANSPORTS.items() if (local or not kind.local_only) and not kind.problem()}
