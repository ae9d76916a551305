"""From `control` messages to the values in effect for a frame."""

from .timeline import Timeline

__all__ = ["Timeline"]
