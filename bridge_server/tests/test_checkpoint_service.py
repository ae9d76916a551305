"""Own checkpoints from end to end: a daemon without any network, and the command that measures a checkpoint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_checkpoints as tiny

from mirage_lsd.cli import main

pytest.importorskip("mirage_lsd_lab")
_VARIANTS = 7


@pytest.mark.skipif(
    sys.platform != "linux"
    or subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode != 0,
    reason="needs network namespaces, which Linux has and some containers forbid",
)
def test_a_daemon_without_a_network_paints_and_a_new_prompt_shows_within_two_results(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "sd", "sd")
    script = Path(__file__).with_name("checkpoint_offline.py")
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, str(script), str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert not said["reached"], "there was a network"
    assert said["contrast"] > 1
    assert said["still"]
    assert said["until"] is not None, "the prompt showed in none of eight results"
    assert said["until"] <= 2
    assert {"prompt", "class_prompts", "guidance_kind", "steadiness"} <= set(said["controls"])


def test_a_checkpoint_is_measured_part_by_part_to_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tiny.write_checkpoint(tmp_path / "turbo", "turbo")
    figures, sheet = tmp_path / "figures.json", tmp_path / "sheet.png"
    arguments = [
        "--size",
        "48x32",
        "--frames",
        "4",
        "--long",
        "80",
        "--steps",
        "1",
        "--prompt",
        "a village",
        "--device",
        "cpu",
    ]
    assert (
        main(["evaluate-checkpoint", "--model", str(folder), *arguments, "--json", str(figures), "--sheet", str(sheet)])
        == 0
    )
    rows = json.loads(figures.read_text())["rows"]
    assert [row["variant"] for row in rows][-2:] == ["+ steadying", "the same, no engine"]
    assert len(rows) == _VARIANTS
    plain, latents, steady = rows[0], rows[4], rows[5]
    assert steady["warp_ratio"] < 0.7 * latents["warp_ratio"] < 0.7 * plain["warp_ratio"]
    assert steady["revisit_ratio"] < plain["revisit_ratio"]
    assert sheet.stat().st_size > 0
    assert "steadying" in capsys.readouterr().out


def test_the_demo_walks_with_a_checkpoint(tmp_path: Path) -> None:
    folder = tiny.write_checkpoint(tmp_path / "sd", "sd")
    arguments = [
        "--size",
        "96x64",
        "--seconds",
        "0.5",
        "--steps",
        "1",
        "--device",
        "cpu",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(["demo", "--model", str(folder), *arguments]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["model"] == "sd"
    assert report["frames_returned"] == report["frames_sent"] > 0
    assert "denoise" in report["stages_ms"]
