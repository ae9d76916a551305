"""Who paints the pictures of a stream: a pipeline in this process, or a daemon. The engine knows them by one interface."""

from .base import Painter

__all__ = ["Painter"]
