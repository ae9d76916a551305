"""The sample's walk in the stand-in of Unreal, in front of a real daemon with the shipped model, twice: the daemon's pictures of each frame, and what the
plugin shows in between of what came one interval before: shaded from contexts, or the last pictures carried along."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from reprojected import beyond_rounding, by_the_shader, read
from test_shading import painted_by_the_shader, record_in

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.bench.walks import psnr
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.samples.greybox.camera_path import CameraPath
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import NEAR, Picture, Renderer

Bytes = npt.NDArray[np.uint8]
WIDTH, HEIGHT, FRAMES = 192, 112, 32
ENGINE_FPS, INTERVAL = 60, 4
SWING_DEG = 12.0
# Where each axis of the protocol's world goes in Unreal's.
UNREAL_AXIS, SIGN = (1, 2, 0), (1.0, 1.0, -1.0)
CM = 100.0


def unreal_matrices(picture: Picture) -> npt.NDArray[np.float64]:
    """View and projection as Unreal has them: rows, centimetres, reversed depth, the far plane at infinity. (2, 4, 4)."""
    view, lens = picture.camera.view.astype(np.float64), picture.camera.projection
    matrices = np.zeros((2, 4, 4))
    for row in range(3):
        row_sign = -1.0 if row == 2 else 1.0
        for column in range(3):
            matrices[0, UNREAL_AXIS[column], row] = view[row, column] * row_sign * SIGN[column]
        matrices[0, 3, row] = view[row, 3] * row_sign * CM
    matrices[0, 3, 3] = 1.0
    matrices[1, 0, 0], matrices[1, 1, 1] = lens[0, 0], lens[1, 1]
    matrices[1, 2, 0], matrices[1, 2, 1] = -lens[0, 2], -lens[1, 2]
    matrices[1, 2, 3], matrices[1, 3, 2] = 1.0, NEAR * CM
    return matrices


def write_walk(folder: Path) -> None:
    """Looking around in the sample's level, at 60 frames a second, as Unreal would have it in its buffers."""
    level = Level()
    renderer = Renderer(level, WIDTH, HEIGHT)
    lines = [f"{WIDTH} {HEIGHT} {FRAMES}"]
    try:
        renderer.render()  # warms the driver up
        path = CameraPath(20.0)
        for i in range(FRAMES):
            seconds = i / ENGINE_FPS
            pose = path.pose(2.0 + seconds)
            renderer.place(replace(pose, heading=pose.heading + SWING_DEG * math.sin(math.pi * seconds)))
            level.move(seconds)
            picture = renderer.render()
            assert picture.depth is not None
            (folder / f"{i}.bgra").write_bytes(picture.color[..., [2, 1, 0, 3]].tobytes())
            (folder / f"{i}.z").write_bytes((np.float32(NEAR) / picture.depth).astype(np.float32).tobytes())
            lines.append(" ".join(repr(float(number)) for number in unreal_matrices(picture).ravel()))
    finally:
        renderer.close()
    (folder / "walk.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    write_walk(folder)
    return folder


@pytest.fixture
def endpoint(start_daemon: Callable[..., Any]) -> Iterator[str]:
    """With float32 kernels, and a context for each frame: bfloat16's own rounding is not the question here."""
    kernels = PixelShader()
    before = kernels.instructions
    assert any(kernels.use(name) for name in ("avx512", "avx2", "portable"))
    yield start_daemon({"mirage-lsd-v1": load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=False)}).endpoint
    kernels.use(before)


@pytest.fixture
def play(repository: Path, endpoint: str, walk: Path) -> Callable[[str], Path]:
    """Plays a test of `walked_test.cpp`; returns the folder that it has written to."""

    def played(name: str) -> Path:
        program = repository / "build" / "unreal" / "behaviour_test"
        assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
        done = subprocess.run(
            [str(program), f"--gtest_filter=Walked.{name}"],
            env={**os.environ, "LSD_TEST_ENDPOINT": endpoint, "LSD_TEST_WALK": str(walk)},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "SKIPPED" not in done.stdout
        return walk

    return played


def daemons_picture(walk: Path, index: int) -> Bytes:
    return np.fromfile(walk / f"{index}.painted", np.uint8).reshape(HEIGHT, WIDTH, 4)[..., [2, 1, 0, 3]]


def keep(name: str, pictures: list[Bytes]) -> None:
    """For the eye, where a folder is named."""
    if folder := os.environ.get("LSD_KEEP_PICTURES"):
        from PIL import Image

        Image.fromarray(np.concatenate(pictures, 1)[..., :3]).save(f"{folder}/{name}.png")


def test_the_engines_picture_is_the_daemons(
    play: Callable[[str], Path], plugin: Path, repository: Path, tmp_path: Path
) -> None:
    walk = play("TheDaemonsPictures")
    figures: dict[str, list[float]] = {}
    for name, first in (("FreshContexts", 0), ("LateContexts", INTERVAL)):
        play(name)
        figures[name] = []
        for i in range(first, FRAMES):
            shaded = painted_by_the_shader(plugin, repository, record_in(walk / str(i)), tmp_path)
            own = daemons_picture(walk, i)
            assert own[..., :3].std() > 10
            figures[name].append(psnr(shaded, own))
            if i == FRAMES - 1:
                keep(name, [own, shaded])
    for name, values in figures.items():
        print(f"{name}: {np.mean(values):.1f} dB in the mean, {np.min(values):.1f} at least")
    assert np.mean(figures["FreshContexts"]) >= 45.0


def test_pictures_that_are_carried_along_are_eight_decibels_better_than_the_last_one(
    play: Callable[[str], Path], plugin: Path, repository: Path, tmp_path: Path
) -> None:
    walk = play("TheDaemonsPictures")
    play("LatePictures")
    last, carried, unseen = [], [], []
    for i in range(2 * INTERVAL, FRAMES):
        record = read(walk / str(i))
        shown = by_the_shader(plugin, repository, record, tmp_path)
        assert beyond_rounding(shown, record.reference) <= 0.001
        own = daemons_picture(walk, i)
        last.append(psnr(record.last_picture, own))
        carried.append(psnr(shown, own))
        unseen.append((record.unseen > 0).mean())
        if i == FRAMES - 1:
            keep("LatePictures", [own, record.last_picture, shown, np.repeat(record.unseen[..., None], 4, -1)])
    print(f"the last picture {np.mean(last):.1f} dB, carried {np.mean(carried):.1f} dB, {np.mean(unseen):.3f} unseen")
    assert np.mean(carried) >= np.mean(last) + 8.0
