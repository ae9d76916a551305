"""A game's profile, as far as the launcher reads it; the hook reads the rest of the same file (docs/GAMES.md)."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

PROFILES = Path(__file__).parent / "profiles"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a game.

    Attributes:
        path: the file. name: for people. commands: names of its program. package: Debian's, or "".
        arguments: put before those of the user.
        refused_arguments: words that mean a game with other people; refused_reason: what the user is told then.
    """

    path: Path
    name: str
    commands: tuple[str, ...]
    package: str = ""
    arguments: tuple[str, ...] = ()
    refused_arguments: tuple[str, ...] = ()
    refused_reason: str = ""


def read_profile(path: Path) -> Profile:
    """Reads lines `key = value`; `#` begins a comment.

    Raises:
        ValueError: `command` is missing; one sentence. OSError: the file can't be read.
    """
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("#")[0].partition("=")
        if equals:
            fields[key.strip()] = value.strip()
    commands = tuple(word.strip() for word in fields.get("command", "").split(",") if word.strip())
    if not commands:
        raise ValueError(f"{path} names no program; add a line `command = name`.")
    return Profile(
        path,
        fields.get("name", commands[0]),
        commands,
        fields.get("package", ""),
        tuple(shlex.split(fields.get("arguments", ""))),
        tuple(shlex.split(fields.get("refused_arguments", ""))),
        fields.get("refused_reason", "it is played with other people."),
    )


def all_profiles(folder: Path = PROFILES) -> list[Profile]:
    """Those that come with this package, by name."""
    return sorted((read_profile(path) for path in folder.glob("*.profile")), key=lambda profile: profile.name)


def profile_of(program: str) -> Profile | None:
    """The profile of a program's name, or None: everything is guessed then."""
    return next((profile for profile in all_profiles() if Path(program).name in profile.commands), None)
