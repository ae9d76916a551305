"""The streams that the parts of the network are compared on."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mirage_lsd.cli import main
from mirage_lsd.frame import OutputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.motion import warp_history
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, load_pipeline
from mirage_lsd_lab.evaluation import ablation
from mirage_lsd_lab.evaluation.kept_streams import play, there_and_back, walk

_SPEC = StreamSpec(96, 64, 96, 64, 1)


class _Painter:
    """Gives what the streams say is right, or what `spoil` makes of it."""

    def __init__(self, stream, spoil=lambda picture, number: picture):
        self._answers = {kept.frame.seq: kept.reference for kept in stream.frames}
        self._spoil = spoil

    def create_state(self, spec):
        return None

    def process(self, frame, state, controls):
        picture = self._spoil(self._answers[frame.seq], frame.seq)
        rgb = (picture * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
        return OutputFrame(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]), {})


@pytest.fixture(scope="module")
def returning():
    return there_and_back(_SPEC, 300, 1, 12)


def test_the_way_back_shows_the_same_views_and_uncovers_what_was_hidden(returning):
    frames = returning.frames
    assert len(frames) == 12
    assert returning.same_view
    for a, b in returning.same_view:
        assert a < b
        assert np.array_equal(frames[a].frame.color, frames[b].frame.color)
    assert any(kept.uncovered is not None and kept.uncovered.sum() > 200 for kept in frames)


def test_a_perfect_painter_neither_flickers_nor_forgets(returning):
    perfect = play(_Painter(returning), [returning], 1)
    assert perfect.psnr > 50
    assert perfect.uncovered > 50
    assert perfect.flicker == pytest.approx(1, abs=0.05)
    assert perfect.revisit < 0.01


def test_what_trembles_or_forgets_is_seen(returning):
    trembling = play(_Painter(returning, lambda p, n: p * (0.8 if n % 2 else 1.0)), [returning], 1)
    assert trembling.flicker > 1.5
    forgetting = play(_Painter(returning, lambda p, n: p if n < 7 else p * 0.8), [returning], 1)
    assert forgetting.revisit > 5


def test_color_alone_sends_color_alone():
    stream = walk(_SPEC, 301, 4, 5, color_only=True, textured=True)
    assert stream.spec.planes == ("color",)
    assert all(kept.frame.depth is None and kept.frame.camera is None for kept in stream.frames)
    plain = walk(_SPEC, 301, 4, 5, color_only=True)
    assert not np.array_equal(stream.frames[0].frame.color, plain.frames[0].frame.color)
    assert torch.equal(stream.frames[4].reference, plain.frames[4].reference)


def test_a_part_is_off_only_while_it_is_measured(monkeypatch):
    monkeypatch.setattr(ablation, "OTHER_STEPS", ())
    every = ablation.places
    monkeypatch.setattr(ablation, "places", lambda *arguments: every(*arguments)[:3:2])
    pipeline = load_pipeline(DEFAULT_MODEL, "cpu")
    shading = pipeline.shading
    rows = ablation.measure_ablation(pipeline, replace(_SPEC, steps=1), (300,), 6, [], lambda done, total: None)
    assert pipeline.warp_history is warp_history
    assert pipeline.shading is shading
    found = {(row["place"], row["variant"]): row for row in rows}
    assert len(found) == len(rows)
    assert found["depth", "no world fields"]["psnr"] < found["depth", "all parts, 1 step"]["psnr"] - 2
    assert found["color alone, grey boxes", "no cross-frame memory"]["difference"] > 0
    pipeline.close()


def test_the_command_writes_and_prints_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ablation, "OTHER_STEPS", ())
    monkeypatch.setattr(ablation, "VARIANTS_WITH_DEPTH", ablation.VARIANTS[:1])
    every = ablation.places
    monkeypatch.setattr(ablation, "places", lambda *arguments: every(*arguments)[:1])
    figures = tmp_path / "figures.json"
    wanted = ["--frames", "5", "--worlds", "1", "--steps", "1", "--device", "cpu", "--json", str(figures)]
    assert main(["evaluate", "--ablation", *wanted]) == 0
    rows = json.loads(figures.read_text())
    assert [row["variant"] for row in rows] == ["all parts, 1 step", "no 3D convolution over past features"]
    assert rows[0]["psnr"] > 20
    assert "What each part is worth" in capsys.readouterr().out
