"""`mirage-lsd bench`: the figures are there and make sense. How fast they are is not tested."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import DaemonProcess
from PIL import Image
from stand_in_pipelines import ContextsPipeline

from mirage_lsd.bench import imagezmq_hop
from mirage_lsd.bench.greybox_frames import greybox_frames
from mirage_lsd.bench.samples import Samples
from mirage_lsd.cli import main
from mirage_lsd.client import local_daemon
from mirage_lsd.server import Daemon

TRANSPORT_KEYS = {"transport", "width", "height", "p50_ms", "p95_ms", "fps", "memcpy_ms", "imagezmq_p50_ms"}


def measure(tmp_path: Path, *arguments: str) -> Any:
    """Runs `bench`; returns what it wrote."""
    file = tmp_path / "figures.json"
    assert main(["bench", *arguments, "--json", str(file)]) == 0
    return json.loads(file.read_text())


def test_transport(tmp_path: Path) -> None:
    pytest.importorskip("imagezmq")
    rows = measure(tmp_path, "transport", "--frames", "5", "--sizes", "640x360", "64x32")
    assert [(row["transport"], row["width"], row["height"]) for row in rows] == [
        ("inline", 640, 360),
        ("shared_memory", 640, 360),
        ("inline", 64, 32),
        ("shared_memory", 64, 32),
    ]
    for row in rows:
        assert set(row) == TRANSPORT_KEYS
        assert 0 < row["p50_ms"] <= row["p95_ms"]
        assert row["fps"] > 0
        assert row["memcpy_ms"] >= 0
        assert row["imagezmq_p50_ms"] > 0


def test_transport_without_imagezmq(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(imagezmq_hop, "imagezmq_installed", lambda: False)
    rows = measure(tmp_path, "transport", "--frames", "2", "--sizes", "64x32")
    assert [row["imagezmq_p50_ms"] for row in rows] == [None, None]
    assert "pip install" in capsys.readouterr().out


@pytest.mark.parametrize("transport", ["inline", "shared_memory"])
def test_stream(tmp_path: Path, transport: str) -> None:
    figures = measure(
        tmp_path, "stream", "--model", "passthrough", "--size", "64x64", "--frames", "200", "--transport", transport
    )
    for key in ("latency_ms", "submit_us", "acquire_us"):
        assert 0 < figures[key]["p50"] <= figures[key]["p95"] <= figures[key]["max"]
    assert figures["stages_ms"]
    for stage in figures["stages_ms"].values():
        assert 0 <= stage["p50"] <= stage["p95"]
    for process in ("client", "daemon"):
        assert all(megabytes > 1 for megabytes in figures["rss_mb"][process])
    assert figures["fps"] > 0
    rest = {key: figures[key] for key in ("frames", "dropped", "width", "height", "steps", "model", "transport")}
    assert rest == {
        "frames": 200,
        "dropped": 0,
        "width": 64,
        "height": 64,
        "steps": 3,
        "model": "passthrough",
        "transport": transport,
    }
    assert isinstance(figures["device"], str)


def test_stream_of_a_running_daemon(tmp_path: Path, daemon: DaemonProcess) -> None:
    figures = measure(
        tmp_path,
        "stream",
        "--endpoint",
        daemon.endpoint,
        "--model",
        "passthrough",
        "--size",
        "64x64",
        "--seconds",
        "0.2",
    )
    assert figures["frames"] > 0
    assert figures["rss_mb"]["daemon"] == [None, None]
    assert daemon.alive


def test_contexts_of_a_running_daemon(tmp_path: Path, start_daemon: Callable[..., Daemon]) -> None:
    endpoint = start_daemon({"contexts": ContextsPipeline()}).endpoint
    what = ("--contexts", "--model", "contexts", "--size", "1280x720", "--frames", "30")
    figures = measure(tmp_path, "stream", "--endpoint", endpoint, *what)
    assert (figures["contexts"], figures["plane_size"]) == (True, [320, 176])
    assert (figures["frames"], figures["dropped"]) == (30, 0)
    assert figures["latency_ms"]["p50"] > 0


def test_opening(tmp_path: Path) -> None:
    what = ("--model", "passthrough", "--size", "64x64", "--opened", "96x64", "64x96", "--seconds", "0.2")
    figures = measure(tmp_path, "opening", *what)
    for gaps in (figures, *figures["openings"]):
        for key in ("gap_alone_ms", "gap_opening_ms"):
            assert 0 < gaps[key]["p50"] <= gaps[key]["p95"] <= gaps[key]["max"]
    assert [row["opened"] for row in figures["openings"]] == [[96, 64], [64, 96]]
    assert all(row["seconds"] > 0 for row in figures["openings"])
    longest, usual = max(row["gap_opening_ms"]["max"] for row in figures["openings"]), figures["gap_alone_ms"]["p50"]
    assert figures["longest_beyond_usual_ms"]["opening"] == pytest.approx(longest - usual, abs=0.002)


def test_opening_starts_with_nothing_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its daemon has another cache folder than this process, and leaves nothing behind."""
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path / "own"))
    seen: list[str] = []

    class Remembered(local_daemon.DaemonProcess):
        def __init__(self, *arguments: Any, environment: dict[str, str]) -> None:
            super().__init__(*arguments, environment=environment)
            seen.append(environment["MIRAGE_LSD_CACHE"])
            assert list(Path(seen[-1]).iterdir()) == []

    monkeypatch.setattr(local_daemon, "DaemonProcess", Remembered)
    measure(tmp_path, "opening", "--model", "passthrough", "--size", "64x64", "--opened", "96x64", "--seconds", "0.1")
    assert seen
    assert not Path(seen[0]).exists()


def test_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "stream", "--model", "nonsense", "--frames", "1"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("mirage-lsd bench stream: ")
    assert "nonsense" in said


def test_model_that_the_running_daemon_lacks(daemon: DaemonProcess, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "stream", "--endpoint", daemon.endpoint, "--frames", "1"]) == 1
    assert "mirage-lsd-v1" in capsys.readouterr().err


def test_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "nowhere" / "figures.json")
    arguments = ["bench", "stream", "--model", "passthrough", "--size", "64x64", "--frames", "5", "--json", file]
    assert main(arguments) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--seconds", "0"], ["--seconds", "nan"], ["--frames", "0"], ["--frames", "5", "--seconds", "1"]]
)
def test_lengths_that_are_none(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "stream", *arguments])


@pytest.mark.parametrize("size", ["640", "x", "640x", "8x8", "640x-1", "5000x100"])
def test_sizes_that_are_none(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "stream", "--size", size])
    assert size in capsys.readouterr().err


def test_samples_are_bounded_and_true() -> None:
    samples = Samples()
    for value in range(100_000):
        samples.add(float(value))
    figures = samples.p50_p95_max()
    assert figures["max"] == 99_999
    assert figures["p50"] == pytest.approx(50_000, rel=0.05)
    assert figures["p95"] == pytest.approx(95_000, rel=0.02)


def test_greybox_frames_are_what_their_cameras_see() -> None:
    """The end wall's depth follows the camera, and the floor lies where the projection says."""
    frames = greybox_frames(64, 48)
    assert len(frames) == 10
    for frame, following in zip(frames, [*frames[1:], frames[0]], strict=True):
        assert not np.array_equal(frame.color, following.color)
        assert np.isfinite(frame.depth).all()
        assert frame.depth.min() > 0
        row, column = 47, 31  # the floor, in front of the feet
        depth = float(frame.depth[row, column])
        clip_y = 1 - (row + 0.5) / 48 * 2
        height = clip_y * depth / frame.camera.projection[1, 1]
        assert height == pytest.approx(-1.6, abs=1e-3)


def test_reprojection(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    rows = measure(tmp_path, "reprojection", "--size", "96x64", "--frames", "84", "--steps", "1", "--sheet", str(sheet))
    assert [row["results_a_second"] for row in rows] == [5, 10, 15, 30] * 2
    for row in rows:
        interval = 60 // row["results_a_second"]
        assert row["age_frames"] == [interval, 2 * interval - 1]
        assert 0 < row["unseen_percent"]["mean"] < 60
        gain = row["psnr_reprojected_db"]["mean"] - row["psnr_last_picture_db"]["mean"]
        assert row["gain_db"] == pytest.approx(gain, abs=0.02)
        assert gain > (6 if interval <= 4 else 3)
    with Image.open(sheet) as picture:
        assert picture.width == 5 * 96
        assert picture.height > 8 * 64


def test_shading(tmp_path: Path) -> None:
    figures = measure(tmp_path, "shading", "--size", "96x64", "--frames", "36", "--steps", "1")
    assert [row["walk"] for row in figures["psnr"]] == ["steady"] * 7 + ["looking around"] * 7
    for walk in (figures["psnr"][:7], figures["psnr"][7:]):
        by_age = [row["looked_up_db"]["mean"] for row in walk[:4]]
        assert by_age == sorted(by_age, reverse=True)
        assert by_age[0] > 45
        # Where the camera turns, the context's own place is what counts.
        assert walk[2]["looked_up_db"]["mean"] > walk[2]["as_it_is_db"]["mean"]
    assert figures["engine_pass"]["processor_ms"] > 0
    assert figures["engine_pass"]["kernels_processor_ms"] > 0
    assert figures["bytes_up"] == 96 * 64 * 8
    assert figures["bytes_down"] == 12 * 8 * 16 * 2
    assert figures["bytes_weights"] == 7203 * 2
    assert figures["contexts_a_second"]["p50"] > 0


@pytest.mark.parametrize("kind", ["reprojection", "shading"])
def test_too_few_frames_are_refused(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", kind, "--frames", "5"]) == 1
    assert "too few" in capsys.readouterr().err
