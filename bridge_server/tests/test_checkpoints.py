"""Own checkpoints: what is loaded, what is refused, and that pictures hold still because the engine says what they show."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import CPU, SPEC, asking, camera, loaded, wall_frame
from safetensors.torch import load_file, save_file

from mirage_lsd.frame import Camera, Slot
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.diffusers.anchored_noise import anchored_noise
from mirage_lsd.pipelines.diffusers.conditions import class_picture, normal_picture
from mirage_lsd.pipelines.diffusers.files import CheckpointFiles, check_files, control_of
from mirage_lsd.pipelines.diffusers.loading import Checkpoint, load_checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter, model_size
from mirage_lsd.pipelines.diffusers.pipeline import DiffusersPipeline
from mirage_lsd.pipelines.diffusers.prompts import weighted_parts
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.schedule import Schedule
from mirage_lsd.pipelines.diffusers.state import StreamState
from mirage_lsd.pipelines.diffusers.view import FINE, View, view_of
from mirage_lsd.pipelines.registry import load_pipeline

KINDS = ("sd", "sd2", "turbo", "lcm", "sdxl", "depth")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random checkpoint of every kind, and what can be added to one."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for kind in KINDS:
        tiny.write_checkpoint(folder / kind, kind)
    tiny.write_checkpoint(folder / "sd-kl", "sd", tiny_vae=False)
    tiny.write_controlnet(folder / "control-depth")
    tiny.write_adapter(folder / "adapter-depth")
    tiny.write_lora(folder / "lcm-lora" / "weights.safetensors", scale=0.5)
    tiny.write_lora(folder / "zero.safetensors", scale=0.0)
    tiny.write_lora(folder / "wide.safetensors", scale=0.5, width=32)
    return folder


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a checkpoint, to break it."""

    def make(kind: str) -> Path:
        return Path(shutil.copytree(root / kind, tmp_path / kind))

    return make


@pytest.mark.parametrize("kind", [*KINDS, "sd-kl"])
def test_every_kind_paints_and_does_so_again(root: Path, kind: str) -> None:
    painter = Painter(loaded(root, kind), Recipe())
    results = []
    for _ in range(2):
        state = StreamState(SPEC)
        results.append([painter.paint(wall_frame(i, 0.1 * i), state, asking(guidance=2.0)).pixels for i in range(3)])
    assert results[0][2].shape == (64, 96, 4)
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))
    other = painter.paint(wall_frame(0), StreamState(SPEC), asking("a red forest", guidance=2.0)).pixels
    assert not np.array_equal(other, results[0][0]), "the prompt changes the picture"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of diffusers' Euler scheduler, which only this test steps
@pytest.mark.parametrize(("kind", "steps"), [("turbo", 4), ("sd", 4), ("sd2", 4)])
def test_steps_are_those_of_the_scheduler_itself(kind: str, steps: int) -> None:
    """From pure noise, with a UNet that says something simple: diffusers' own scheduler and ours end at the same latent."""
    scheduler = tiny.scheduler_of(kind)
    schedule = Schedule.of(scheduler)
    scheduler.set_timesteps(steps)
    assert schedule.times(1.0, steps) == [int(t) for t in scheduler.timesteps]

    def network(x: torch.Tensor, t: int) -> torch.Tensor:
        return 0.4 * x + 0.1 * torch.roll(x, 1, -1) - t / 5_000

    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    theirs = noise * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        entering = scheduler.scale_model_input(theirs, t)
        theirs = scheduler.step(network(entering, int(t)), t, theirs).prev_sample
    times = schedule.times(1.0, steps)
    ours = noise if kind != "turbo" else noise * scheduler.init_noise_sigma * schedule.signal[times[0]]
    for i, t in enumerate(times):
        at = torch.tensor([t])
        x0 = schedule.denoised(ours, network(ours, t), at)
        ours = x0 if i + 1 == len(times) else schedule.onward(ours, x0, at, torch.tensor([times[i + 1]]), noise)
    # Ours ends at what the last step takes the picture for; DDIM's own last step goes on to time 0, which is nearly that.
    assert torch.allclose(ours, theirs, atol=0.05 * float(theirs.std())), float((ours - theirs).abs().max())


def test_a_consistency_model_is_as_diffusers_steps_it() -> None:
    scheduler = tiny.scheduler_of("lcm")
    schedule = Schedule.of(scheduler)
    assert schedule.consistency
    scheduler.set_timesteps(4)
    x, output = (torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(i)) for i in (1, 2))
    for t in schedule.times(1.0, 4):
        assert (t + 1) % 20 == 0, "one of the times that it was distilled at"
    t = int(scheduler.timesteps[0])
    theirs = scheduler.step(output, scheduler.timesteps[0], x).denoised
    assert torch.allclose(schedule.denoised(x, output, torch.tensor([t])), theirs, atol=1e-4)


def test_a_stream_batch_is_one_call_and_ripens_to_the_same_picture(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mirage_lsd.pipelines.diffusers import painter as module

    calls: list[int] = []
    original = module.run_unet

    def counted(checkpoint: Checkpoint, x: torch.Tensor, times: torch.Tensor, told: object) -> torch.Tensor:
        calls.append(x.shape[0])
        return original(checkpoint, x, times, told)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "run_unet", counted)
    recipe = Recipe(stream_batch=True, sink=False, places=False, skip=False)
    painter, state = Painter(loaded(root, "lcm"), recipe), StreamState(SPEC)
    frames = [painter.paint(wall_frame(i), state, asking(steps=3, steadiness=0.0)).pixels for i in range(6)]
    assert calls == [1, 1, 1, 3, 3, 3, 3, 3], "the first picture step by step, then all steps of three frames at once"
    late = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames[3:])]
    assert max(late) < 3, "nothing moves: the pictures agree"


def test_noise_is_white_of_unit_variance_and_sticks_to_surfaces() -> None:
    depth = torch.full((1, 1, 32 * FINE, 48 * FINE), 5.0)
    near, moved = View(camera(), depth), View(camera(0.4), depth)
    noise, after = anchored_noise(near, 4, seed=3), anchored_noise(moved, 4, seed=3)
    assert abs(float(noise.mean())) < 0.1
    assert abs(float(noise.std()) - 1) < 0.1
    neighbours = float((noise[..., 1:] * noise[..., :-1]).mean())
    assert abs(neighbours) < 0.15, f"neighbours are independent: {neighbours}"
    channels = torch.corrcoef(noise[0].flatten(1))
    assert float((channels - torch.eye(4)).abs().max()) < 0.12
    seen = moved.in_other(near.camera, near.depth)
    from mirage_lsd.models.warp import warp

    known = seen.share[0, 0] > 0.9
    brought = warp(noise, seen.motion)
    same = torch.corrcoef(torch.stack([brought[0][:, known].flatten(), after[0][:, known].flatten()]))[0, 1]
    on_screen = torch.corrcoef(torch.stack([noise.flatten(), after.flatten()]))[0, 1]
    assert same > 0.6
    assert abs(float(on_screen)) < 0.15
    assert not torch.allclose(anchored_noise(near, 4, seed=4), noise)


def _flicker(root: Path, recipe: Recipe) -> float:
    """Mean change of a surface from picture to picture along a slow walk before a wall."""
    torch.manual_seed(0)
    painter, state = Painter(loaded(root, "sd"), recipe), StreamState(SPEC)
    before, changes = None, []
    for i in range(8):
        pixels = painter.paint(wall_frame(i, 0.2207 * i), state, asking()).pixels.astype(float)[..., :3]
        if before is not None:
            # 0.2207 m at 5 m are 2.4 pixels of the 96.
            changes.append(
                np.abs(pixels[:, :90] - before[:, 2:92]).mean() * 0.6
                + np.abs(pixels[:, :90] - before[:, 3:93]).mean() * 0.4
            )
        before = pixels
    return float(np.mean(changes[2:]))


def test_each_part_steadies_the_picture(root: Path) -> None:
    plain = _flicker(root, Recipe(anchored_noise=False, warp=False, sink=False, places=False, steady=False))
    anchored = _flicker(root, Recipe(warp=False, sink=False, places=False, steady=False))
    latents = _flicker(root, Recipe(steady=False))
    whole = _flicker(root, Recipe())
    assert anchored < 0.95 * plain
    assert latents < 0.6 * plain
    assert whole < 0.4 * latents


def test_a_place_is_remembered(root: Path) -> None:
    def revisit(recipe: Recipe) -> float:
        torch.manual_seed(0)
        painter, state = Painter(loaded(root, "sd"), recipe), StreamState(SPEC)
        here = [painter.paint(wall_frame(i), state, asking()).pixels for i in range(2)][-1]
        for i in range(4):
            painter.paint(wall_frame(10 + i, 50.0 + i), state, asking())
        return float(np.abs(painter.paint(wall_frame(20), state, asking()).pixels.astype(int) - here).mean())

    assert revisit(Recipe(skip=False)) < 0.5 * revisit(Recipe(places=False, anchored_noise=False, skip=False))


def test_nothing_moved_the_picture_is_given_again(root: Path) -> None:
    painter, state = Painter(loaded(root), Recipe()), StreamState(SPEC)
    first = painter.paint(wall_frame(1), state, asking())
    again = painter.paint(wall_frame(2), state, asking())
    assert "skip" in again.timings_us
    assert np.array_equal(first.pixels, again.pixels)
    assert "skip" not in painter.paint(wall_frame(3), state, asking("a red forest")).timings_us
    assert "skip" not in painter.paint(wall_frame(4, 0.3), state, asking("a red forest")).timings_us


def test_a_new_prompt_shows_at_once(root: Path) -> None:
    painter, state = Painter(loaded(root), Recipe()), StreamState(SPEC)
    for i in range(3):
        painter.paint(wall_frame(i, 0.1 * i), state, asking())
    changed = painter.paint(wall_frame(3, 0.3), state, asking("a red forest")).pixels
    fresh = painter.paint(wall_frame(3, 0.3), StreamState(SPEC), asking("a red forest")).pixels
    assert np.abs(changed.astype(int) - fresh).mean() < 1.0, "as if it had been asked for from the start"


def test_two_streams_and_a_new_size_know_nothing_of_each_other(root: Path) -> None:
    painter = Painter(loaded(root), Recipe())
    alone = [
        painter.paint(wall_frame(i, 0.1 * i), state, asking()).pixels for state in [StreamState(SPEC)] for i in range(3)
    ]
    one, two = StreamState(SPEC), StreamState(StreamSpec(64, 96, 64, 96, 4))
    for i in range(3):
        seen = painter.paint(wall_frame(i, 0.1 * i), one, asking()).pixels
        other = painter.paint(wall_frame(i, 3.0, width=64, height=96), two, asking("a forest")).pixels
        assert other.shape == (96, 64, 4)
        assert np.array_equal(seen, alone[i])


def test_memory_is_bounded(root: Path) -> None:
    painter, state = Painter(loaded(root), Recipe(skip=False)), StreamState(SPEC)
    sizes = []
    for i in range(80):
        painter.paint(wall_frame(i, 7.0 * i), state, asking(steps=1))
        sizes.append(state.bytes)
    assert len(state.places) == 24
    assert sizes[-1] == sizes[40]


def test_a_camera_without_an_engine_is_flow_and_estimated_depth(root: Path) -> None:
    painter, state = Painter(loaded(root, "depth"), Recipe()), StreamState(SPEC)
    frames = [replace(wall_frame(i, 0.1 * i), depth=None, camera=None) for i in range(2)]
    painted = [painter.paint(frame, state, asking()) for frame in frames]
    assert painted[1].notices[0][0] == "estimated_depth"
    assert state.last is not None
    assert state.last.depth is None


def test_controls_come_from_what_the_engine_knows(root: Path) -> None:
    kinds = ("depth", "normal", "seg", "canny")
    files = CheckpointFiles(
        root / "sd",
        controlnets=tuple((kind, root / "control-depth") for kind in kinds),
        adapters=(("depth", root / "adapter-depth"),),
    )
    painter = Painter(load_checkpoint(files, CPU), Recipe())
    held = painter.paint(wall_frame(1), StreamState(SPEC), asking(control=1.0)).pixels
    loose = painter.paint(wall_frame(1), StreamState(SPEC), asking(control=0.0)).pixels
    without = Painter(loaded(root), Recipe()).paint(wall_frame(1), StreamState(SPEC), asking()).pixels
    assert np.abs(held.astype(int) - loose).mean() > 1
    assert np.abs(loose.astype(int) - without).mean() < 1
    view = view_of(wall_frame(1), (16, 24))
    assert view is not None
    normals = normal_picture(view, (64, 96))
    assert torch.allclose(normals[0, :, 32, 48], torch.tensor([0.5, 0.5, 1.0]), atol=0.02), (
        "a wall that faces the camera is blue"
    )
    ids = np.zeros((64, 96), np.uint8)
    ids[:, :48] = 7
    classes = class_picture(replace(wall_frame(1), ids=ids, slots=(Slot(7, "foliage"),)), (64, 96))
    assert (classes[0, :, 5, 5] * 255).round().tolist() == [4, 200, 3]


def test_loras_are_added_and_judged(root: Path) -> None:
    checkpoint = load_checkpoint(CheckpointFiles(root / "sd", loras=(root / "lcm-lora",)), CPU)
    assert checkpoint.schedule.consistency, "an LCM-LoRA makes the checkpoint a consistency model"
    plain = loaded(root)
    changed = [
        not torch.equal(a, b) for a, b in zip(checkpoint.unet.parameters(), plain.unet.parameters(), strict=True)
    ]
    assert any(changed)
    useless = load_checkpoint(CheckpointFiles(root / "sd", loras=(root / "zero.safetensors",)), CPU)
    assert useless.notes == ["The LoRA zero.safetensors changes nothing: its weights add up to zero."]
    with pytest.raises(ValueError, match=r"wide\.safetensors does not fit"):
        load_checkpoint(CheckpointFiles(root / "sd", loras=(root / "wide.safetensors",)), CPU)


def test_half_precision_alone_is_widened(copy: Callable[[str], Path]) -> None:
    folder = copy("sd")
    for part in ("unet", "text_encoder", "vae"):
        (file,) = (folder / part).glob("*.safetensors")
        save_file(
            {k: v.half() if v.is_floating_point() else v for k, v in load_file(file).items()},
            file.with_suffix(".fp16.safetensors"),
            {"format": "pt"},
        )
        file.unlink()
    checkpoint = load_checkpoint(CheckpointFiles(folder), CPU)
    assert next(checkpoint.unet.parameters()).dtype == torch.float32
    assert "half-precision" in checkpoint.notes[0]


class _Trap:
    """Unpickled, it would leave a mark."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._mark,))


def _break(folder: Path, how: str, mark: Path) -> None:
    unet, vae = (
        folder / "unet" / "diffusion_pytorch_model.safetensors",
        folder / "vae" / "diffusion_pytorch_model.safetensors",
    )
    match how:
        case "no index":
            (folder / "model_index.json").unlink()
        case "pickles":
            unet.with_suffix(".bin").write_bytes(pickle.dumps(_Trap(mark)))
            unet.unlink()
        case "half a file":
            unet.write_bytes(unet.read_bytes()[: unet.stat().st_size // 2])
        case "no file":
            unet.write_bytes(b"<html>not found</html>")
        case "nan vae":
            save_file({k: torch.full_like(v, torch.nan) for k, v in load_file(vae).items()}, vae, {"format": "pt"})
        case "own code":
            index = json.loads((folder / "model_index.json").read_text())
            index["unet"] = ["my_unet", "MyUNet"]
            (folder / "model_index.json").write_text(json.dumps(index))
            (folder / "unet" / "my_unet.py").write_text(f"open({str(mark)!r}, 'w')")
        case "no second text encoder":
            shutil.rmtree(folder / "text_encoder_2")
        case "another kind":
            (folder / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
        case "no vocabulary":
            shutil.rmtree(folder / "tokenizer")
        case "no config":
            (folder / "unet" / "config.json").unlink()
        case "damaged config":
            (folder / "scheduler" / "scheduler_config.json").write_text('{"_class_name": "os.systemScheduler"}')


@pytest.mark.parametrize(
    ("how", "kind", "says"),
    [
        ("no index", "sd", "has no model_index.json"), ("pickles", "sd", "only as pickles"), ("half a file", "sd", "of .* bytes; copy it again"),
        ("no file", "sd", "no whole safetensors file"), ("nan vae", "sd", "gives no numbers"), ("own code", "sd", "never run"),
        ("no second text encoder", "sdxl", "without its second text encoder"), ("another kind", "sd", "is a FluxPipeline"),
        ("no vocabulary", "sd", "has no vocabulary"), ("no config", "sd", "no config.json"), ("damaged config", "sd", "names the scheduler"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(
    copy: Callable[[str], Path], tmp_path: Path, how: str, kind: str, says: str
) -> None:
    folder, mark = copy(kind), tmp_path / "executed"
    _break(folder, how, mark)
    with pytest.raises(ValueError, match=says) as caught:
        load_checkpoint(CheckpointFiles(folder), CPU)
    assert "\n" not in str(caught.value)
    assert not mark.exists(), "nothing of the folder was executed"


def test_what_is_added_is_looked_at_too(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"can't be seen from its name"):
        control_of("./my-net")
    assert control_of("./sd15-depth") == ("depth", Path("./sd15-depth"))
    assert control_of("seg=./my-net") == ("seg", Path("./my-net"))
    with pytest.raises(ValueError, match="is not there"):
        check_files(CheckpointFiles(root / "sd", controlnets=(("depth", tmp_path / "nowhere"),)))
    (tmp_path / "lora.ckpt").touch()
    with pytest.raises(ValueError, match="is a pickle"):
        check_files(CheckpointFiles(root / "sd", loras=(tmp_path / "lora.ckpt",)))
    with pytest.raises(ValueError, match="belongs to another kind of checkpoint"):
        load_checkpoint(CheckpointFiles(root / "sdxl", controlnets=(("depth", root / "control-depth"),)), CPU)


def test_words_have_weights(root: Path) -> None:
    assert weighted_parts("a village, (red roofs:1.4) by day") == [
        ("a village, ", 1.0),
        ("red roofs", 1.4),
        (" by day", 1.0),
    ]
    prompts = loaded(root).prompts
    plain, heavy = prompts.encode("a village, red roofs").tokens, prompts.encode("a village, (red roofs:1.4)").tokens
    assert not torch.allclose(plain, heavy)
    half = prompts.mixed({"a village": 0.5, "a red forest": 0.5}).tokens
    assert torch.allclose(
        half, (prompts.encode("a village").tokens + prompts.encode("a red forest").tokens) / 2, atol=1e-5
    )


def test_the_model_paints_at_the_size_that_it_knows(root: Path) -> None:
    checkpoint = loaded(root)
    assert model_size(SPEC, checkpoint) == (56, 80)
    assert checkpoint.native_pixels == 64 * 64
    large = model_size(StreamSpec(1280, 720, 1280, 720, 4), checkpoint)
    assert large[0] * large[1] < 1.3 * 64 * 64


def test_a_worker_of_its_own_paints_fails_alone_and_comes_back(root: Path) -> None:
    pipeline = load_pipeline(str(root / "depth"))
    assert isinstance(pipeline, DiffusersPipeline)
    try:
        assert [spec.name for spec in pipeline.controls][:2] == ["prompt", "negative_prompt"]
        state = pipeline.create_state(SPEC)
        first = pipeline.process(wall_frame(1), state, asking()).pixels.copy()
        expected = Painter(loaded(root, "depth"), Recipe()).paint(wall_frame(1), StreamState(SPEC), asking()).pixels
        assert np.abs(first.astype(int) - expected).max() <= 1
        with pytest.raises(ValueError, match="no perspective"):
            pipeline.process(
                replace(wall_frame(2), camera=Camera(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32))),
                state,
                asking(),
            )
        pipeline.process(wall_frame(3, 0.2), state, asking())
        assert pipeline.memory(state)["stream"] > 0
        worker = psutil.Process(pipeline.worker_pid)
        worker.suspend()
        threading.Timer(0.5, worker.kill).start()
        with pytest.raises(RuntimeError, match="has ended"):
            pipeline.process(wall_frame(4, 0.3), state, asking())
        pipeline._ended_at = 0.0
        again = pipeline.process(wall_frame(200), state, asking()).pixels
        assert np.abs(again.astype(int) - first).max() <= 1, "a new worker, a stream that begins anew"
    finally:
        pipeline.close()


def test_what_the_worker_refuses_is_the_loaders_sentence(copy: Callable[[str], Path]) -> None:
    folder = copy("sd")
    _break(folder, "damaged config", folder / "mark")
    with pytest.raises(ValueError, match="names the scheduler"):
        load_pipeline(str(folder))


def test_the_package_imports_no_diffusers() -> None:
    code = (
        "import sys, mirage_lsd.pipelines.registry, mirage_lsd.pipelines.diffusers.pipeline, mirage_lsd.commands.serve;"
        "sys.exit(any(name in sys.modules for name in ('diffusers', 'transformers', 'peft')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
