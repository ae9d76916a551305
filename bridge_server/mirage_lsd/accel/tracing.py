"""Tracing of PyTorch networks, which changes what belongs to the whole process."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Tracing changes Python's warning filters. Only threads that trace wait for each other.
_tracing = threading.Lock()


@contextmanager
def tracing() -> Iterator[None]:
    """One thread at a time, without gradients and without the tracer's warnings about shapes that become constants, which they shall."""
    with _tracing, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        yield
