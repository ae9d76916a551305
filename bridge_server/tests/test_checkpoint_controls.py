"""What can be asked of own checkpoints besides a prompt: words for a class, residual guidance, reference pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import CPU, SPEC, asking, loaded, wall_frame

from mirage_lsd.controls import Controls
from mirage_lsd.frame import InputFrame, Slot
from mirage_lsd.pipelines.diffusers import painter as painter_module
from mirage_lsd.pipelines.diffusers.class_words import CLASS_NAMES, class_texts, class_trouble
from mirage_lsd.pipelines.diffusers.files import CheckpointFiles, check_files
from mirage_lsd.pipelines.diffusers.loading import Checkpoint, load_checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.pipeline import DiffusersPipeline
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.schedule import Schedule
from mirage_lsd.pipelines.diffusers.state import StreamState
from mirage_lsd.protocol.decode_parts import CLASSES


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint, IP-Adapters for it, and two reference pictures."""
    folder = tmp_path_factory.mktemp("controls")
    tiny.write_checkpoint(folder / "sd", "sd")
    tiny.write_ip_adapter(folder / "ip")
    tiny.write_ip_adapter(folder / "ip-plus", plus=True)
    (folder / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for name in ("embers", "ice"):
        cv2.imwrite(str(folder / "pictures" / f"{name}.png"), rng.integers(0, 255, (40, 60, 3), np.uint8))
    return folder


def _with_classes(frame: InputFrame) -> InputFrame:
    """The left half of the wall is a building, the right half foliage."""
    ids = np.full(frame.color.shape[:2], 5, np.uint8)
    ids[:, 48:] = 9
    return replace(frame, ids=ids, slots=(Slot(5, "building"), Slot(9, "foliage")))


def _painted(checkpoint: Checkpoint, controls: Controls, frame: InputFrame | None = None) -> np.ndarray:
    frame = wall_frame(1) if frame is None else frame
    return Painter(checkpoint, Recipe()).paint(frame, StreamState(SPEC), controls).pixels[..., :3].astype(int)


def _unpainted(checkpoint: Checkpoint) -> np.ndarray:
    """The engine's picture as the checkpoint's autoencoder gives it back."""
    nothing = Schedule(torch.ones(1000), torch.zeros(1000), "v_prediction", consistency=False)
    return _painted(replace(checkpoint, schedule=nothing), asking(steps=1))


def _asking(**values: object) -> Controls:
    return Controls({**asking().values, **values})


def test_words_for_a_class_paint_its_surfaces_and_nothing_else(root: Path) -> None:
    checkpoint, frame = loaded(root), _with_classes(wall_frame(1))
    plain = _painted(checkpoint, asking(), frame)
    told = _painted(checkpoint, _asking(class_prompts={"building: red roofs; water: blue": 1.0}), frame)
    whole = _painted(checkpoint, asking("a village, red roofs"), frame)
    left, right = (slice(None), slice(0, 34)), (slice(None), slice(62, 96))
    assert np.abs(told - plain)[left].mean() > 5 * np.abs(told - plain)[right].mean() > 0
    assert np.abs(told - whole)[left].mean() < 0.3 * np.abs(plain - whole)[left].mean()


def test_without_slots_words_for_a_class_change_nothing(root: Path) -> None:
    checkpoint = loaded(root)
    assert np.array_equal(
        _painted(checkpoint, asking()), _painted(checkpoint, _asking(class_prompts={"building: red": 1.0}))
    )


def test_words_for_a_class_are_read_and_what_is_wrong_is_said() -> None:
    assert class_texts("Building: made of gingerbread ; foliage:candy; roof: red; nothing") == {
        "building": "made of gingerbread", "foliage": "candy",
    }  # fmt: skip
    assert class_trouble("building: gingerbread; ") is None
    assert "knows no class 'roof'" in str(class_trouble("building: a; roof: red"))
    assert "names no class" in str(class_trouble("gingerbread"))
    assert set(CLASS_NAMES) == set(CLASSES) - {"unspecified", "interface"}


def test_residual_guidance_leads_away_from_the_engines_picture_for_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    original = painter_module.run_unet

    def counted(checkpoint: Checkpoint, x: torch.Tensor, times: torch.Tensor, told: object) -> torch.Tensor:
        module = checkpoint.unet.forward

        def forward(sample: torch.Tensor, *args: object, **more: object) -> object:
            rows.append(sample.shape[0])
            return module(sample, *args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(checkpoint.unet, "forward", forward)
            return original(checkpoint, x, times, told)  # type: ignore[arg-type]

    monkeypatch.setattr(painter_module, "run_unet", counted)
    checkpoint = loaded(root)
    residual = {"guidance_kind": {"residual": 1.0}}
    none = _painted(checkpoint, asking(steps=1))
    some = _painted(checkpoint, _asking(steps=(1.0,), guidance=(1.5,), **residual))
    assert set(rows) == {1}, "one row a call: as without guidance"
    away, moved = none - _unpainted(checkpoint), some - none
    assert np.corrcoef(away.flatten(), moved.flatten())[0, 1] > 0.3
    _painted(checkpoint, _asking(steps=(1.0,), guidance=(1.5,)))
    assert rows[-1] == 2


def test_residual_guidance_does_not_build_up(root: Path) -> None:
    painter, state = Painter(loaded(root), Recipe(skip=False)), StreamState(SPEC)
    controls = _asking(guidance=(1.6,), guidance_kind={"residual": 1.0})
    spread = [painter.paint(wall_frame(i, 0.02 * i), state, controls).pixels.astype(float).std() for i in range(14)]
    assert spread[-1] < 1.3 * spread[1]


@pytest.mark.parametrize("adapter", ["ip", "ip-plus"])
def test_a_reference_picture_is_painted_like(root: Path, adapter: str) -> None:
    files = CheckpointFiles(root / "sd", ip_adapter=root / adapter, references=root / "pictures")
    assert CheckpointFiles.from_json(files.to_json()) == files
    checkpoint = load_checkpoint(files, CPU)
    none = _painted(checkpoint, asking())
    assert np.abs(none - _painted(loaded(root), asking())).max() <= 1, "without a reference the adapter says nothing"
    found = {name: _painted(checkpoint, _asking(reference={name: 1.0})) for name in ("embers", "ice")}
    assert np.abs(found["embers"] - none).mean() > 0.5
    assert np.abs(found["embers"] - found["ice"]).mean() > 0.05
    weak = _painted(checkpoint, _asking(reference={"embers": 1.0}, reference_strength=(0.1,)))
    assert np.abs(weak - none).mean() < np.abs(found["embers"] - none).mean()
    guided = _painted(checkpoint, _asking(reference={"embers": 0.5, "ice": 0.5}, guidance=(2.0,)))
    assert np.abs(guided - none).mean() > 0.5


def _two_files(folder: Path) -> None:
    (folder / "second.safetensors").write_bytes((folder / "ip-adapter_sd15.safetensors").read_bytes())


def _pickle(folder: Path) -> None:
    (folder / "ip-adapter_sd15.safetensors").rename(folder / "ip-adapter_sd15.bin")


def _no_encoder(folder: Path) -> None:
    (folder / "image_encoder").rename(folder / "elsewhere")


def _half(folder: Path) -> None:
    file = folder / "ip-adapter_sd15.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _another_encoder(folder: Path) -> None:
    tiny.write_ip_adapter(folder, seen=24)


def _a_lora(folder: Path) -> None:
    tiny.write_lora(folder / "ip-adapter_sd15.safetensors", scale=1.0)


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (_two_files, "holds 2 .safetensors files"), (_pickle, "only as pickles"), (_no_encoder, "no folder image_encoder"),
        (_half, "bytes; copy it again"), (_another_encoder, "does not fit"), (_a_lora, "is no IP-Adapter that can be used"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_ip_adapter_is_one_sentence(
    root: Path, tmp_path: Path, breaks: Callable[[Path], None], says: str
) -> None:
    folder = tiny.write_ip_adapter(tmp_path / "ip")
    breaks(folder)
    with pytest.raises(ValueError, match=says) as caught:
        load_checkpoint(CheckpointFiles(root / "sd", ip_adapter=folder, references=root / "pictures"), CPU)
    assert "\n" not in str(caught.value)


def test_an_ip_adapter_and_its_pictures_go_together(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        check_files(CheckpointFiles(root / "sd", ip_adapter=root / "ip"))
    with pytest.raises(ValueError, match="holds 0 pictures"):
        check_files(CheckpointFiles(root / "sd", ip_adapter=root / "ip", references=tmp_path))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="no picture that can be read"):
        load_checkpoint(CheckpointFiles(root / "sd", ip_adapter=root / "ip", references=tmp_path), CPU)


def test_the_worker_offers_the_references_and_says_what_it_cannot_read(root: Path) -> None:
    pipeline = DiffusersPipeline(CheckpointFiles(root / "sd", ip_adapter=root / "ip", references=root / "pictures"))
    try:
        (choice,) = (spec for spec in pipeline.controls if spec.name == "reference")
        assert choice.check("ice") == "ice"
        (notice,) = pipeline.read_controls({"class_prompts": "roof: red"}, {}).notices
        assert notice.code == "word_unknown"
        state = pipeline.create_state(SPEC)
        controls = _asking(reference={"ice": 1.0}, class_prompts={"building: red": 1.0})
        there = pipeline.process(_with_classes(wall_frame(1)), state, controls).pixels
        here = _painted(
            load_checkpoint(CheckpointFiles(root / "sd", ip_adapter=root / "ip", references=root / "pictures"), CPU),
            controls, _with_classes(wall_frame(1)),
        )  # fmt: skip
        assert np.abs(there[..., :3].astype(int) - here).max() <= 1
    finally:
        pipeline.close()
