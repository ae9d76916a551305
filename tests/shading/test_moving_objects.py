"""A thing that moves and turns keeps its texture where engines shade, too: the shaders on Mesa's lavapipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import vulkan
from scenes import ShadedScene, scenes
from shading_pass import constants_of, textures_of

from mirage_lsd.frame import Camera, Slot
from mirage_lsd.models.guide import FIELDS_FROM

# What an 8-bit value may differ by.
MOST = 2


def of_fields_alone() -> npt.NDArray[np.float32]:
    """LSD_WEIGHT, (1801, 4), of a head that looks at the fields and at nothing else."""
    random = np.random.default_rng(3)
    layers = [random.standard_normal((rows, 48)).astype(np.float32) * 0.3 for rows in (48, 48, 48, 3)]
    layers[0][:, :FIELDS_FROM] = 0
    layers[0][:, 32:] = 0
    numbers = np.concatenate([x for m in layers for x in (m.ravel(), np.zeros(len(m), np.float32))])
    texels = np.zeros((1801, 4), np.float32)
    texels.ravel()[: numbers.size] = numbers
    return texels


def carried(scene: ShadedScene, motion: npt.NDArray[np.float64], told: bool) -> ShadedScene:
    """Things and camera after the same motion: each pixel sees the point that it saw. `told`: the slots say so."""
    frame = scene.frame
    assert frame.camera is not None
    view = (frame.camera.view.astype(np.float64) @ np.linalg.inv(motion)).astype(np.float32)
    placed = motion[:3].astype(np.float32) if told else np.eye(3, 4, dtype=np.float32)
    slots = tuple(Slot(n, "unspecified", 1.0, placed) for n in range(1, 256))
    return replace(scene, frame=replace(frame, camera=Camera(view, frame.camera.projection), slots=slots))


@pytest.mark.parametrize("form", ["hlsl", "glsl", "wgsl"])
def test_what_moves_and_turns_keeps_its_texture(form: str, tmp_path: Path) -> None:
    shaders = {
        "hlsl": lambda: vulkan.from_hlsl("lsd_shade_pass", tmp_path),
        "glsl": lambda: vulkan.from_glsl("lsd_shade", tmp_path),
        "wgsl": lambda: vulkan.from_wgsl("lsd_shade_pass"),
    }[form]()
    found = next(s for s in scenes() if s.name == "characters")
    everything = np.full(found.size, 7, np.uint8)
    scene = replace(found, frame=replace(found.frame, ids=everything))
    motion = np.eye(4)
    motion[:3, :3] = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    motion[:3, 3] = (3.2, -1.1, 7.7)
    uniforms = of_fields_alone()

    def drawn(one: ShadedScene) -> npt.NDArray[np.int16]:
        return vulkan.draw(shaders, [constants_of(one), uniforms], textures_of(one), one.size)[0].astype(np.int16)

    before, after, swims = (drawn(carried(scene, *how)) for how in ((np.eye(4), True), (motion, True), (motion, False)))
    assert scene.frame.depth is not None
    ground = scene.frame.depth > 0
    assert before[ground][:, :3].std() > 5
    # A hash is a step function: where the last bits of a position decide, another cell is found.
    assert (np.abs(after - before).max(-1)[ground] > MOST).mean() < 0.02
    assert (np.abs(swims - before).max(-1)[ground] > MOST).mean() > 0.5
