"""conventions.json: three engines' descriptions of one level come to the same picture in the daemon's own code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from mirage_lsd.frame import Camera
from mirage_lsd.models.guide import world_rays
from mirage_lsd.pipelines.mirage.frame_inputs import intrinsics_of
from mirage_lsd.pipelines.projection import project

VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
CASES: dict[str, Any] = {
    case["name"]: case for case in json.loads((VECTORS / "conventions.json").read_text(encoding="utf-8"))["cases"]
}
ENGINES = ("unreal", "unity", "panda3d")
Array = npt.NDArray[np.float64]


def matrix(numbers: list[float]) -> Array:
    return np.array(numbers, np.float64).reshape(4, 4)


def picture(case: dict[str, Any], numbers: list[Any]) -> Array:
    flat = np.array(numbers, np.float64)
    return flat.reshape(case["height"], case["width"], *flat.shape[1:])


# What a plugin does at its border, in the shortest form. Each pair: world_from_engine, view_from_engine_view.
UNREAL_WORLD = np.array([[0, 0.01, 0, 0], [0, 0, 0.01, 0], [-0.01, 0, 0, 0], [0, 0, 0, 1.0]])
UNREAL_VIEW = np.diag([0.01, 0.01, -0.01, 1.0])
UNITY_WORLD = np.diag([1.0, 1.0, -1.0, 1.0])
PANDA = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


def view_of(engine: str, numbers: list[float]) -> Array:
    m = matrix(numbers)
    if engine == "unreal":
        return UNREAL_VIEW @ m.T @ np.linalg.inv(UNREAL_WORLD)
    if engine == "unity":
        return m @ UNITY_WORLD
    return PANDA @ m.T @ PANDA.T


def lens_rows_of(engine: str, numbers: list[float]) -> Array:
    """Rows x, y and w of the projection, for the protocol's camera space; the depth row is made anew from near and far."""
    m = matrix(numbers)
    converted = {"unreal": m.T @ np.diag([1, 1, -1, 1.0]), "unity": m, "panda3d": m.T @ PANDA.T}[engine]
    return np.asarray(converted[[0, 1, 3]])


def world_from_engine(engine: str, p: list[float]) -> Array:
    """A point of the engine's world in the protocol's."""
    if engine == "unreal":
        return np.array([p[1], p[2], -p[0]]) / 100
    return np.array([p[0], p[1], -p[2]]) if engine == "unity" else np.array([p[0], p[2], -p[1]])


def depth_of(engine: str, case: dict[str, Any], data: dict[str, Any]) -> Array:
    """Metres, 0 for sky."""
    near, far = data["near_m"], data["far_m"]
    if engine == "unreal":
        raw, p = picture(case, data["depth_raw"]), matrix(data["projection_matrix"])
        with np.errstate(divide="ignore"):
            metres = p[3, 2] / (raw - p[2, 2]) / 100
        return np.where(raw == 0, 0, metres)
    if engine == "unity":
        raw = picture(case, data["depth_raw_reversed"])
        return np.where(raw == 0, 0, far * near / (near + raw * (far - near)))
    raw = picture(case, data["depth_raw"])
    return np.where(raw == 1, 0, far * near / (far - raw * (far - near)))


def camera_of(engine: str, case: dict[str, Any], previous: bool = False) -> Camera:
    data = case["engines"][engine]
    view = view_of(engine, data["previous_view_matrix" if previous else "view_matrix"])
    projection = matrix(data["expected_projection"])
    projection[[0, 1, 3]] = lens_rows_of(engine, data["projection_matrix"])
    return Camera(view.astype(np.float32), projection.astype(np.float32), data["near_m"], data["far_m"])


def daemon_positions(camera: Camera, depth: Array) -> torch.Tensor:
    """(3, H, W) world positions as the model's guide computes them."""
    pose, intrinsics = (torch.from_numpy(x) for x in intrinsics_of(camera))
    rays = world_rays(pose[None], intrinsics[None], *depth.shape)[0]
    return pose[:, 3].view(3, 1, 1) + rays * torch.from_numpy(depth.astype(np.float32))


def camera_motion(case: dict[str, Any], positions: torch.Tensor, previous: Camera) -> Array:
    """(H, W, 2) pixels to the previous frame, for surfaces that stood still, as the daemon's projection gives it."""
    x, y, _ = project(positions, previous)
    rows, columns = np.mgrid[: case["height"], : case["width"]]
    return np.stack([x.numpy() - columns, y.numpy() - rows], -1)


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = CASES[request.param]
    return found


def test_the_generator_makes_the_committed_file(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(VECTORS / "generate_conventions.py"), str(tmp_path)], check=True)
    assert (tmp_path / "conventions.json").read_bytes() == (VECTORS / "conventions.json").read_bytes()


def test_the_level_has_sky_ground_and_a_moved_box(case: dict[str, Any]) -> None:
    depth, moving = picture(case, case["expected"]["depth_m"]), picture(case, case["expected"]["moving"])
    assert 0.05 < (depth == 0).mean() < 0.6
    assert moving.sum() > 20
    assert np.abs(picture(case, case["expected"]["motion_px"])).max() < 8


@pytest.mark.parametrize("engine", ENGINES)
def test_matrices_come_to_the_protocols(case: dict[str, Any], engine: str) -> None:
    data, expected = case["engines"][engine], case["expected"]
    np.testing.assert_allclose(view_of(engine, data["view_matrix"]), matrix(expected["view"]), atol=1e-6)
    np.testing.assert_allclose(
        view_of(engine, data["previous_view_matrix"]), matrix(expected["previous_view"]), atol=1e-6
    )
    projection = matrix(data["expected_projection"])
    np.testing.assert_allclose(lens_rows_of(engine, data["projection_matrix"]), projection[[0, 1, 3]], atol=1e-6)
    near, far = data["near_m"], data["far_m"]
    np.testing.assert_allclose(projection @ [0, 0, -near, 1], [0, 0, -near, near], atol=1e-5)
    np.testing.assert_allclose(projection @ [0, 0, -far, 1], [0, 0, far, far], rtol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_boxes_stand_in_the_same_place(case: dict[str, Any], engine: str) -> None:
    unit = "_cm" if engine == "unreal" else ""
    crate = case["engines"][engine]["level"][0]
    lift = case["engines"][engine]["level"][1]
    np.testing.assert_allclose(world_from_engine(engine, crate[f"corner_a{unit}"]), [1.0, 0.0, -9.0], atol=1e-6)
    np.testing.assert_allclose(world_from_engine(engine, crate[f"corner_b{unit}"]), [3.0, 2.5, -7.0], atol=1e-6)
    np.testing.assert_allclose(world_from_engine(engine, lift[f"moved{unit}"]), [0.35, 0.2, -0.15], atol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_daemon_finds_the_same_world(case: dict[str, Any], engine: str) -> None:
    depth = depth_of(engine, case, case["engines"][engine])
    expected = picture(case, case["expected"]["depth_m"])
    np.testing.assert_allclose(depth, expected, rtol=2e-4)
    positions = daemon_positions(camera_of(engine, case), depth).numpy().transpose(1, 2, 0)
    solid = expected > 0
    distance = expected[solid][:, None]
    error = np.abs(positions[solid] - picture(case, case["expected"]["world_m"])[solid])
    assert (error < 1e-3 * distance).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_daemon_finds_the_same_camera_motion(case: dict[str, Any], engine: str) -> None:
    expected = case["expected"]
    solid, moving = picture(case, expected["depth_m"]) > 0, picture(case, expected["moving"]) > 0
    # Where there is sky the daemon takes a point far away.
    depth = np.where(solid, depth_of(engine, case, case["engines"][engine]), 1e5)
    camera, previous = camera_of(engine, case), camera_of(engine, case, previous=True)
    motion = camera_motion(case, daemon_positions(camera, depth), previous)
    difference = np.abs(motion - picture(case, expected["motion_px"])).max(-1)
    assert difference[~moving].max() < 0.02
    # The box moves of itself: the camera alone does not explain it, which is why engines send motion.
    assert difference[moving].min() > 0.05


def test_stored_velocity_comes_to_the_protocols_motion(case: dict[str, Any]) -> None:
    expected, width, height = picture(case, case["expected"]["motion_px"]), case["width"], case["height"]
    raw = picture(case, case["engines"]["unreal"]["velocity_raw_u16"])
    written = raw[..., 0] > 0
    assert (written == (picture(case, case["expected"]["moving"]) > 0)).all()
    v = (raw / 65535 - 32767 / 65535) / (0.499 * 0.5)
    v = v * np.abs(v) / 2
    motion = -v * np.array([width / 2, -height / 2])
    np.testing.assert_allclose(motion[written], expected[written], atol=0.005)
    solid = picture(case, case["expected"]["depth_m"]) > 0
    unity = -picture(case, case["engines"]["unity"]["motion_raw_uv"]) * [width, height]
    np.testing.assert_allclose(unity[solid], expected[solid], atol=1e-4)
    np.testing.assert_allclose(unity[~solid], expected[~solid], atol=0.1)


def test_unity_depth_is_the_same_on_opengl(case: dict[str, Any]) -> None:
    data = case["engines"]["unity"]
    gl, reversed_z = picture(case, data["depth_raw_gl"]), picture(case, data["depth_raw_reversed"])
    np.testing.assert_allclose(gl, 1 - reversed_z, atol=1e-8)


def test_panda3d_itself_agrees(case: dict[str, Any]) -> None:
    core = pytest.importorskip("panda3d.core")
    data = case["engines"]["panda3d"]
    p = matrix(data["projection_matrix"])
    root, camera = core.NodePath("root"), core.NodePath(core.Camera("camera"))
    camera.reparentTo(root)
    camera.setPosHpr(*data["camera"]["position"], *data["camera"]["hpr_deg"])
    intrinsics = camera.node().getLens()
    intrinsics.setNearFar(data["near_m"], data["far_m"])
    intrinsics.setFov(*np.degrees(2 * np.arctan([1 / p[0, 0], 1 / p[2, 1]])))
    for ours, theirs in (("view_matrix", root.getMat(camera)), ("projection_matrix", intrinsics.getProjectionMat())):
        cells = [theirs.getCell(row, column) for row in range(4) for column in range(4)]
        np.testing.assert_allclose(cells, data[ours], atol=2e-5, rtol=2e-5)
