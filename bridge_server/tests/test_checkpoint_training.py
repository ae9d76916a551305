"""The small checkpoint: that it is trained and written, and on what."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from checkpoint_scenes import CPU, asking, wall_frame

from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.diffusers.files import CheckpointFiles
from mirage_lsd.pipelines.diffusers.loading import load_checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.state import StreamState
from mirage_lsd_lab.training.checkpoint.networks import new_parts, write_folder
from mirage_lsd_lab.training.checkpoint.train import CheckpointTraining, _on_the_way, load_parts, train_checkpoint


def test_what_it_learns_of_later_steps_is_what_they_see() -> None:
    """A stream starts from the engine's picture and guesses the painted one; DDIM makes the next step's input of that."""
    scheduler = new_parts(0).scheduler
    scheduler.set_timesteps(4)
    start, time = (int(t) for t in scheduler.timesteps[1:3])
    random = torch.Generator().manual_seed(0)
    source, guess, noise = (torch.randn(12, 6, 8, generator=random) for _ in range(3))
    signals, noises = scheduler.alphas_cumprod.sqrt(), (1 - scheduler.alphas_cumprod).sqrt()
    begun = signals[start] * source + noises[start] * noise
    velocity = (signals[start] * begun - guess) / noises[start]
    stepped = scheduler.step(velocity, start, begun).prev_sample
    origin = _on_the_way(guess, source, scheduler.alphas_cumprod, start, time)
    assert torch.allclose(signals[time] * origin + noises[time] * noise, stepped, atol=1e-4)
    assert not torch.allclose(origin, guess, atol=0.1)


def test_a_small_checkpoint_is_trained_goes_on_and_is_written(tmp_path: Path) -> None:
    said: list[str] = []
    options = CheckpointTraining(tmp_path / "run", worlds=16, vae_minutes=0.01, minutes=0.01)
    for _ in range(2):
        train_checkpoint(options, lambda what, done, total: said.append(what))
    unet_steps = [int(what.split()[2].rstrip(",")) for what in said if what.startswith("UNet")]
    assert unet_steps == list(range(1, len(unet_steps) + 1)), "the second call goes on where the first stopped"
    assert sum(what == "rendering worlds" for what in said) == 16, "worlds are rendered once"
    parts = load_parts(tmp_path / "run")
    write_folder(parts, tmp_path / "tiny-worlds")
    files = [path for path in (tmp_path / "tiny-worlds").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 12e6
    checkpoint = load_checkpoint(CheckpointFiles(tmp_path / "tiny-worlds"), CPU)
    assert checkpoint.depth_channel
    factor = torch.load(tmp_path / "run" / "unet.pt", weights_only=True)["scaling_factor"]
    assert checkpoint.vae.config.scaling_factor == pytest.approx(factor)
    assert factor != 1.0, "latents as they were in training"
    spec = StreamSpec(160, 96, 160, 96, 2, planes=("color", "depth"))
    frame = wall_frame(1, width=160, height=96)
    assert (
        Painter(checkpoint, Recipe()).paint(frame, StreamState(spec), asking("a snowy village at night")).pixels.std()
        > 0
    )
