"""Where pictures go: one small file a device, a base class and a registry."""

from .base import Sink, SinkState, SinkStats
from .registry import make_sink, sink_classes

__all__ = ["Sink", "SinkState", "SinkStats", "make_sink", "sink_classes"]
