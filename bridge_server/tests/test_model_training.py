"""Training: it learns, it resumes, what it exports loads."""

import json

import pytest
import torch
import torch.nn.functional as F

import mirage_lsd_lab.evaluation.evaluate as evaluation
import mirage_lsd_lab.training.train as training
from mirage_lsd.cli import main
from mirage_lsd.models.mirage_lsd_v1 import CONTEXT_STRIDE
from mirage_lsd.models.schedule import TimestepSchedule
from mirage_lsd.models.warp import warp
from mirage_lsd.models.weights_file import load_weights, save_weights
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER
from mirage_lsd_lab.evaluation import ablation, clips, roll_outs, theme_classifier
from mirage_lsd_lab.evaluation.clips import find_clips
from mirage_lsd_lab.training.dataset import BASE_HEIGHT, BASE_WIDTH, CROP_HEIGHT, CROP_WIDTH, exact_motion
from mirage_lsd_lab.training.losses import crop_context, steadiness_loss
from mirage_lsd_lab.training.muon import Muon, orthogonalized
from mirage_lsd_lab.training.options import TrainingOptions
from mirage_lsd_lab.training.train import train
from mirage_lsd_lab.training.worlds.sample import a_frame_later, random_world, render
from mirage_lsd_lab.training.worlds.themes import LIGHTINGS, SCENES

# Training on a CPU without AVX-512, or beside other work, takes minutes.
pytestmark = pytest.mark.timeout(1_500)


def test_it_learns_resumes_and_exports(tmp_path, monkeypatch):
    """All stages, few steps: the estimator, the shader on pixels, the whole network, the head again."""
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


def test_only_the_asked_parts_are_trained(tmp_path):
    """A share of the network goes on; everything else stays bit for bit as it was."""
    shipped = WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors"
    options = TrainingOptions(tmp_path / "run", minutes=0.05, batch=1, pool=4, start=shipped, parts=("denoiser",))
    checkpoint = train(options, lambda progress: None)
    saved = torch.load(checkpoint, weights_only=True)["average"]
    changed = {
        name.split(".")[0] for name, value in load_weights(shipped).state_dict().items() if (saved[name] != value).any()
    }
    assert changed == {"denoiser", "times", "join"}


def test_parts_are_checked(tmp_path, capsys):
    run = ["train", "--run", str(tmp_path / "run"), "--minutes", "0.02"]
    assert main([*run, "--parts", "head,wheels"]) == 1
    assert "estimator, flow, encoder, denoiser, head, not head,wheels" in capsys.readouterr().err
    with pytest.raises(ValueError, match="from scratch trains all parts"):
        train(TrainingOptions(tmp_path / "run", minutes=0.02, parts=("head",)), lambda progress: None)


def test_a_crop_of_the_context_is_that_part_of_the_whole():
    context = torch.randn(2, 16, BASE_HEIGHT // CONTEXT_STRIDE, BASE_WIDTH // CONTEXT_STRIDE)
    origins = [(CONTEXT_STRIDE, CONTEXT_STRIDE), (BASE_HEIGHT - CROP_HEIGHT - CONTEXT_STRIDE, 12 * CONTEXT_STRIDE)]
    whole = F.interpolate(context, scale_factor=2.0 * CONTEXT_STRIDE, mode="bilinear", align_corners=False)
    for i, (top, left) in enumerate(origins):
        part = whole[i, :, 2 * top : 2 * (top + CROP_HEIGHT), 2 * left : 2 * (left + CROP_WIDTH)]
        torch.testing.assert_close(crop_context(context, origins)[i], part)


def test_steadiness_asks_only_for_what_both_frames_see():
    """A context that moves with its surfaces costs nothing; what has just come into view may look like anything."""
    before = torch.randn(1, 4, BASE_HEIGHT // CONTEXT_STRIDE, BASE_WIDTH // CONTEXT_STRIDE)
    motion = torch.zeros(1, 3, BASE_HEIGHT, BASE_WIDTH)
    motion[:, 0], motion[:, 2] = -CONTEXT_STRIDE, 1.0
    moved = torch.roll(before, 1, 3)
    # What comes in from the left was not there.
    motion[..., :CONTEXT_STRIDE] = 0
    assert float(steadiness_loss(moved, before, motion)) < 1e-4
    assert float(steadiness_loss(before, before, motion)) > 0.02
    motion[:, 2] = 0
    assert float(steadiness_loss(before, before, motion)) == 0


def test_export_without_a_run_says_what_to_do(tmp_path, capsys):
    assert main(["train", "--run", str(tmp_path), "--export", str(tmp_path / "x.safetensors")]) == 1
    assert "train first" in capsys.readouterr().err


def test_the_mean_of_weights(tmp_path, capsys):
    shipped = WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors"
    model = load_weights(shipped)
    moved = {name: value + 0.5 for name, value in model.state_dict().items()}
    other, mean = tmp_path / "other.safetensors", tmp_path / "mean.safetensors"
    save_weights(moved, model.config, other, {"steps": 7})
    assert main(["train", "--mean-of", str(shipped), str(other), "--export", str(mean)]) == 0
    for name, value in load_weights(mean).state_dict().items():
        torch.testing.assert_close(value, model.state_dict()[name] + 0.25, atol=2e-3, rtol=2e-3)
    card = json.loads(mean.with_suffix(".json").read_text())
    assert card["mean_of"] == [DEFAULT_MODEL, "other"]
    assert card["steps"] == 7
    assert main(["train", "--mean-of", str(shipped), str(other)]) == 1
    assert "--export" in capsys.readouterr().err
    assert main(["train", "--mean-of", str(tmp_path / "none"), "--export", str(mean)]) == 1
    assert "can't be read" in capsys.readouterr().err


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
    times = TimestepSchedule()
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
    monkeypatch.setattr(evaluation, "TEXTURED_SEEDS", (320,))
    shipped_clips = find_clips()[:1]
    monkeypatch.setattr(evaluation, "find_clips", lambda: shipped_clips)
    monkeypatch.setattr(clips, "CLIP_THEMES", (("snow", "day"),))
    monkeypatch.setattr(theme_classifier, "_LEVELS", 8)
    monkeypatch.setattr(theme_classifier, "_STEPS", 4)
    monkeypatch.setattr(roll_outs, "AWAY_FRAMES", 4)
    monkeypatch.setattr(ablation, "OTHER_STEPS", (1,))  # each is converted and compiled
    few = [v for v in ablation.VARIANTS if v.name in ("no 3D convolution over past features", "no context")]
    monkeypatch.setattr(ablation, "VARIANTS", few)
    monkeypatch.setattr(ablation, "VARIANTS_WITH_DEPTH", few)
    every = ablation.places
    monkeypatch.setattr(ablation, "places", lambda spec, seeds, length, paths: every(spec, seeds[:1], 5, paths)[::5])
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
    assert found["textured"]["psnr"] > 8
    for clip in found["clips"]:
        assert clip["detail"] > 0.5
        assert 0 <= clip["recognised_if_graded"] <= 1
    places = {row["place"] for row in found["ablation"]}
    assert places == ({"depth", "real clips"} if shipped_clips else {"depth"})
    for place in places:
        rows = {row["variant"]: row for row in found["ablation"] if row["place"] == place}
        assert {"no 3D convolution over past features", "all parts, 1 step"} <= set(rows)
        assert rows["all parts, 3 steps"]["difference"] == 0
        assert rows["no context"]["difference"] > 0.5
    assert sheet.stat().st_size > 1000
    assert video.stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments", [["--size", "9"], ["--size", "8x8"], ["--model", "passthrough"], ["--model", "none"]]
)
def test_evaluate_refuses_in_a_sentence(arguments, capsys):
    assert main(["evaluate", *arguments]) == 1
    assert capsys.readouterr().err.startswith("mirage-lsd evaluate: ")
