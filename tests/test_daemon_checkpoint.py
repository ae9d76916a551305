"""A checkpoint behind the real daemon: its controls, a prompt that takes effect, a folder that is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from conftest import DaemonProcess
from daemon_client import HEIGHT, WIDTH, DaemonClient

sys.path.append(str(Path(__file__).parents[1] / "bridge_server" / "tests"))
from tiny_checkpoints import write_checkpoint

StartProcess = Callable[..., DaemonProcess]
Connect = Callable[..., DaemonClient]
PLANES = [
    {"name": "color", "format": "rgba8", "width": WIDTH, "height": HEIGHT},
    {"name": "depth", "format": "r32f", "width": WIDTH, "height": HEIGHT},
]
CAMERA = {
    "view": [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    "projection": [1.0, 0, 0, 0, 0, 1.7, 0, 0, 0, 0, -1, -0.2, 0, 0, -1, 0],
    "near": 0.1,
    "far": 100.0,
}


def _frame(shade: int) -> np.ndarray:
    color = np.full((HEIGHT, WIDTH, 4), shade, np.uint8)
    color[:, : WIDTH // 2, 0] = 200
    depth = np.full((HEIGHT, WIDTH), 4.0, np.float32)
    return np.concatenate([color.reshape(-1), depth.reshape(-1).view(np.uint8)])


def test_a_checkpoint_is_served_and_a_prompt_takes_effect_within_two_results(
    tmp_path: Path, start_daemon_process: StartProcess, connect: Connect
) -> None:
    folder = write_checkpoint(tmp_path / "tiny-turbo", "turbo")
    daemon = start_daemon_process("--model", str(folder), ready=False)
    client = connect(daemon.endpoint, greet=False)
    client.send(client.hello())
    (model,) = client.receive_past_progress()["models"]
    assert model["name"] == "tiny-turbo"
    assert {"prompt", "negative_prompt", "denoise", "steps", "guidance", "steadiness", "seed", "strength"} <= {
        control["name"] for control in model["controls"]
    }
    client.open(model="tiny-turbo", planes=PLANES)
    pictures = []
    for seq in range(1, 7):
        if seq == 4:
            values = {"prompt": "a red forest (by night:1.5)", "guidance": 3.0}
            client.send({"t": "control", "stream": 1, "control_seq": 1, "values": values, "transition_s": 0.0})
        client.send_frame(seq, _frame(90 + seq), camera=CAMERA)
        while (answer := client.receive())[0]["t"] != "result":
            assert answer[0]["t"] == "notice", answer[0]
        header, payload = answer
        assert header["seq"] == seq, "a result names its frame, whose camera the client knows"
        assert payload is not None
        pictures.append(np.frombuffer(payload, np.uint8).astype(int))
    assert header["control_seq"] == 1
    before, at_once = np.abs(pictures[2] - pictures[1]).mean(), np.abs(pictures[4] - pictures[2]).mean()
    assert at_once > 3 * before, "the second result after the prompt is another picture"
    assert daemon.stop() == 0


def test_a_folder_that_is_no_checkpoint_is_refused_in_one_sentence(
    tmp_path: Path, start_daemon_process: StartProcess
) -> None:
    folder = tmp_path / "pickles"
    folder.mkdir()
    (folder / "model.ckpt").write_bytes(b"\x80\x04.")
    daemon = start_daemon_process("--model", str(folder), ready=False)
    assert daemon.wait() == 1
    lines = [line for line in daemon.log.splitlines() if not line.startswith("{")]
    assert len(lines) == 1
    assert "only as pickles" in lines[0]
