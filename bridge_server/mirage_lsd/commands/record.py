"""Runs the daemon like `serve`, and records what every stream sends and gets: to replay it, to look at it, to make a test of it.

    mirage-lsd record level.lsdrec                      then press play in the editor
    mirage-lsd record level.lsdrec --record-mib 500     stops recording at 500 MiB; the stream goes on
    mirage-lsd replay level.lsdrec                      the same frames through the model again, compared hash by hash

All options of `mirage-lsd serve` are taken. Pictures are recorded, not contexts: a client that shades itself opens its
streams for pictures meanwhile. docs/RECORDING.md describes the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import serve

HELP = "run the daemon and record what it is sent"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, then `serve`'s options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the recording, for example level.lsdrec")
    serve.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serves and records until it is told to stop; 1 if it can't start."""
    args.record = args.file
    return serve.run(args)
