"""The command `mirage-lsd`. Each subcommand lives in a module of `commands/` with `HELP`, `add_arguments` and `run`."""

from __future__ import annotations

import argparse
import importlib
import sys

from . import __version__

COMMANDS = ("demo", "serve", "doctor", "bench", "train", "evaluate", "keygen")


def build_parser(commands: tuple[str, ...] = COMMANDS) -> argparse.ArgumentParser:
    """The parser with these subcommands."""
    parser = argparse.ArgumentParser(
        prog="mirage-lsd",
        description="Re-renders a game engine's frames, live, on this machine. Start with `mirage-lsd demo`.",
        epilog="`mirage-lsd COMMAND --help` explains each command.",
    )
    parser.add_argument("--version", action="version", version=f"mirage-lsd {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in commands:
        module = importlib.import_module(f".commands.{name}", __package__)
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
    chosen = (words[0],) if words and words[0] in COMMANDS else COMMANDS
    args = build_parser(chosen).parse_args(words)
    try:
        status: int = args.run(args)
    except KeyboardInterrupt:
        print("mirage-lsd: stopped", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
