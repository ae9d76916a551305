"""What the hook costs a game, in the machine's own time: frames a second without the hook, with it and no daemon, and painted, in turn.

    python tests/games/figures.py openarena
    python tests/games/figures.py openarena neverball --rounds 5 --model mirage-lsd-v1

Without a display and without a graphics card; a game draws the same frames each time it is played (its clock goes on by 33 ms a frame), as fast
as it can. The medians of the rounds are compared, so run it on an idle machine: what else runs there slows all three alike, but not at the same
time. Latency is from the frame's end to its picture's arrival, as the core measures it. Needs `make test-games`'s builds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import runner
from games import GAMES, Game

from mirage_lsd.client.local_daemon import DaemonProcess

_NOBODY = "tcp://127.0.0.1:9"


def frames_per_second(game: Game, folder: Path, display: str, play: list[str] | None) -> float:
    """The median over the frames from `game.first` to `game.last`; none is kept."""
    watched = replace(game, first=game.last)
    folder.mkdir()
    runner.run(watched, folder / "run", display, play, {"OBSERVER_TIMES": str(folder / "times")})
    times = np.fromfile(folder / "times", np.int64)[game.first - 1 : game.last]
    return 1e9 / float(np.median(np.diff(times)))


def measure(game: Game, rounds: int, model: str) -> None:
    """Prints a line for each way of playing."""
    rates: dict[str, list[float]] = {"without the hook": [], "hook, no daemon": [], "painted": []}
    latencies: list[tuple[float, float, float]] = []
    with (
        runner.memory_display(game.height) as display,
        DaemonProcess(model) as daemon,
        tempfile.TemporaryDirectory() as name,
    ):
        for i in range(rounds):
            report = Path(name) / f"{i}.json"
            painted = ["--endpoint", daemon.endpoint, "--model", model, "--report", str(report)]
            for how, options in zip(rates, (None, ["--endpoint", _NOBODY], painted), strict=True):
                rates[how].append(frames_per_second(game, Path(name) / f"{i}-{how}", display, options))
            found = json.loads(report.read_text())
            latencies.append((found["results_per_second"], found["latency_ms_p50"], found["latency_ms_p95"]))
    base = float(np.median(rates["without the hook"]))
    for how, each in rates.items():
        middle = float(np.median(each))
        print(f"{game.name:16} {how:17} {middle:6.1f} frames/s  {middle / base:.2f} of without  {np.round(each, 1)}")
    per_second, p50, p95 = np.median(latencies, axis=0)
    print(f"{game.name:16} {model}: {per_second:.1f} results/s, latency p50 {p50:.0f} ms, p95 {p95:.0f} ms", flush=True)


def main() -> None:
    """Plays each game in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", nargs="+", choices=[game.name for game in GAMES])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="mirage-lsd-v1")
    args = parser.parse_args()
    for game in GAMES:
        if game.name in args.games:
            measure(game, args.rounds, args.model)


if __name__ == "__main__":
    main()
