"""The one exception of the measurements."""

from __future__ import annotations


class BenchError(RuntimeError):
    """A measurement can't go on; the text is one sentence that says why."""
