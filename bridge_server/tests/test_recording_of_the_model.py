"""A recording of the shipped model, replayed.

data/hook_scene.lsdrec: nine frames of 160x90 that the OpenGL hook took out of its test program (build/hook/test/hook_scene core 11), painted by
`mirage-lsd-v1` as snow at sunset in `mirage-lsd record`. Written once; its frames stay as they are, also when the model becomes another.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirage_lsd.cli import main
from mirage_lsd.pipelines.base import Pipeline
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.recording import Recording, RecordingPipeline, RecordingWriter, replay

GOLDEN = Path(__file__).parent / "data" / "hook_scene.lsdrec"
FRAMES = 9
# Levels of 255 in the mean. Another processor, another order of sums, or a mended model stay below; another theme is far above (over 30).
_NEAR = 12.0


@pytest.fixture(scope="module")
def model() -> Pipeline:
    """The shipped one."""
    return load_pipeline("mirage-lsd-v1", "cpu")


@pytest.fixture(scope="module")
def recorded_here(model: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden frames and controls, painted and recorded on this machine."""
    path = tmp_path_factory.mktemp("recording") / "here.lsdrec"
    writer = RecordingWriter(path, {"models": ["mirage-lsd-v1"]}, 1 << 30)
    recorder = RecordingPipeline(model, writer)
    with Recording(GOLDEN) as golden:
        state = recorder.create_state(golden.streams[0].spec)
        for recorded in golden.frames(1):
            recorder.process(recorded.frame, state, recorded.controls)
    writer.close()
    return path


def test_the_same_model_on_the_same_machine_replays_to_the_same_hashes(model: Pipeline, recorded_here: Path) -> None:
    with Recording(recorded_here) as recording:
        report = replay(recording, model)
    assert (report.frames, report.equal, report.first) == (FRAMES, FRAMES, None)


def test_the_golden_frames_still_look_as_they_did(recorded_here: Path) -> None:
    with Recording(GOLDEN) as golden, Recording(recorded_here) as here:
        assert golden.head["models"] == ["mirage-lsd-v1"]
        for then, now in zip(golden.frames(1), here.frames(1), strict=True):
            assert then.result is not None
            assert now.result is not None
            assert now.controls == then.controls
            assert np.abs(now.result.astype(int) - then.result).mean() < _NEAR


def test_the_first_frame_that_is_not_the_same_is_named(model: Pipeline, recorded_here: Path, tmp_path: Path) -> None:
    """Frame 4 of the recording has a patch of red that was not there when it was painted."""
    path = tmp_path / "wrong.lsdrec"
    writer = RecordingWriter(path, {}, 1 << 30)
    with Recording(recorded_here) as recording:
        writer.open_stream(recording.streams[0].spec)
        for index, recorded in enumerate(recording.frames(1)):
            if index == 4:
                color = recorded.frame.color.copy()
                color[40:50, 60:100] = (255, 0, 0, 255)
                recorded = replace(recorded, frame=replace(recorded.frame, color=color))
            writer.add(recorded)
    writer.close()
    with Recording(path) as recording:
        report = replay(recording, model)
    assert report.equal >= 4
    assert report.first is not None
    assert (report.first.index, report.first.seq) == (4, 5)
    assert report.first.mean is not None
    assert 0 < report.first.mean < 50
    assert report.first.largest is not None
    assert report.first.largest > 0


def test_another_theme_is_not_near(model: Pipeline) -> None:
    """What `_NEAR` can show."""
    with Recording(GOLDEN) as golden:
        recorded = golden.frame(1, 0)
        assert recorded.result is not None
        state = model.create_state(golden.streams[0].spec)
        other = replace(recorded.controls, values={**recorded.controls.values, "scene": {"volcanic": 1.0}})
        pixels = np.array(model.process(recorded.frame, state, other).pixels[..., :3])
    assert np.abs(pixels.astype(int) - recorded.result).mean() > 2 * _NEAR


def test_the_contact_sheet_of_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(GOLDEN), "--inspect", str(tmp_path / "sheet.png")]) == 0
    assert f"{FRAMES} frames of 160x90" in capsys.readouterr().out
    assert (tmp_path / "sheet.png").stat().st_size > 10_000
