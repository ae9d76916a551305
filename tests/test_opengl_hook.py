"""The OpenGL hook in a small program that draws a world and an interface off-screen, with a daemon in this process.

The program checks by itself that its OpenGL state is what it was, and that OpenGL has no error to report.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.bench.walks import psnr
from mirage_lsd.client import library_path
from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.server import Daemon

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "hook"
MODES = ("fixed", "core", "buffer", "offscreen")
WIDTH, HEIGHT = 640, 360
# Rows of the interface, from the top, and a column between its boxes.
INTERFACE_ROWS = slice(HEIGHT - 36, HEIGHT - 12)
Picture = npt.NDArray[np.uint8]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the hook is for Linux"),
    pytest.mark.skipif(not Path("/usr/include/EGL/egl.h").exists(), reason="needs libgl-dev and libegl-dev"),
]


class RecorderPipeline(PlainControls):
    """Paints everything magenta and keeps the frames."""

    name = "recorder"
    planes: tuple[str, ...] = ("color", "depth", "ids")
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu"})

    def __init__(self) -> None:
        self.frames: list[InputFrame] = []

    def create_state(self, spec: StreamSpec) -> StreamSpec:
        return spec

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        assert frame.depth is not None
        ids = frame.ids.copy() if frame.ids is not None else None
        self.frames.append(replace(frame, color=frame.color.copy(), depth=frame.depth.copy(), ids=ids))
        pixels = np.empty((state.output_height, state.output_width, 4), np.uint8)
        pixels[...] = (255, 0, 255, 255)
        return OutputFrame(pixels)


@pytest.fixture(scope="module")
def scene() -> Path:
    """The program; hook and program are built where they are not up to date."""
    options = (
        ["-G", "Ninja", "-DMIRAGE_HOOK_BUILD_TESTS=ON"] if shutil.which("ninja") else ["-DMIRAGE_HOOK_BUILD_TESTS=ON"]
    )
    for command in (
        ["cmake", "-S", ROOT / "samples" / "opengl_hook", "-B", BUILD, *options],
        ["cmake", "--build", BUILD],
    ):
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout + built.stderr
    return BUILD / "test" / "hook_scene"


@pytest.fixture
def show(scene: Path, tmp_path: Path) -> Callable[..., list[Picture]]:
    """Function that runs the program and returns its frames as shown, row 0 on top: show(mode, frames, hooked, **settings)."""

    def run(
        mode: str, frames: int, hooked: bool = True, endpoint: str = "tcp://127.0.0.1:9", **settings: str
    ) -> list[Picture]:
        folder = tmp_path / f"{mode}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        variables = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1", "MIRAGE_LSD_ENDPOINT": endpoint}
        variables["MIRAGE_LSD_NATIVE"] = str(library_path())
        variables.update({f"MIRAGE_LSD_HOOK_{name}": value for name, value in settings.items()})
        if hooked:
            variables["LD_PRELOAD"] = str(BUILD / "libmirage_gl_hook.so")
        command = [scene, mode, str(frames), folder]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=600)
        (folder / "log.txt").write_text(done.stderr)
        assert done.returncode == 0, done.stderr
        return [
            np.frombuffer((folder / f"{i:03}.rgba").read_bytes(), np.uint8).reshape(HEIGHT, WIDTH, 4)[::-1]
            for i in range(frames)
        ]

    return run


@pytest.fixture
def exact(tmp_path: Path) -> str:
    """A profile that changes nothing of the picture."""
    path = tmp_path / "exact.profile"
    path.write_text("metres_per_unit = 1\nup = y\nheld_depth = 0\nexposure = 0\n")
    return str(path)


@pytest.mark.parametrize("mode", [*MODES, "immediate"])
def test_without_a_daemon_and_when_bypassed_every_frame_is_as_without_the_hook(
    show: Callable[..., list[Picture]], start_daemon: Callable[..., Daemon], exact: str, mode: str
) -> None:
    alone = show(mode, 12, hooked=False)
    daemon = start_daemon({"recorder": RecorderPipeline()})
    nobody = show(mode, 12, SHADING="engine")
    bypassed = show(mode, 12, endpoint=daemon.endpoint, BYPASS="1", PROFILE=exact, SHADING="engine")
    for i, picture in enumerate(alone):
        assert picture[..., :3].std() > 20
        assert np.array_equal(picture, nobody[i])
        assert np.array_equal(picture, bypassed[i])


def run_recorded(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    pipeline: Any,
    frames: int,
    **settings: str,
) -> list[Picture]:
    daemon = start_daemon({pipeline.name: pipeline})
    monkeypatch.setenv("MIRAGE_LSD_MODEL", pipeline.name)
    return show(mode, frames, endpoint=daemon.endpoint, LOCKSTEP_MS="5000", **settings)


@pytest.mark.parametrize("mode", MODES)
def test_the_world_is_painted_and_the_interface_is_not(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    mode: str,
) -> None:
    alone = show(mode, 60, hooked=False)
    pipeline = RecorderPipeline()
    shown = run_recorded(show, start_daemon, monkeypatch, mode, pipeline, 60, PROFILE=exact)
    painted = [i for i, picture in enumerate(shown) if (picture[0, 0, :3] == (255, 0, 255)).all()]
    assert len(painted) > 20
    for i in painted:
        assert (shown[i][: HEIGHT - 60, :, :3] == (255, 0, 255)).all()
        for box in range(5):
            columns = slice(20 + 120 * box, 80 + 120 * box)
            assert np.array_equal(shown[i][INTERFACE_ROWS, columns], alone[i][INTERFACE_ROWS, columns])
    # What was sent is what was drawn, to the bit.
    sent = {frame.color[: HEIGHT - 60].tobytes() for frame in pipeline.frames}
    assert all(picture[: HEIGHT - 60].tobytes() in sent for picture in (alone[painted[0]], alone[painted[-1]]))


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_that_is_given_back_is_the_games_own_to_the_bit(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    mode: str,
) -> None:
    alone = show(mode, 40, hooked=False)
    shown = run_recorded(show, start_daemon, monkeypatch, mode, PassthroughPipeline(), 40, PROFILE=exact)
    assert all(np.array_equal(a[..., :3], b[..., :3]) for a, b in zip(alone, shown, strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_depth_and_camera_are_the_programs(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    tmp_path: Path,
    mode: str,
) -> None:
    pipeline = RecorderPipeline()
    run_recorded(show, start_daemon, monkeypatch, mode, pipeline, 60, PROFILE=exact)
    (views_file,) = tmp_path.glob(f"{mode}-*/views.txt")
    truth = np.loadtxt(views_file).reshape(-1, 4, 4).transpose(0, 2, 1)
    frames = pipeline.frames
    assert len(frames) > 20
    assert [frame.reset for frame in frames] == [True] + [False] * (len(frames) - 1)
    offset = len(truth) - len(frames)
    world = np.linalg.inv(truth[offset]) @ frames[0].camera.view.astype(float) if frames[0].camera else np.eye(4)
    for i, frame in enumerate(frames):
        assert frame.camera is not None
        assert frame.depth is not None
        assert np.allclose(frame.camera.view, truth[offset + i] @ world, atol=2e-4)
        assert frame.camera.near == pytest.approx(0.1, rel=1e-3)
        assert frame.camera.far == pytest.approx(100.0, rel=1e-2)
        # The ground is a plane: its depth is known.
        row = HEIGHT - 70
        assert _ground_error(frame.depth, truth[offset + i], row) < 0.01


def _ground_error(depth: npt.NDArray[np.float32], view: npt.NDArray[np.float64], row: int) -> float:
    """Median relative error of a row's depth beside that of the plane y = 0."""
    focal = 1.3
    columns = np.arange(WIDTH) + 0.5
    directions = np.stack(
        [
            (columns / WIDTH * 2 - 1) / (focal * HEIGHT / WIDTH),
            np.full(WIDTH, (1 - (row + 0.5) / HEIGHT * 2) / focal),
            np.full(WIDTH, -1.0),
        ]
    )
    inverse = np.linalg.inv(view)
    down = (inverse[:3, :3] @ directions)[1]
    expected = -inverse[1, 3] / down
    return float(np.median(np.abs(depth[row] - expected) / expected))


@pytest.mark.parametrize("mode", [*MODES, "immediate"])
def test_what_moves_is_a_slot_with_its_transform(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    tmp_path: Path,
    mode: str,
) -> None:
    """The box has one number, on its pixels only, and its transforms are the program's; the class and strength are the profile's."""
    Path(exact).write_text(Path(exact).read_text() + "moving_class = vehicle\nmoving_strength = 0.25\n")
    alone = show(mode, 40, hooked=False)
    pipeline = RecorderPipeline()
    shown = run_recorded(show, start_daemon, monkeypatch, mode, pipeline, 40, PROFILE=exact)
    assert len(shown) == len(alone)
    views, poses = (
        np.loadtxt(max(tmp_path.glob(f"{mode}-*/{name}.txt"))).reshape(-1, 4, 4).transpose(0, 2, 1)
        for name in ("views", "poses")
    )
    frames = [frame for frame in pipeline.frames if frame.slots]
    assert len(frames) > 15
    offset = len(views) - len(pipeline.frames)
    for frame in frames[2:]:
        assert frame.camera is not None
        assert frame.ids is not None
        (slot,) = frame.slots
        assert (slot.slot, slot.object_class) == (1, "vehicle")
        assert slot.strength == pytest.approx(0.25)
        assert set(np.unique(frame.ids)) == {0, 1}
        i = pipeline.frames.index(frame) + offset
        # Whatever the world's origin is: eye_from_object is the program's.
        for matrix, camera, number in (
            (slot.world_from_object, frame.camera, i),
            (slot.previous_world_from_object, pipeline.frames[i - offset - 1].camera, i - 1),
        ):
            assert matrix is not None
            assert camera is not None
            assert np.allclose(
                camera.view @ np.vstack([matrix, [0, 0, 0, 1]]), views[number] @ poses[number], atol=2e-3
            )
        # Its pixels are those that the box alone would fill.
        box = _box_mask(views[i] @ poses[i])
        assert (frame.ids[box] == 1).mean() > 0.98
        assert (frame.ids[~box] == 1).mean() < 0.002


def _box_mask(eye_from_box: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Pixels that the box covers: those whose ray meets it. Nothing stands before it."""
    focal = 1.3
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    ray = np.stack(
        [
            ((columns + 0.5) / WIDTH * 2 - 1) / (focal * HEIGHT / WIDTH),
            (1 - (rows + 0.5) / HEIGHT * 2) / focal,
            np.full(rows.shape, -1.0),
        ],
        -1,
    )
    inverse = np.linalg.inv(eye_from_box)
    direction, origin = ray @ inverse[:3, :3].T, inverse[:3, 3]
    ends = np.sort(np.stack([(-0.5 - origin) / direction, (0.5 - origin) / direction]), axis=0)
    return np.asarray(ends[0].max(-1) < ends[1].min(-1))


def test_no_object_is_told_apart_where_the_profile_says_so(
    show: Callable[..., list[Picture]], start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, exact: str
) -> None:
    Path(exact).write_text(Path(exact).read_text() + "moving_objects = 0\n")
    pipeline = RecorderPipeline()
    run_recorded(show, start_daemon, monkeypatch, "core", pipeline, 20, PROFILE=exact)
    assert pipeline.frames
    assert all(frame.ids is None and not frame.slots for frame in pipeline.frames)


def test_what_is_held_stays_as_it_is_and_is_filled_before_the_daemon_sees_it(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    tmp_path: Path,
) -> None:
    Path(exact).write_text(Path(exact).read_text().replace("held_depth = 0", "held_depth = 0.3"))
    held, without = show("held", 40, hooked=False), show("fixed", 40, hooked=False)
    pipeline = RecorderPipeline()
    shown = run_recorded(show, start_daemon, monkeypatch, "held", pipeline, 40, PROFILE=exact)
    painted = [i for i, picture in enumerate(shown) if (picture[0, 0, :3] == (255, 0, 255)).all()]
    assert len(painted) > 15
    world = slice(0, HEIGHT - 60)
    offset = 40 - len(pipeline.frames)
    # Of all frames together: in some it has the color of what is behind it.
    weapon = np.any([(a != b).any(-1) for a, b in zip(held, without, strict=True)], axis=0)
    weapon[HEIGHT - 60 :] = False
    assert weapon.sum() > 500
    for i in painted:
        assert np.array_equal(shown[i][weapon], held[i][weapon])
        assert (shown[i][world][~weapon[world]][:, :3] == (255, 0, 255)).all()
        sent = pipeline.frames[i - offset]
        assert sent.depth is not None
        # Nothing of it is left in what is sent: no near thing, none of its colors where it was, and the rest to the bit.
        assert sent.depth[weapon].min() > 1.5
        assert (sent.color[weapon] != held[i][weapon]).any(-1).mean() > 0.9
        assert np.array_equal(sent.color[world][~weapon[world]], held[i][world][~weapon[world]])


def test_between_results_the_last_one_follows_the_camera(
    show: Callable[..., list[Picture]], start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, exact: str
) -> None:
    """A daemon that answers one frame in eight: what is shown stays near what the game draws, which it does not without reprojection."""

    class Seldom(PassthroughPipeline):
        def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
            if frame.seq % 8 != 1:
                raise ValueError("Not this one.")
            return super().process(frame, state, controls)

    errors = {}
    alone = show("core", 80, hooked=False)
    for reproject in ("1", "0"):
        daemon = start_daemon({"passthrough": Seldom()})
        monkeypatch.setenv("MIRAGE_LSD_MODEL", "passthrough")
        shown = show("core", 80, endpoint=daemon.endpoint, LOCKSTEP_MS="200", PROFILE=exact, REPROJECT=reproject)
        world = slice(0, HEIGHT - 60)
        errors[reproject] = np.mean(
            [
                np.abs(a[world, :, :3].astype(int) - b[world, :, :3]).mean()
                for a, b in zip(alone[40:], shown[40:], strict=True)
            ]
        )
    assert errors["0"] > 1.0
    assert errors["1"] < 0.5 * errors["0"]


def test_a_daemon_that_is_killed_gives_the_game_its_own_picture_and_paints_again_when_it_is_back(
    show: Callable[..., list[Picture]],
    scene: Path,
    start_daemon_process: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """What is painted is told by its brightness: the daemon gives back what it is sent, which is brightened."""
    frames = 180
    alone = show("core", frames, hooked=False)
    profile = tmp_path / "bright.profile"
    profile.write_text("metres_per_unit = 1\nup = y\nheld_depth = 0\nexposure = 230\n")
    daemon = start_daemon_process("--model", "passthrough")
    monkeypatch.setenv("MIRAGE_LSD_MODEL", "passthrough")
    folder = tmp_path / "killed"
    folder.mkdir()
    variables = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1", "MIRAGE_LSD_ENDPOINT": daemon.endpoint}
    variables |= {"MIRAGE_LSD_NATIVE": str(library_path()), "LD_PRELOAD": str(BUILD / "libmirage_gl_hook.so")}
    variables["MIRAGE_LSD_HOOK_PROFILE"] = str(profile)
    program = subprocess.Popen([scene, "core", str(frames), folder, "100"], env=variables)
    try:
        _wait_for(folder / "060.rgba")
        daemon.kill()
        _wait_for(folder / "110.rgba")
        daemon.restart()
        assert program.wait(60) == 0
    finally:
        program.kill()
    bright = [
        _read_frame(folder / f"{i:03}.rgba")[: HEIGHT - 60, :, :3].mean() > alone[i][: HEIGHT - 60, :, :3].mean() + 10
        for i in range(frames)
    ]
    assert any(bright[:60])
    assert np.array_equal(_read_frame(folder / "108.rgba"), alone[108])
    assert any(bright[120:])


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    """The shipped model with float32 kernels: another precision's rounding is not the question here."""
    kernels = PixelShader()
    before = kernels.instructions
    assert any(kernels.use(name) for name in ("avx512", "avx2", "portable"))
    made = load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=False)
    yield made
    kernels.use(before)


@pytest.mark.parametrize(("mode", "exposure"), [("held", 130), ("core", 0)])
def test_the_games_own_opengl_shades_what_the_daemon_would_paint(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    model: Any,
    tmp_path: Path,
    mode: str,
    exposure: int,
) -> None:
    """Each frame with the context of that very frame: moving things, what is held, and the interface are in it."""
    frames = 12
    profile = tmp_path / "own.profile"
    profile.write_text(
        f"metres_per_unit = 1\nup = y\nheld_depth = 0.3\nexposure = {exposure}\nmoving_class = prop\nmoving_strength = 0.5\n"
    )
    alone = show(mode, frames, hooked=False)
    daemon = start_daemon({"mirage-lsd-v1": model})
    settings = {"LOCKSTEP_MS": "60000", "PROFILE": str(profile), "CONTROLS": "scene=forest"}
    own = show(mode, frames, endpoint=daemon.endpoint, SHADING="engine", **settings)
    assert "shades with" in log_of(tmp_path)
    sent = show(mode, frames, endpoint=daemon.endpoint, SHADING="daemon", **settings)
    assert "shades with" not in log_of(tmp_path)
    values = []
    for i in range(7, frames):  # the box has its slot by then
        world = slice(0, HEIGHT - 60)
        assert np.abs(own[i][world].astype(int) - alone[i][world]).mean() > 10, "it is painted"
        assert np.array_equal(own[i][INTERFACE_ROWS, 20:80], alone[i][INTERFACE_ROWS, 20:80])
        values.append(psnr(own[i], sent[i]))
        difference = np.abs(own[i].astype(int) - sent[i].astype(int)).max(-1)
        print(mode, values[-1], np.percentile(difference, (50, 99, 99.9)), difference.max())
        assert np.median(difference) <= 1
        assert np.percentile(difference, 99) <= 6
    assert np.mean(values) >= 45.0


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ({}, "has no contexts to shade with"),
        ({"MESA_GL_VERSION_OVERRIDE": "3.0", "MESA_GLSL_VERSION_OVERRIDE": "130"}, "is older than 3.3"),
    ],
)
def test_where_the_game_can_not_shade_the_daemons_pictures_are_shown(
    show: Callable[..., list[Picture]],
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    exact: str,
    tmp_path: Path,
    versions: dict[str, str],
    sentence: str,
) -> None:
    for name, value in versions.items():
        monkeypatch.setenv(name, value)
    pipeline = RecorderPipeline()
    shown = run_recorded(show, start_daemon, monkeypatch, "fixed", pipeline, 30, PROFILE=exact, SHADING="engine")
    assert log_of(tmp_path).count(sentence) == 1
    assert sum((picture[0, 0, :3] == (255, 0, 255)).all() for picture in shown) > 10


def log_of(folder: Path) -> str:
    """What the last program wrote."""
    return max(folder.glob("*/log.txt"), key=lambda path: path.stat().st_mtime_ns).read_text()


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was not drawn in time"
        time.sleep(0.02)


def _read_frame(path: Path) -> Picture:
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(HEIGHT, WIDTH, 4)[::-1]


def test_a_profile_that_is_nonsense_does_no_harm(show: Callable[..., list[Picture]], tmp_path: Path) -> None:
    profile = tmp_path / "bad.profile"
    profile.write_text("up = down\nheld_depth = many\n\x00\xff garbage", encoding="latin-1")
    assert len(show("core", 6, PROFILE=str(profile))) == 6
    assert len(show("core", 6, PROFILE=str(tmp_path / "none"))) == 6
