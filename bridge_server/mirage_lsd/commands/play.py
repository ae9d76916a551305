"""Plays a finished OpenGL game, painted live: its world in another theme, its interface and weapon as they were. Linux only.

    mirage-lsd play --list                              games with a profile, and how to install those that are missing
    mirage-lsd play -- openarena +map aggressor
    mirage-lsd play --theme snow --light sunset -- extremetuxracer
    mirage-lsd play --record frames.lsdrec -- etr       keeps frames, cameras and results for `mirage-lsd replay`

In the game: F9 shows its own picture and back, F10 the next theme, F11 the next light. A game without a profile is guessed at, and it is
said what was guessed. docs/GAMES.md has the profiles' format.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..defaults import DEFAULT_MODEL

if TYPE_CHECKING:
    from ..play.launcher import Game

HELP = "play a finished OpenGL game, painted live"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is painted; the game comes after `--`."""
    parser.add_argument("--list", action="store_true", help="show the games with a profile")
    parser.add_argument("--theme", metavar="NAME", help="the scene to begin with")
    parser.add_argument("--light", metavar="NAME", help="the lighting to begin with")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="default: %(default)s")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ...; default: %(default)s")
    parser.add_argument("--endpoint", help="a running daemon's address, instead of one of the command's own")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record the stream into FILE")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="a profile of your own")
    parser.add_argument(
        "--lockstep", action="store_true", help="the game waits for each frame's picture: for films, not for playing"
    )
    parser.add_argument(
        "--shading",
        choices=("auto", "daemon", "engine"),
        help="where the last layers run: in the daemon, or in the game's own OpenGL; default: the profile's, else auto",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write figures of the stream into FILE (JSON)")
    parser.add_argument("game", nargs="*", metavar="GAME", help="the game and its arguments, after --")


def run(args: argparse.Namespace) -> int:
    """The game's exit status; 1 with one sentence where it can't be played."""
    from ..client import NativeLibraryError
    from ..client.local_daemon import DaemonStartError
    from ..play.launcher import find_game
    from ..play.refusals import RefusedError

    if args.list:
        return _list()
    try:
        if not args.game:
            raise RefusedError("say which game, after --: mirage-lsd play -- openarena +map aggressor")
        if args.record is not None and args.endpoint is not None:
            raise RefusedError("--record needs a daemon of its own; leave --endpoint out, or use `mirage-lsd record`.")
        return _play(find_game(args.game), args)
    except (RefusedError, NativeLibraryError, DaemonStartError, ValueError) as error:
        print(f"mirage-lsd play: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"mirage-lsd play: {error.filename or args.game[0]}: {error.strerror or error}.", file=sys.stderr)
        return 1


def _play(game: Game, args: argparse.Namespace) -> int:
    from dataclasses import replace

    from ..client.local_daemon import DaemonProcess
    from ..play.launcher import environment, hook_path, run_game
    from ..play.profile import read_profile

    hook_path()
    if args.profile is not None:
        game = replace(game, profile=read_profile(args.profile))
    extra = ("--record", str(args.record)) if args.record is not None else ()
    own = DaemonProcess(args.model, args.device, extra=extra) if args.endpoint is None else None
    if own is not None:
        print(f"mirage-lsd play: loading {args.model}", file=sys.stderr)
    with own or contextlib.nullcontext():
        controls = {"scene": args.theme, "lighting": args.light}
        settings = {
            "CONTROLS": ",".join(f"{name}={value}" for name, value in controls.items() if value),
            "LOCKSTEP_MS": "5000" if args.lockstep else "",
            "SHADING": args.shading or "",
            "REPORT": str(args.report) if args.report is not None else "",
        }
        endpoint = own.endpoint if own is not None else args.endpoint
        return run_game(game, environment(game, endpoint, args.model, settings))


def _list() -> int:
    from ..play.profile import all_profiles

    for profile in all_profiles():
        installed = any(shutil.which(name, path="/usr/games:/usr/local/games:/usr/bin") for name in profile.commands)
        state = "installed" if installed else f"apt-get install {profile.package}"
        print(f"{profile.name:22} mirage-lsd play -- {profile.commands[0]:18} {state}")
    print("Any other OpenGL program works too, with guesses: mirage-lsd play -- PROGRAM")
    return 0
