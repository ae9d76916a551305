"""Training: it learns, it resumes, what it exports loads."""

import json
import random

import pytest
import torch

from mirage_lsd.cli import main
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.training.history import spoilt_history
from mirage_lsd.training.train import TrainingOptions, train


def test_it_learns_resumes_and_exports(tmp_path, capsys):
    reports = []
    options = TrainingOptions(tmp_path / "run", minutes=0.35, batch=2, pool=8, learning_rate=2e-3)
    checkpoint = train(options, reports.append)
    first_steps = torch.load(checkpoint, weights_only=True)["step"]
    assert first_steps >= 2
    train(TrainingOptions(tmp_path / "run", minutes=0.02, batch=2, pool=8), reports.append)
    saved = torch.load(checkpoint, weights_only=True)
    assert saved["step"] > first_steps
    if len(reports) > 1:
        assert reports[-1].loss < reports[0].loss
    weights = tmp_path / "weights.safetensors"
    assert main(["train", "--run", str(tmp_path / "run"), "--export", str(weights)]) == 0
    model = load_weights(weights)
    assert model.config.scenes == ("forest", "city", "scifi", "desert")
    assert json.loads(weights.with_suffix(".json").read_text())["steps"] == saved["step"]


def test_export_without_a_run_says_what_to_do(tmp_path, capsys):
    assert main(["train", "--run", str(tmp_path), "--export", str(tmp_path / "x.safetensors")]) == 1
    assert "train first" in capsys.readouterr().err


def test_history_is_spoilt_but_masked():
    target = torch.rand(32, 3, 32, 48) * 2 - 1
    history = spoilt_history(target, random.Random(0))
    dropped = history[:, 3].flatten(1).amax(1) == 0
    assert 3 < int(dropped.sum()) < 20
    assert torch.equal(history[:, :3] * (1 - history[:, 3:]), torch.zeros_like(history[:, :3]))


def test_evaluate_writes_its_figures(tmp_path, monkeypatch):
    import mirage_lsd.training.evaluate as evaluation

    monkeypatch.setattr(evaluation, "HELD_OUT_SEEDS", (200, 201))
    monkeypatch.setattr(evaluation, "ROLL_OUT_SEEDS", (300,))
    figures = tmp_path / "figures.json"
    sheet = tmp_path / "sheet.png"
    arguments = [
        "evaluate",
        "--size",
        "96x64",
        "--frames",
        "12",
        "--device",
        "cpu",
        "--json",
        str(figures),
        "--sheet",
        str(sheet),
    ]
    assert main(arguments) == 0
    found = json.loads(figures.read_text())
    assert found["psnr"] > 10
    assert 0 < found["ssim"] <= 1
    assert found["warp_ratio"] > 0
    assert sheet.stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments", [["--size", "9"], ["--size", "8x8"], ["--model", "passthrough"], ["--model", "none"]]
)
def test_evaluate_refuses_in_a_sentence(arguments, capsys):
    assert main(["evaluate", *arguments]) == 1
    assert capsys.readouterr().err.startswith("mirage-lsd evaluate: ")
