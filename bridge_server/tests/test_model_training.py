"""Training: it learns, it resumes, what it exports loads."""

import json

import pytest
import torch

import mirage_lsd.evaluation.evaluate as evaluation
import mirage_lsd.training.train as training
from mirage_lsd.cli import main
from mirage_lsd.evaluation import roll_outs, theme_classifier
from mirage_lsd.models.schedule import StepTimes
from mirage_lsd.models.warp import warp
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.training.dataset import exact_motion
from mirage_lsd.training.muon import Muon, orthogonalized
from mirage_lsd.training.train import TrainingOptions, train
from mirage_lsd.training.worlds.sample import a_frame_later, random_world, render
from mirage_lsd.training.worlds.themes import LIGHTINGS, SCENES


def test_it_learns_resumes_and_exports(tmp_path, monkeypatch):
    """Both stages, few steps: the shader on pixels, then the whole network."""
    monkeypatch.setattr(training, "SHADER_STEPS", 12)
    monkeypatch.setattr(training, "SHADER_PIXELS", 256)
    reports = []
    options = TrainingOptions(tmp_path / "run", minutes=0.35, batch=2, pool=8)
    checkpoint = train(options, reports.append)
    first_steps = torch.load(checkpoint, weights_only=True)["step"]
    assert first_steps >= 2
    train(TrainingOptions(tmp_path / "run", minutes=0.02, batch=2, pool=8), reports.append)
    saved = torch.load(checkpoint, weights_only=True)
    assert saved["step"] > first_steps
    weights = tmp_path / "weights.safetensors"
    assert main(["train", "--run", str(tmp_path / "run"), "--export", str(weights)]) == 0
    model = load_weights(weights)
    assert model.config.scenes == SCENES
    assert model.config.lightings == LIGHTINGS
    assert json.loads(weights.with_suffix(".json").read_text())["steps"] == saved["step"]
    train(TrainingOptions(tmp_path / "next", minutes=0.02, batch=2, pool=8, start=weights), reports.append)
    assert torch.load(tmp_path / "next" / "checkpoint.pt", weights_only=True)["step"] > training.SHADER_STEPS


def test_export_without_a_run_says_what_to_do(tmp_path, capsys):
    assert main(["train", "--run", str(tmp_path), "--export", str(tmp_path / "x.safetensors")]) == 1
    assert "train first" in capsys.readouterr().err


def test_muon_steps_are_orthogonal_and_survive_a_checkpoint():
    torch.manual_seed(0)
    updates = orthogonalized(torch.randn(2, 24, 40), steps=8)
    singular = torch.linalg.svdvals(updates)
    assert singular.min() > 0.6
    assert singular.max() < 1.3
    weight = torch.nn.Parameter(torch.zeros(4, 8, 3, 3))
    optimizer = Muon([weight], 0.1)
    weight.grad = torch.randn_like(weight)
    optimizer.step()
    again = Muon([torch.nn.Parameter(weight.detach().clone())], 0.1)
    again.load_state_dict(optimizer.state_dict())
    assert torch.equal(again.state[again.param_groups[0]["params"][0]]["momentum"], optimizer.state[weight]["momentum"])


def test_step_times_fall_and_can_be_learned():
    times = StepTimes()
    for steps in range(1, 9):
        found = times(steps)
        assert found[0] == 1
        assert (found.diff() < 0).all()
        assert found[-1] > 0
    times(3).sum().backward()
    assert times.logits[1].grad is not None


def test_exact_motion_finds_what_moved():
    """A wall seen again after a step sideways: its texture lies where the motion says."""
    world = random_world(1_000_123, 1.6)
    later = a_frame_later(world, 5)
    before, now = render(world, 80, 128), render(later, 80, 128)
    motion = exact_motion(now, before, world)
    valid = (motion[2] > 0) & (now.depth[0] > 0)
    assert valid.float().mean() > 0.3
    moved_back = warp(before.target[None], motion[None, :2])[0]
    still = (before.target - now.target).abs().mean(0)[valid].mean()
    assert (moved_back - now.target).abs().mean(0)[valid].mean() < 0.6 * still


def test_evaluate_writes_its_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "HELD_OUT_SEEDS", (200, 201))
    monkeypatch.setattr(evaluation, "ROLL_OUT_SEEDS", (300, 301))
    monkeypatch.setattr(evaluation, "CLASSIFIER_SEEDS", (400, 401))
    monkeypatch.setattr(theme_classifier, "_PICTURES", 32)
    monkeypatch.setattr(theme_classifier, "_EPOCHS", 2)
    monkeypatch.setattr(roll_outs, "AWAY_FRAMES", 4)
    figures, sheet, video = (tmp_path / name for name in ("figures.json", "sheet.png", "walk.mp4"))
    outputs = ["--json", str(figures), "--sheet", str(sheet), "--video", str(video)]
    assert main(["evaluate", "--size", "96x64", "--frames", "8", "--long", "150", "--device", "cpu", *outputs]) == 0
    found = json.loads(figures.read_text())
    assert found["psnr"] > 10
    assert 0 < found["ssim"] <= 1
    assert found["warp_ratio"] > 0
    assert found["revisit_ratio"] >= 0
    assert found["state_bytes"][0] == found["state_bytes"][1]
    assert 0 <= found["control_accuracy"] <= 1
    assert found["color_only"]["psnr"] > 5
    variants = [row["variant"] for row in found["ablation"]]
    assert "no world fields" in variants
    assert {"all parts, 1 step", "all parts, 3 steps", "all parts, 5 steps"} <= set(variants)
    assert sheet.stat().st_size > 1000
    assert video.stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments", [["--size", "9"], ["--size", "8x8"], ["--model", "passthrough"], ["--model", "none"]]
)
def test_evaluate_refuses_in_a_sentence(arguments, capsys):
    assert main(["evaluate", *arguments]) == 1
    assert capsys.readouterr().err.startswith("mirage-lsd evaluate: ")
