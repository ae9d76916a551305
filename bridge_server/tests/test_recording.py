"""Record and replay, without a daemon."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import Camera, InputFrame, OutputFrame, Slot, Sun
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.recording import Recording, RecordingPipeline, RecordingWriter, replay
from mirage_lsd.recording.chunks import RecordingError
from mirage_lsd.recording.contact_sheet import write_contact_sheet

WIDTH, HEIGHT = 48, 32
SPEC = StreamSpec(WIDTH, HEIGHT, WIDTH, HEIGHT, steps=2, seed=7, planes=("color", "depth", "motion", "ids"))


class FadingPipeline(PlainControls):
    """Mixes each picture with the result before it: a frame that is lost, or a control that is not the same, shows ever after."""

    name = "fading"
    planes: tuple[str, ...] = ("color",)
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu"})

    def __init__(self, offset: int = 0, from_seq: int = 0) -> None:
        self.offset, self.from_seq = offset, from_seq

    def create_state(self, spec: StreamSpec) -> dict[str, Any]:
        return {"last": np.full((spec.output_height, spec.output_width, 4), spec.seed, np.uint8)}

    def process(self, frame: InputFrame, state: dict[str, Any], controls: Controls) -> OutputFrame:
        if frame.color[0, 0, 0] == 255:
            raise ValueError("This picture begins with red.")
        if frame.reset:
            state["last"][:] = 0
        amount = controls.number("amount") + sum(
            weight * len(name) for name, weight in controls.weights("scene").items()
        )
        mixed = frame.color.astype(np.float64) * amount + state["last"] * 0.5
        if frame.depth is not None:
            mixed += np.nan_to_num(frame.depth, posinf=0.0)[..., None]
        for slot in frame.slots:
            mixed += slot.strength
        state["last"] = (mixed % 251).astype(np.uint8)
        off = self.offset if frame.seq >= self.from_seq else 0
        return OutputFrame(state["last"] + np.uint8(off), {"fade": 1})


def frames(count: int) -> Iterator[tuple[InputFrame, Controls]]:
    random = np.random.default_rng(3)
    for i in range(count):
        view = np.eye(4, dtype=np.float32)
        view[:3, 3] = random.normal(size=3)
        depth = random.uniform(0.5, 80, (HEIGHT, WIDTH)).astype(np.float32)
        depth[:4] = np.inf
        yield (
            InputFrame(
                seq=2 * i + 1,
                color=random.integers(0, 255, (HEIGHT, WIDTH, 4), dtype=np.uint8),
                depth=depth,
                motion=random.normal(size=(HEIGHT, WIDTH, 2)).astype(np.float16),
                ids=random.integers(0, 4, (HEIGHT, WIDTH), dtype=np.uint8),
                camera=Camera(view, np.eye(4, dtype=np.float32) * 2, 0.25, 500.0, (0.25, -0.5)),
                sun=Sun((0.0, 1.0, 0.0), (1.0, 0.5, 0.25)),
                slots=(Slot(3, "foliage", 0.5, np.ones((3, 4), np.float32)),) if i % 2 else (),
                reset=i == 4,
            ),
            Controls(
                {
                    "scene": {"city": 1 - i / 16, "forest": i / 16},
                    "amount": (0.1 * i,),
                    "sun": None,
                    "flag": True,
                    "seed": 5,
                }
            ),
        )


def record(path: Path, count: int = 9, *, results: bool = True, max_bytes: int = 1 << 30) -> RecordingWriter:
    writer = RecordingWriter(path, {"model": "fading", "note": "test"}, max_bytes)
    pipeline = RecordingPipeline(FadingPipeline(), writer, results=results)
    state = pipeline.create_state(SPEC)
    for frame, controls in frames(count):
        pipeline.process(frame, state, controls)
        frame.color[:] = 0  # the arrays are the pipeline's only during the call
    writer.close()
    return writer


def test_everything_comes_back_to_the_bit(tmp_path: Path) -> None:
    record(tmp_path / "a.lsdrec")
    with Recording(tmp_path / "a.lsdrec") as recording:
        assert recording.head == {"model": "fading", "note": "test"}
        assert recording.end == "closed"
        (stream,) = recording.streams
        assert stream.spec == replace(SPEC, exact=True)
        assert stream.frames == len(recording) == 9
        for recorded, (frame, controls) in zip(recording.frames(1), frames(9), strict=True):
            assert recorded.controls == controls
            assert list(recorded.controls.weights("scene")) == ["city", "forest"]
            for name in ("color", "depth", "motion", "ids"):
                kept, sent = getattr(recorded.frame, name), getattr(frame, name)
                assert kept.dtype == sent.dtype
                assert np.array_equal(kept, sent)
            assert recorded.frame.normal is None
            assert recorded.frame.camera is not None
            assert frame.camera is not None
            assert np.array_equal(recorded.frame.camera.view, frame.camera.view)
            assert (
                replace(recorded.frame.camera, view=frame.camera.view, projection=frame.camera.projection)
                == frame.camera
            )
            assert recorded.frame.sun == frame.sun
            assert recorded.frame.reset == frame.reset
            assert len(recorded.frame.slots) == len(frame.slots)
            for kept_slot, slot in zip(recorded.frame.slots, frame.slots, strict=True):
                assert np.array_equal(kept_slot.world_from_object, slot.world_from_object)
                assert (kept_slot.slot, kept_slot.object_class, kept_slot.strength) == (3, "foliage", 0.5)
        assert recording.frame(1, 5).frame.seq == 11


def test_replay_of_the_same_model_is_the_same(tmp_path: Path) -> None:
    record(tmp_path / "a.lsdrec")
    with Recording(tmp_path / "a.lsdrec") as recording:
        report = replay(recording, FadingPipeline())
    assert (report.frames, report.equal, report.first) == (9, 9, None)


def test_a_model_that_saves_time_when_it_may_is_recorded_and_replayed_exactly(tmp_path: Path) -> None:
    class Hasty(FadingPipeline):
        """Where it need not be exact its results differ from run to run."""

        runs = 0

        def create_state(self, spec: StreamSpec) -> dict[str, Any]:
            Hasty.runs += 1
            return super().create_state(spec if spec.exact else replace(spec, seed=Hasty.runs))

    writer = RecordingWriter(tmp_path / "a.lsdrec", {}, 1 << 30)
    pipeline = RecordingPipeline(Hasty(), writer)
    state = pipeline.create_state(SPEC)
    for frame, controls in frames(3):
        pipeline.process(frame, state, controls)
    writer.close()
    with Recording(tmp_path / "a.lsdrec") as recording:
        assert replay(recording, Hasty()).equal == 3


@pytest.mark.parametrize(("results", "mean", "largest"), [(True, 2.0, 2), (False, None, None)])
def test_replay_says_which_frame_differs_first_and_by_how_much(
    tmp_path: Path, results: bool, mean: float | None, largest: int | None
) -> None:
    record(tmp_path / "a.lsdrec", results=results)
    with Recording(tmp_path / "a.lsdrec") as recording:
        report = replay(recording, FadingPipeline(offset=2, from_seq=7))
    assert report.equal == 3
    assert report.first is not None
    assert (report.first.index, report.first.seq, report.first.mean, report.first.largest) == (3, 7, mean, largest)
    assert "Frame 3 of stream 1 (seq 7)" in report.first.sentence()


def test_a_refused_frame_is_recorded_as_refused(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.lsdrec", {})
    pipeline = RecordingPipeline(FadingPipeline(), writer)
    state = pipeline.create_state(SPEC)
    for i, (frame, controls) in enumerate(frames(3)):
        if i == 1:
            frame.color[0, 0] = 255
            with pytest.raises(ValueError, match="begins with red"):
                pipeline.process(frame, state, controls)
        else:
            pipeline.process(frame, state, controls)
    writer.close()
    with Recording(tmp_path / "a.lsdrec") as recording:
        assert [recorded.error for recorded in recording.frames(1)] == ["", "This picture begins with red.", ""]
        assert replay(recording, FadingPipeline()).equal == 3


def test_a_file_cut_off_anywhere_reads_up_to_there(tmp_path: Path) -> None:
    record(tmp_path / "whole.lsdrec", 5)
    whole = (tmp_path / "whole.lsdrec").read_bytes()
    cut = tmp_path / "cut.lsdrec"
    counts = []
    for length in (*range(0, 600, 13), *range(600, len(whole), 1511), len(whole) - 1, len(whole)):
        cut.write_bytes(whole[:length])
        try:
            with Recording(cut) as recording:
                counts.append(len(recording))
                assert replay(recording, FadingPipeline()).equal == len(recording)
        except RecordingError:
            counts.append(-1)
    assert counts == sorted(counts)
    assert counts[0] == -1
    assert set(counts) == {-1, 0, 1, 2, 3, 4, 5}


def test_a_damaged_chunk_ends_its_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.lsdrec"
    record(path, 5)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    with Recording(path) as recording:
        read = list(recording.frames(1))
    assert 0 < len(read) < 5


def test_garbage_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.lsdrec").write_bytes(b"\x89PNG" * 100)
    with pytest.raises(RecordingError, match="is no recording of this version"):
        Recording(tmp_path / "a.lsdrec")


def test_disk_use_is_bounded_and_the_stream_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.lsdrec"
    limit = (1 << 20) + 60_000
    writer = record(path, 40, max_bytes=limit)
    assert path.stat().st_size <= limit
    assert "has reached its limit" in writer.ended
    with Recording(path) as recording:
        assert 0 < len(recording) < 40
        assert recording.end == writer.ended
        assert replay(recording, FadingPipeline()).equal == len(recording)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_ends_the_recording_not_the_stream(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "a.lsdrec"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        writer = record(path, 30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "can't be written any more" in writer.ended
    with Recording(path) as recording:
        assert 0 < len(recording) < 30
        assert replay(recording, FadingPipeline()).equal == len(recording)


def test_streams_are_kept_apart(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.lsdrec", {})
    pipeline = RecordingPipeline(FadingPipeline(), writer)
    states = [pipeline.create_state(SPEC), pipeline.create_state(replace(SPEC, seed=90))]
    for i, (frame, controls) in enumerate(frames(8)):
        pipeline.process(frame, states[i % 2], controls)
    writer.close()
    with Recording(tmp_path / "a.lsdrec") as recording:
        assert [(stream.frames, stream.spec.seed) for stream in recording.streams] == [(4, 7), (4, 90)]
        assert replay(recording, FadingPipeline()).equal == 8


def test_the_golden_recording_is_still_read_and_still_comes_out_the_same() -> None:
    """Three frames, written by the first version of the format; never written again."""
    with Recording(Path(__file__).parent / "data" / "golden.lsdrec") as recording:
        assert recording.streams[0].spec == SPEC
        for recorded, (frame, controls) in zip(recording.frames(1), frames(3), strict=True):
            assert recorded.controls == controls
            assert np.array_equal(recorded.frame.color, frame.color)
        report = replay(recording, FadingPipeline())
    assert (report.frames, report.equal) == (3, 3)


def test_contact_sheet(tmp_path: Path) -> None:
    record(tmp_path / "a.lsdrec")
    with Recording(tmp_path / "a.lsdrec") as recording:
        write_contact_sheet(recording, tmp_path / "sheet.png", rows=3)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (3 * (320 + 22), 1440, 3)
    assert sheet[:320, 960:].std() > 5
