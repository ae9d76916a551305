"""syphon.utils.raw."""

from __future__ import annotations

from typing import Any


def create_mtl_texture(device: Any, width: int, height: int, pixel_format: int = 70) -> Any:
    return device.texture(width, height, pixel_format)
