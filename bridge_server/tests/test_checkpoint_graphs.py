"""A checkpoint's networks as graphs that a compiler made: the same pictures, and PyTorch wherever there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import CPU, SPEC, asking, loaded, wall_frame
from torch import nn

from mirage_lsd.accel.base import CompiledModule
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.openvino_cpu import OpenVinoBackend
from mirage_lsd.pipelines.diffusers.compiled import AsItIs, Compiled
from mirage_lsd.pipelines.diffusers.files import CheckpointFiles
from mirage_lsd.pipelines.diffusers.loading import Checkpoint, load_checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.select_graphs import compiled_by
from mirage_lsd.pipelines.diffusers.state import StreamState

KINDS = ("sd", "sd2", "lcm", "sdxl", "depth", "sd-kl")
_FRAMES = 4


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    for kind in KINDS[:-1]:
        tiny.write_checkpoint(folder / kind, kind)
    tiny.write_checkpoint(folder / "sd-kl", "sd", tiny_vae=False)
    tiny.write_controlnet(folder / "control-depth")
    tiny.write_adapter(folder / "adapter-depth")
    return folder


class Counting(EagerBackend):
    """PyTorch as a compiler; counts the calls, and gives something else where it is told to."""

    def __init__(self, off: float = 0.0) -> None:
        super().__init__(CPU)
        self.calls, self.off, self.compiled = 0, off, 0

    def compile(self, module: nn.Module, example: tuple[torch.Tensor, ...], *, exact: bool = False) -> CompiledModule:
        run = super().compile(module, example)
        self.compiled += 1

        def call(*inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
            self.calls += 1
            return tuple(x + self.off for x in run(*inputs))

        return call


def _pictures(checkpoint: Checkpoint, **numbers: float) -> list[np.ndarray]:
    painter, state = Painter(checkpoint, Recipe(skip=False)), StreamState(SPEC)
    return [
        painter.paint(wall_frame(i + 1, 0.1 * i), state, asking(steps=2.0, **numbers)).pixels.astype(int)
        for i in range(_FRAMES)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_openvinos_graphs_paint_the_same_pictures(root: Path, kind: str) -> None:
    wanted = _pictures(loaded(root, kind))
    checkpoint = loaded(root, kind)
    checkpoint.compiled = Compiled(OpenVinoBackend(1), apart=False)
    found = _pictures(checkpoint)
    assert {"encoder", "unet", "decoder"} <= set(checkpoint.compiled.ready())
    assert max(np.abs(a - b).mean() for a, b in zip(found, wanted, strict=True)) < 1.0


def test_controlnets_adapters_and_guidance_go_through_graphs(root: Path) -> None:
    files = CheckpointFiles(
        root / "sd", controlnets=(("depth", root / "control-depth"),), adapters=(("depth", root / "adapter-depth"),)
    )
    wanted = _pictures(load_checkpoint(files, CPU), guidance=3.0, control=0.5)
    checkpoint, counting = load_checkpoint(files, CPU), Counting()
    checkpoint.compiled = Compiled(counting, apart=False)
    found = _pictures(checkpoint, guidance=3.0, control=0.5)
    assert "controlnet" in checkpoint.compiled.ready()
    assert max(np.abs(a - b).max() for a, b in zip(found, wanted, strict=True)) <= 1
    made = counting.compiled
    _pictures(checkpoint, guidance=3.0, control=0.9)
    assert counting.compiled == made, "another strength is no other graph"


def test_what_the_graphs_remember_is_what_pytorch_remembers(root: Path) -> None:
    without, checkpoint = loaded(root), loaded(root)
    checkpoint.compiled = Compiled(Counting(), apart=False)
    states = []
    for one in (without, checkpoint):
        painter, state = Painter(one, Recipe(skip=False)), StreamState(SPEC)
        for i in range(_FRAMES):
            painter.paint(wall_frame(i + 1, 0.1 * i), state, asking(steps=2.0))
        states.append(state.memory)
    assert states[0].last
    assert states[0].last.keys() == states[1].last.keys()
    for kept in ("last", "sink"):
        for key, hidden in getattr(states[0], kept).items():
            other = getattr(states[1], kept)[key]
            assert torch.allclose(hidden.float(), other.float(), atol=0.05), (kept, key)


def test_what_gives_something_else_is_not_used(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, wrong = loaded(root), Counting(off=0.5)
    checkpoint.compiled = Compiled(wrong, apart=False)
    found = _pictures(checkpoint)
    assert not checkpoint.compiled.ready()
    assert wrong.calls == wrong.compiled, "each was tried, and never again"
    assert all(np.array_equal(a, b) for a, b in zip(found, _pictures(loaded(root)), strict=True))
    said = capsys.readouterr().out
    assert said.count("graph_not_used") == 3, "once a network"
    assert "something else than the network" in said


def test_a_graph_that_fails_later_is_left(root: Path) -> None:
    class Failing(Counting):
        def compile(self, module: nn.Module, example: Any, *, exact: bool = False) -> CompiledModule:
            run = super().compile(module, example)

            def call(*inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
                if self.calls > 9:
                    raise RuntimeError("the card is gone")
                return run(*inputs)

            return call

    checkpoint = loaded(root)
    checkpoint.compiled = Compiled(Failing(), apart=False)
    found = _pictures(checkpoint)
    assert not checkpoint.compiled.ready()
    assert max(np.abs(a - b).max() for a, b in zip(found, _pictures(loaded(root)), strict=True)) <= 1


def test_pictures_go_on_while_a_graph_is_made(root: Path) -> None:
    checkpoint = loaded(root)
    checkpoint.compiled = Compiled(Counting())
    painter, state = Painter(checkpoint, Recipe(skip=False)), StreamState(SPEC)
    for i in range(2):  # the second picture's attention has something to remember
        painter.paint(wall_frame(i + 1, 0.1 * i), state, asking(steps=2.0))
        checkpoint.compiled.wait()
    assert set(checkpoint.compiled.ready()) == {"encoder", "unet", "decoder"}


def test_who_compiles_is_chosen_and_what_cannot_is_one_sentence(root: Path) -> None:
    checkpoint = loaded(root)
    assert compiled_by("eager", checkpoint) is None
    chosen = compiled_by("auto", checkpoint)
    assert chosen is not None
    assert chosen.name == "openvino"
    for accel, why in (("graph", "is for the shipped networks"), ("nothing", "is no way to run networks")):
        with pytest.raises(ValueError, match=why):
            compiled_by(accel, checkpoint)
    with pytest.raises(RuntimeError):
        AsItIs().compile(nn.Identity(), ())
