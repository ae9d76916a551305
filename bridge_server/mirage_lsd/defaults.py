"""What is used where nothing else was asked for."""

from __future__ import annotations

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5757"
DEFAULT_MODEL = "mirage-lsd-v1"
