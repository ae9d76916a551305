"""Starts a game with the hook in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..client.library import ENVIRONMENT_VARIABLE, NativeLibraryError, library_path
from .profile import Profile, profile_of
from .refusals import RefusedError, check

HOOK = "libmirage_gl_hook.so"
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Game:
    """A game that may be started: its file, the words after it, and its profile (None: unknown)."""

    program: Path
    arguments: tuple[str, ...]
    profile: Profile | None


def find_game(command: Sequence[str]) -> Game:
    """Looks for the program and says whether it can be hooked.

    Raises:
        RefusedError: it can't be found, or should not be hooked; one sentence.
    """
    if sys.platform != "linux":
        raise RefusedError("games are hooked on Linux only; on other systems use the Unity or Unreal plugin.")
    profile = profile_of(command[0])
    # Debian keeps games out of root's path.
    path = f"{os.environ.get('PATH', '')}:/usr/games:/usr/local/games"
    found = shutil.which(command[0], path=path)
    if found is None:
        how = (
            f": apt-get install {profile.package}" if profile is not None and profile.package else " or give its path."
        )
        raise RefusedError(f"there is no program {command[0]!r} here; install it{how}")
    program = Path(found)
    arguments = (*(profile.arguments if profile is not None else ()), *command[1:])
    check(program.resolve(), command[1:], profile)
    return Game(program, arguments, profile)


def hook_path() -> Path:
    """The hook, which lies beside the native core.

    Raises:
        NativeLibraryError: it was not built.
    """
    path = Path(os.environ.get("MIRAGE_LSD_HOOK", library_path().with_name(HOOK)))
    if not path.is_file():
        raise NativeLibraryError(
            "the OpenGL hook was not built; install OpenGL's headers (apt-get install libgl-dev), then mirage-lsd again."
        )
    return path


def environment(game: Game, endpoint: str, model: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The game's environment: the hook is loaded into it and finds the daemon.

    Args:
        settings: of the hook, `MIRAGE_LSD_HOOK_` variables without that prefix; empty ones are left out.
    """
    variables = dict(os.environ)
    before = variables.get("LD_PRELOAD")
    variables["LD_PRELOAD"] = f"{hook_path()}:{before}" if before else str(hook_path())
    variables[ENVIRONMENT_VARIABLE] = str(library_path())
    variables["MIRAGE_LSD_ENDPOINT"] = endpoint
    variables["MIRAGE_LSD_MODEL"] = model
    if game.profile is not None:
        variables["MIRAGE_LSD_HOOK_PROFILE"] = str(game.profile.path)
    variables.update({f"MIRAGE_LSD_HOOK_{name}": value for name, value in settings.items() if value})
    return variables


def run_game(game: Game, variables: Mapping[str, str]) -> int:
    """Runs it to its end; Ctrl-C and SIGTERM end it too, by force where it does not listen. Returns its exit status."""
    process = subprocess.Popen([game.program, *game.arguments], env=dict(variables))
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return _stop(process)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _stop(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
