"""`mirage-lsd demo`, for real: daemon, native core, Panda3D and the shipped network."""

import json

import imageio_ffmpeg
import pytest
from PIL import Image

from mirage_lsd.cli import main


def test_the_demo_leaves_what_it_promises(tmp_path, capsys):
    assert (
        main(["demo", "--size", "160x96", "--seconds", "1", "--steps", "1", "--device", "cpu", "--out", str(tmp_path)])
        == 0
    )
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["engine"] == "panda3d"
    assert report["transport"] == "shared_memory"
    assert report["model"] == "mirage-lsd-v1"
    assert report["device"] == "cpu"
    assert (report["width"], report["height"], report["steps"]) == (160, 96, 1)
    assert report["frames_sent"] == report["frames_returned"] == 24
    assert report["frames_dropped"] == 0
    assert report["fps"] > 0
    assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p95"] <= report["latency_ms"]["max"]
    assert {"anchor", "motion", "denoise", "shade"} <= set(report["stages_ms"])
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "demo.mp4"))
    assert frames == 24
    assert seconds == pytest.approx(1.0, abs=0.1)
    # Grey boxes, the daemon's picture, and what the engine painted by itself of the same frames.
    reader = imageio_ffmpeg.read_frames(str(tmp_path / "demo.mp4"))
    assert next(reader)["size"][0] == 3 * 160
    reader.close()
    assert report["engine_shading"]["context_every_frames"] == 3
    # Eight themes in a second: the contexts are three frames of 24 behind all of it.
    assert 12 < report["engine_shading"]["psnr_mean_db"] <= 99
    with Image.open(tmp_path / "contact_sheet.png") as sheet:
        assert sheet.width > 900
        assert sheet.height > 1000
    assert "24 frames sent, 24 returned, 0 dropped" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--size", "big"], "--size takes WIDTHxHEIGHT"),
        (["--size", "4x4"], "16 to 4096"),
        (["--seconds", "0"], "--seconds"),
        (["--model", "nope"], "no model 'nope'"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, capsys, arguments, sentence):
    assert main(["demo", "--out", str(tmp_path), *arguments]) == 1
    assert sentence in capsys.readouterr().err


def test_a_place_that_cannot_be_written(tmp_path, capsys):
    taken = tmp_path / "file"
    taken.write_text("")
    assert main(["demo", "--out", str(taken / "below")]) == 1
    assert "can't be written" in capsys.readouterr().err
