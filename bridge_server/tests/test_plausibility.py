"""The mistakes that a new integration makes are noticed; what is right is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mirage_lsd.bench.greybox_frames import greybox_frames
from mirage_lsd.frame import Camera, InputFrame
from mirage_lsd.pipelines.plausibility import InputWatch
from mirage_lsd.samples.greybox.camera_path import CameraPath
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import Renderer

WIDTH, HEIGHT, FRAMES = 320, 180, 80


@pytest.fixture(scope="module")
def walk() -> list[InputFrame]:
    """The sample's walk as Panda3D renders it, with the motion that depth and cameras say."""
    renderer = Renderer(Level(), WIDTH, HEIGHT)
    path = CameraPath(20.0)
    frames: list[InputFrame] = []
    for number in range(FRAMES):
        renderer.place(path.pose(number / 12))
        picture = renderer.render()
        before = frames[-1].camera if frames else None
        motion = motion_of(picture.depth, picture.camera, before or picture.camera)
        frames.append(InputFrame(number, picture.color.copy(), picture.depth.copy(), motion, camera=picture.camera))
    renderer.close()
    return frames


def motion_of(depth: np.ndarray, camera: Camera, before: Camera) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    z = np.where(np.isfinite(depth), depth, 1e4)
    inverse = np.linalg.inv(camera.projection.astype(float) @ camera.view)
    ndc = np.stack([x / WIDTH * 2 - 1, 1 - y / HEIGHT * 2])
    p = camera.projection.astype(float)
    ndc_z = (p[2, 2] * -z + p[2, 3]) / z
    world = np.einsum("ij,jhw->ihw", inverse, np.stack([ndc[0] * z, ndc[1] * z, ndc_z * z, z]))
    clip = np.einsum("ij,jhw->ihw", before.projection.astype(float) @ before.view, world)
    then = np.stack([(clip[0] / clip[3] + 1) / 2 * WIDTH - x, (1 - clip[1] / clip[3]) / 2 * HEIGHT - y], axis=2)
    return then.astype(np.float16)


def codes(frames: list[InputFrame], change: Callable[[InputFrame], InputFrame] = lambda frame: frame) -> set[str]:
    watch = InputWatch()
    return {notice.code for frame in frames for notice in watch.look(change(frame))}


def test_a_walk_that_is_right_is_left_alone(walk: list[InputFrame]) -> None:
    assert codes(walk) == set()


def test_the_benchmarks_corridor_is_left_alone() -> None:
    cycle = greybox_frames(WIDTH, HEIGHT, 20)
    frames = [InputFrame(i, (e := cycle[i % len(cycle)]).color, e.depth, camera=e.camera) for i in range(FRAMES)]
    assert codes(frames) == set()


def test_what_is_wrong_is_named(walk: list[InputFrame]) -> None:
    still = walk[0].camera
    mistakes: dict[str, Callable[[InputFrame], InputFrame]] = {
        "depth_unit": lambda frame: replace(frame, depth=frame.depth * 100, motion=None),
        "depth_reversed": lambda frame: replace(frame, depth=np.float32(0.1) / frame.depth, motion=None),
        "depth_flipped": lambda frame: replace(frame, depth=frame.depth[::-1].copy(), motion=None),
        "camera_still": lambda frame: replace(frame, camera=still, motion=None),
        "motion_disagrees": lambda frame: replace(frame, motion=-frame.motion),
    }
    for code, change in mistakes.items():
        assert code in codes(walk, change), code


def test_one_odd_frame_says_nothing(walk: list[InputFrame]) -> None:
    odd = [replace(frame, depth=frame.depth * 100) if i % 20 == 9 else frame for i, frame in enumerate(walk)]
    assert codes(odd) == set()


def test_frames_of_every_kind_are_survived() -> None:
    watch = InputWatch()
    empty = np.zeros((16, 16, 4), np.uint8)
    nothing = Camera(np.zeros((4, 4), np.float32), np.zeros((4, 4), np.float32))
    wild = np.full((16, 16), np.nan, np.float32)
    for seq in range(200):
        depth = (None, wild, wild * 0 + np.inf, np.zeros((16, 16), np.float32), -np.ones((16, 16), np.float32))[seq % 5]
        motion = np.full((16, 16, 2), np.inf, np.float16) if seq % 3 == 0 else None
        watch.look(InputFrame(seq, empty, depth, motion, camera=nothing if seq % 2 else None, reset=seq % 7 == 0))
