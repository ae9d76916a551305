"""How planes travel: one file per transport behind one small base class, and a registry."""

from .base import Delivery, FrameBuffer, FrameLost, FrameSizes, HostFrameBuffer, Transport
from .registry import TRANSPORTS, transports_for
from .segment import SEGMENTS_SUPPORTED, sweep_dead_segments

__all__ = [
    "SEGMENTS_SUPPORTED",
    "TRANSPORTS",
    "Delivery",
    "FrameBuffer",
    "FrameLost",
    "FrameSizes",
    "HostFrameBuffer",
    "Transport",
    "sweep_dead_segments",
    "transports_for",
]
