"""How planes travel: one file per transport behind one small base class."""

from .base import Delivery, FrameLost, Transport
from .inline import InlineTransport
from .segment import SEGMENTS_SUPPORTED, sweep_dead_segments
from .shared_memory import SharedMemoryTransport

__all__ = [
    "SEGMENTS_SUPPORTED",
    "Delivery",
    "FrameLost",
    "InlineTransport",
    "SharedMemoryTransport",
    "Transport",
    "sweep_dead_segments",
]
