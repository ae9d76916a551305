"""Stand-in of syphon-python 0.2.0 (macOS): its names and signatures, the run loop that waits, and textures whose colors are BGRA."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import shared_pictures

_RGBA8_UNORM, _BGRA8_UNORM = 70, 80


class Texture:
    """What PyObjC gives for an MTLTexture."""

    def __init__(self, width: int, height: int, pixel_format: int) -> None:
        self.pixels = np.zeros((height, width, 4), np.uint8)
        self._format = pixel_format

    def width(self) -> int:
        return int(self.pixels.shape[1])

    def height(self) -> int:
        return int(self.pixels.shape[0])

    def pixelFormat(self) -> int:
        return self._format


class Device:
    """What PyObjC gives for an MTLDevice."""

    def texture(self, width: int, height: int, pixel_format: int) -> Texture:
        return Texture(width, height, pixel_format)


@dataclass
class SyphonServerDescription:
    uuid: str
    name: str
    app_name: str
    icon: Any
    raw: Any


class SyphonServerDirectory:
    def __init__(self) -> None:
        self.run_loop_interval = 1.0

    def __enter__(self) -> SyphonServerDirectory:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        pass

    @property
    def servers(self) -> list[SyphonServerDescription]:
        self.update_run_loop()
        return [SyphonServerDescription(name, name, "python", None, None) for name in shared_pictures.names()]

    def update_run_loop(self) -> None:
        time.sleep(self.run_loop_interval)


class SyphonMetalServer:
    def __init__(
        self, name: str, device: Device | None = None, command_queue: object = None, *, is_private: bool = False
    ) -> None:
        self.name, self.device, self._number = name, device or Device(), 0

    def __enter__(self) -> SyphonMetalServer:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.stop()

    def stop(self) -> None:
        shared_pictures.remove(self.name)

    def publish_frame_texture(
        self, texture: Texture, region: object = None, size: object = None, is_flipped: bool = False,
        command_buffer: object = None, auto_commit: bool = True,
    ) -> None:  # fmt: skip
        self._number += 1
        bgra = texture.pixelFormat() == _BGRA8_UNORM
        shared_pictures.write(self.name, texture.pixels[..., [2, 1, 0, 3]] if bgra else texture.pixels, self._number)


class SyphonMetalClient:
    def __init__(self, description: SyphonServerDescription, device: Device | None = None) -> None:
        self._name, self._seen = description.name, -1

    def __enter__(self) -> SyphonMetalClient:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        pass

    @property
    def is_valid(self) -> bool:
        return shared_pictures.read(self._name) is not None

    @property
    def has_new_frame(self) -> bool:
        found = shared_pictures.read(self._name)
        return found is not None and found[1] != self._seen

    @property
    def new_frame_image(self) -> Texture | None:
        found = shared_pictures.read(self._name)
        if found is None:
            return None
        picture, self._seen = found
        texture = Texture(picture.shape[1], picture.shape[0], _BGRA8_UNORM)
        texture.pixels[:] = picture[..., [2, 1, 0, 3]]
        return texture
