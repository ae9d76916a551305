"""syphon.utils.numpy: the texture's bytes as they are, whatever the order of its colors."""

from __future__ import annotations

from typing import Any

import numpy as np


def copy_image_to_mtl_texture(image: np.ndarray, texture: Any) -> None:
    assert len(image.shape) == 3
    assert image.shape[2] == 4
    texture.pixels[:] = np.frombuffer(image.tobytes(), np.uint8).reshape(texture.pixels.shape)


def copy_mtl_texture_to_image(texture: Any) -> np.ndarray:
    return np.frombuffer(texture.pixels.tobytes(), np.uint8).reshape(texture.height(), texture.width(), 4)
