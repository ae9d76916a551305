"""Where pictures come from: one small file a device, a base class and a registry."""

from .base import Source, SourceState
from .registry import make_source, source_classes

__all__ = ["Source", "SourceState", "make_source", "source_classes"]
