"""Plays one game for long with the shipped model, in the machine's own time, and writes a line a minute: memory, frames, results, latency.

    python tests/games/long_run.py 30 --out run.jsonl
    python tests/games/long_run.py 30 --kill-every 10      and the daemon is killed (-9) every ten minutes, and started again after half a minute

OpenArena against bots, without a display and without a graphics card. Needs `make test-games`'s builds. Status 1 where the game ended by itself,
or where its memory or the daemon's grew by more than a tenth after the first quarter.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import runner
from games import GAMES

_LOADING_S = 180.0
_MOST_GROWTH = 1.1
_DEAD_S = 30.0


class Daemon:
    """`mirage-lsd serve` on an address that stays the same when it is started again."""

    def __init__(self, model: str, log: Path) -> None:
        self._log = log
        self._address = "tcp://127.0.0.1:*"
        self._model = model
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "mirage_lsd.cli", "serve", "--log-json", "--bind", self._address]
        before = len(self._ready())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*command, "--model", self._model], stdout=log, stderr=log)
        deadline = time.monotonic() + _LOADING_S
        while len(self._ready()) == before:
            if self._process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The daemon did not become ready:\n{self._log.read_text()}")
            time.sleep(0.2)
        self._address = self.endpoint = self._ready()[-1]["endpoint"]

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def memory_mb(self) -> float:
        return resident_mb(self._process.pid) if self._process is not None and self._process.poll() is None else 0.0

    def _ready(self) -> list[dict[str, Any]]:
        if not self._log.exists():
            return []
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "ready"]


def resident_mb(pid: int) -> float:
    """Memory of a process and its children; 0 where it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return sum(part.memory_info().rss for part in (process, *process.children(recursive=True))) / 1e6
    return 0.0


def game_pid(folder: Path) -> int | None:
    """The process that has the observer's file of times open: the game itself."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(file.path == str(folder / "times") for file in process.open_files()):
                return process.pid
    return None


def main() -> None:
    """Runs the game for that long, then says whether memory was flat."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=int)
    parser.add_argument("--model", default="mirage-lsd-v1")
    parser.add_argument("--kill-every", type=int, default=0, metavar="MINUTES")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    (found,) = (game for game in GAMES if game.name == "openarena")
    endless = ("+set", "fraglimit", "0", "+set", "timelimit", "0", "+set", "g_forcerespawn", "2")
    game = replace(found, arguments=(*endless, *found.arguments), first=1 << 40, last=1 << 40)
    with runner.memory_display() as display, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        daemon = Daemon(args.model, folder / "daemon.log")
        report = folder / "report.json"
        options = ["--endpoint", daemon.endpoint, "--model", args.model, "--report", str(report)]
        limit_s = args.minutes * 60.0 + 1
        player = threading.Thread(
            target=play, args=(game, folder, display, options, limit_s), name="player", daemon=True
        )
        player.start()
        try:
            lines = watch(args, daemon, player, folder, report)
        finally:
            daemon.kill()
            player.join(30)
    quarter = lines[len(lines) // 4 :]
    for what in ("game_mb", "daemon_mb"):
        alive = [line[what] for line in quarter if line[what] > 0]
        growth = alive[-1] / alive[0]
        print(f"{what}: {alive[0]:.0f} -> {alive[-1]:.0f}, largest {max(alive):.0f}")
        if args.kill_every == 0 and growth > _MOST_GROWTH:
            sys.exit(f"{what} grew {growth:.2f} times.")


def play(game: Any, folder: Path, display: str, options: list[str], limit_s: float) -> None:
    """In the machine's time, until the limit."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        runner.run(game, folder / "run", display, options, {"OBSERVER_TIMES": str(folder / "times")}, 0, limit_s)


def watch(
    args: argparse.Namespace, daemon: Daemon, player: threading.Thread, folder: Path, report: Path
) -> list[dict[str, Any]]:
    """A line a minute, as long as the game runs."""
    lines: list[dict[str, Any]] = []
    began, frames = time.monotonic(), 0
    for minute in range(1, args.minutes + 1):
        while time.monotonic() < began + 60 * minute and player.is_alive():
            time.sleep(0.5)
        if not player.is_alive() and minute < args.minutes:
            sys.exit(f"The game ended by itself in minute {minute}:\n{(folder / 'run/log.txt').read_text()[-2000:]}")
        shown = os.path.getsize(folder / "times") // np.dtype(np.int64).itemsize
        line: dict[str, Any] = {"minute": minute, "frames_a_second": round((shown - frames) / 60, 2)}
        frames = shown
        pid = game_pid(folder)
        line |= {"game_mb": round(resident_mb(pid), 1) if pid else 0.0, "daemon_mb": round(daemon.memory_mb(), 1)}
        if report.exists():
            figures = json.loads(report.read_text() or "{}")
            names = ("painted", "results_per_second", "latency_ms_p50", "latency_ms_p95", "hook_ms", "reconnects")
            line |= {key: figures.get(key) for key in names}
        lines.append(line)
        print(json.dumps(line), flush=True)
        if args.out is not None:
            with args.out.open("a") as file:
                file.write(json.dumps(line) + "\n")
        if args.kill_every and minute % args.kill_every == 0 and minute < args.minutes:
            daemon.kill()
            time.sleep(_DEAD_S)
            daemon.start()
    return lines


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
