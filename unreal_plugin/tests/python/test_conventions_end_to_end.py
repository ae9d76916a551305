"""The level of conventions.json as Unreal stores it, through the plugin's own code, its shaders' arithmetic, the native core and a daemon: what
a pipeline is given there is what the protocol says."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.models.guide import world_rays
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.pipelines.mirage.frame_inputs import intrinsics_of


class Recorder(PlainControls):
    """Keeps what each frame brought; gives the picture back."""

    name = "passthrough"
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu"})
    planes = ("color", "depth", "motion")

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    def create_state(self, spec: StreamSpec) -> None:
        return None

    def process(self, frame: InputFrame, state: None, controls: Controls) -> OutputFrame:
        assert frame.depth is not None
        assert frame.motion is not None
        self.frames.append(
            {
                "color": frame.color.copy(),
                "depth": frame.depth.copy(),
                "motion": np.asarray(frame.motion, np.float32).copy(),
                "camera": frame.camera,
                "reset": frame.reset,
            }
        )
        return OutputFrame(np.ascontiguousarray(frame.color))


@pytest.fixture(params=["walk", "roll"])
def case(request: pytest.FixtureRequest, repository: Path) -> dict[str, Any]:
    text = (repository / "shared_protocol/vectors/conventions.json").read_text(encoding="utf-8")
    return next(case for case in json.loads(text)["cases"] if case["name"] == request.param)


def play(repository: Path, endpoint: str, case: str) -> None:
    """Frame 1 with the previous camera, frame 2 with the current one, frame 3 in another level, frame 4 after a reset, frame 5 as before."""
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    environment = {**os.environ, "LSD_TEST_ENDPOINT": endpoint, "LSD_TEST_CASE": case}
    done = subprocess.run(
        [str(program), "--gtest_filter=Played.*"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_arrives_is_what_the_protocol_says(
    repository: Path, start_daemon: Callable[..., Any], case: dict[str, Any]
) -> None:
    recorder = Recorder()
    daemon = start_daemon({"passthrough": recorder})
    play(repository, daemon.endpoint, case["name"])
    height, width = case["height"], case["width"]
    expected = {k: np.array(case["expected"][k]) for k in ("depth_m", "world_m", "motion_px", "view", "previous_view")}
    depth = expected["depth_m"].reshape(height, width)
    solid = depth > 0

    first, second = recorder.frames[0], recorder.frames[1]
    assert [frame["reset"] for frame in recorder.frames] == [True, False, True, True, False]
    np.testing.assert_allclose(first["camera"].view.reshape(-1), expected["previous_view"], atol=1e-5)
    np.testing.assert_allclose(first["motion"], 0, atol=1e-3)

    np.testing.assert_allclose(second["camera"].view.reshape(-1), expected["view"], atol=1e-5)
    projection = case["engines"]["unreal"]["expected_projection"]
    np.testing.assert_allclose(second["camera"].projection.reshape(-1), projection, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(second["depth"][solid], depth[solid], rtol=1e-3)
    assert (second["depth"][~solid] == 0).all()
    motion = expected["motion_px"].reshape(height, width, 2)
    np.testing.assert_allclose(second["motion"][solid], motion[solid], atol=0.02)
    np.testing.assert_allclose(second["motion"][~solid], motion[~solid], atol=0.06)

    pose, lens = (torch.from_numpy(x) for x in intrinsics_of(second["camera"]))
    rays = world_rays(pose[None], lens[None], height, width)[0]
    world = pose[:, 3].view(3, 1, 1) + rays * torch.from_numpy(second["depth"])
    error = np.abs(world.numpy().transpose(1, 2, 0) - expected["world_m"].reshape(height, width, 3))
    assert (error[solid] < 2e-3 * depth[solid][:, None]).all()
