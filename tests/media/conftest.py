"""The fixtures of the media tests."""

from __future__ import annotations

from receivers import display, open_page, rtmp_server

__all__ = ["display", "open_page", "rtmp_server"]
