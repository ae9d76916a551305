"""SetAppearance in the engine's plugin, through the numbers in its plane of ids and the shipped model: the figure that was marked is dressed as the
words say, and nothing else changes."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mirage_lsd.server.daemon import Daemon, DaemonConfig

Picture = npt.NDArray[np.int16]
WIDTH, HEIGHT = 320, 180


@pytest.fixture(scope="module")
def pictures(repository: Path, pipeline: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Picture]:
    """H x W x 3, RGB: what came back before anything was said, the next one, after the two looks; the engine's own."""
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    folder = tmp_path_factory.mktemp("dressed")
    daemon = Daemon({"mirage-lsd-v1": pipeline}, DaemonConfig(bind="tcp://127.0.0.1:*"))
    thread = threading.Thread(target=daemon.run, name="daemon-io")
    thread.start()
    try:
        assert daemon.ready.wait(60)
        done = subprocess.run(
            [str(program), "--gtest_filter=Dressed.*"],
            env={**os.environ, "LSD_TEST_ENDPOINT": daemon.endpoint, "LSD_TEST_DRESS": str(folder)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        daemon.stop()
        thread.join()
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for file in folder.glob("*.bgra"):
        bytes_ = np.fromfile(file, np.uint8).reshape(HEIGHT, WIDTH, 4)
        found[file.stem] = bytes_[..., 2::-1].astype(np.int16)
    if keep := os.environ.get("LSD_KEEP_PICTURES"):
        from PIL import Image

        names = ("engine", "plain", "striped", "blue")
        rows = [np.concatenate([found[a], found[b]], 1) for a, b in (names[:2], names[2:])]
        Image.fromarray(np.concatenate(rows).astype(np.uint8)).resize((WIDTH * 6, HEIGHT * 6), 0).save(
            f"{keep}/dressed.png"
        )
    return found


@pytest.fixture(scope="module")
def clothes(pictures: dict[str, Picture]) -> npt.NDArray[np.bool_]:
    """The marked figure's, as the engine has drawn them: the left half's figure below its head."""
    figure = (pictures["engine"] == 140).all(-1)
    figure[:, WIDTH // 2 :] = False
    rows = np.flatnonzero(figure.any(1))
    widths = figure.sum(1)
    shoulders = rows[np.argmax(widths[rows] == widths.max())]
    figure[:shoulders] = False
    assert figure.sum() > 500
    return figure


def grown(mask: npt.NDArray[np.bool_], by: int) -> npt.NDArray[np.bool_]:
    for _ in range(by):
        padded = np.pad(mask, 1)
        mask = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return mask


def test_the_marked_figure_wears_the_stripes(pictures: dict[str, Picture], clothes: npt.NDArray[np.bool_]) -> None:
    inside = ~grown(~clothes, 2)
    striped, plain = pictures["striped"], pictures["plain"]
    changed = np.abs(striped - plain).max(-1)
    print("inside: mean change", changed[inside].mean(), "share beyond 16", (changed[inside] > 16).mean())
    assert (changed[inside] > 16).mean() > 0.5
    redness = striped[..., 0] - striped[..., 1]
    red, white = inside & (redness > 60), inside & (redness < 25)
    print("red", red.sum() / inside.sum(), "white", white.sum() / inside.sum())
    assert 0.2 < red.sum() / inside.sum() < 0.8
    assert 0.1 < white.sum() / inside.sum() < 0.8
    # Bands go around a body: a row is of one color.
    rows = [redness[y][inside[y]] for y in range(HEIGHT) if inside[y].sum() >= 12]
    assert np.std([row.mean() for row in rows]) > 2 * np.mean([row.std() for row in rows])


def test_another_look_is_another_color(pictures: dict[str, Picture], clothes: npt.NDArray[np.bool_]) -> None:
    worn = pictures["blue"][~grown(~clothes, 2)].mean(0)
    print("blue coat", worn)
    assert worn[2] > worn[0] + 40
    assert worn[2] > worn[1] + 20


@pytest.mark.parametrize("look", ["striped", "blue"])
def test_nothing_else_changes(pictures: dict[str, Picture], clothes: npt.NDArray[np.bool_], look: str) -> None:
    """Beyond two cells of the context from the clothes by no more than 8/255, in the mean less than one: the other figure, the
    street; and the head beside them hardly."""
    elsewhere, beside = ~grown(clothes, 16), grown(clothes, 16) & ~grown(clothes, 2)
    unrest = np.abs(pictures["again"] - pictures["plain"]).max(-1)[elsewhere].max()
    changed = np.abs(pictures[look] - pictures["again"]).max(-1)[elsewhere]
    print("elsewhere: unrest", unrest, "largest", changed.max(), "share that changed", (changed > 0).mean())
    assert changed.max() <= 8
    assert changed.mean() < 1
    assert unrest <= 8
    near = np.abs(pictures[look] - pictures["again"]).max(-1)[beside]
    print("beside: largest", near.max(), "mean", near.mean())
    assert near.max() <= 24
    assert near.mean() < 3
