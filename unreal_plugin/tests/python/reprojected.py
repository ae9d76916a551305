"""What the plugin's late reprojection was given in the stand-in of the engine, and what its shader makes of that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from usf import compile_pixel_shader, draw, whole_source

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Reprojected:
    """One frame.

    Attributes:
        textures: by the names of the shader's parameters, H x W x 4. numbers: likewise. slot_rows: N x 4.
        linear: the target holds linear light. reference: H x W x 4, what the C++ reference shows, encoded.
        unseen: H x W, 255 where no result saw the point.
    """

    textures: dict[str, Floats]
    numbers: dict[str, Floats]
    slot_rows: Floats
    linear: bool
    reference: Bytes
    unseen: Bytes

    @property
    def keys(self) -> int:
        """How many results were carried."""
        return int(self.numbers["ReprojectConstants"].reshape(23, 4)[4, 2])

    @property
    def last_picture(self) -> Bytes:
        """The newest result, H x W x 4."""
        return np.rint(self.textures["KeyColor0Texture"] * 255).astype(np.uint8)


def read(folder: Path) -> Reprojected:
    """As the behaviour tests have written it."""
    textures: dict[str, Floats] = {}
    numbers: dict[str, Floats] = {}
    size, linear = (0, 0), False
    for line in (folder / "record.txt").read_text(encoding="utf-8").splitlines():
        kind, *words = line.split()
        if kind == "size":
            size = int(words[1]), int(words[0])
        elif kind == "linear":
            linear = words[0] == "1"
        elif kind == "texture":
            texels = np.fromfile(folder / f"{words[0]}.f32", np.float32)
            textures[f"{words[0]}Texture"] = texels.reshape(int(words[2]), int(words[1]), 4)
        elif kind == "number":
            numbers[words[0]] = np.array(words[1:], np.float32)
    return Reprojected(
        textures,
        numbers,
        np.fromfile(folder / "slot_rows.f32", np.float32).reshape(-1, 4),
        linear,
        np.fromfile(folder / "picture.u8", np.uint8).reshape(*size, 4),
        np.fromfile(folder / "unseen.u8", np.uint8).reshape(size),
    )


def by_the_shader(plugin: Path, repository: Path, record: Reprojected, folder: Path) -> Bytes:
    """H x W x 4, what LSDReprojectPass.usf draws."""
    spirv = compile_pixel_shader(whole_source(plugin, repository, "LSDReprojectPass"), folder)
    loose = {**record.numbers, "bLinear": np.uint32(record.linear)}
    buffers = {"SlotRowBuffer": record.slot_rows}
    return draw(spirv, record.textures, buffers, constants={}, loose=loose, size=record.unseen.shape)


def beyond_rounding(a: Bytes, b: Bytes) -> float:
    """The share of pixels that differ by more than 2."""
    return float((np.abs(a.astype(int) - b.astype(int)).max(-1) > 2).mean())
