"""The command `mirage-lsd`.

Each subcommand lives in a module of `commands/` with `HELP`, `add_arguments` and `run`; other packages add theirs through the
entry point group `mirage_lsd.commands` (the lab adds `train`, `evaluate` and the same for checkpoints).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from importlib.metadata import entry_points
from types import ModuleType

from . import __version__

COMMANDS = (
    "demo",
    "stream",
    "devices",
    "get",
    "serve",
    "doctor",
    "bench",
    "record",
    "replay",
    "play",
    "conformance",
    "keygen",
)
_LAB_COMMANDS = ("train", "evaluate", "train-checkpoint", "evaluate-checkpoint")


def available_commands() -> tuple[str, ...]:
    """This package's commands, then those that installed packages add."""
    added = (entry.name for entry in entry_points(group="mirage_lsd.commands"))
    return (*COMMANDS, *(name for name in added if name not in COMMANDS))


def build_parser(commands: tuple[str, ...]) -> argparse.ArgumentParser:
    """The parser with these subcommands."""
    parser = argparse.ArgumentParser(
        prog="mirage-lsd",
        description="Re-renders a game engine's frames, live, on this machine. Start with `mirage-lsd demo`.",
        epilog="`mirage-lsd COMMAND --help` explains each command.",
    )
    parser.add_argument("--version", action="version", version=f"mirage-lsd {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in commands:
        module = _module(name)
        subparser = subparsers.add_parser(
            name, help=module.HELP, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    words = sys.argv[1:] if argv is None else argv
    # Only the command that runs is imported: the others would cost it time.
    chosen = (words[0],) if words and words[0] in COMMANDS else available_commands()
    if words and words[0] in _LAB_COMMANDS and words[0] not in chosen:
        print(
            f"mirage-lsd: `{words[0]}` belongs to the lab, which is not installed: pip install mirage-lsd-lab, "
            "or `make setup` in a checkout.",
            file=sys.stderr,
        )
        return 2
    args = build_parser(chosen).parse_args(words)
    try:
        status: int = args.run(args)
    except KeyboardInterrupt:
        print("mirage-lsd: stopped", file=sys.stderr)
        return 130
    return status


def _module(command: str) -> ModuleType:
    if command in COMMANDS:
        return importlib.import_module(f".commands.{command}", __package__)
    (entry,) = entry_points(group="mirage_lsd.commands", name=command)
    return importlib.import_module(entry.value)


if __name__ == "__main__":
    sys.exit(main())
