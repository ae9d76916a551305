"""Replays a recording: offline and compared with what was recorded, or as a source for a running daemon.

    mirage-lsd replay level.lsdrec                       runs the frames through the model again; status 1 if a frame differs
    mirage-lsd replay level.lsdrec --inspect sheet.png   a contact sheet: pictures, depth, results
    mirage-lsd replay level.lsdrec --to tcp://127.0.0.1:5757      sends the frames to a daemon, at the pace they were recorded at

On the same machine, with the same weights and version, every frame comes out the same to the bit; else the first that differs is named.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..defaults import DEFAULT_MODEL

if TYPE_CHECKING:
    from ..recording import Recording

HELP = "run a recording again and compare, or send it to a daemon"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and what is done with it."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--model", metavar="NAME", help="instead of the one that it was recorded with")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ...; default: %(default)s")
    parser.add_argument("--inspect", type=Path, metavar="PNG", help="only write a contact sheet")
    parser.add_argument("--to", metavar="ENDPOINT", help="send the frames to this daemon")
    parser.add_argument("--fps", type=float, default=0.0, help="with --to: this pace instead of the recorded one")


def run(args: argparse.Namespace) -> int:
    """0: done, and nothing differs."""
    from ..recording import Recording
    from ..recording.chunks import RecordingError

    try:
        with Recording(args.file) as recording:
            _describe(recording)
            if args.inspect is not None:
                from ..recording.contact_sheet import write_contact_sheet

                write_contact_sheet(recording, args.inspect)
                print(f"wrote {args.inspect}")
                return 0
            return _send(recording, args) if args.to else _compare(recording, args)
    except (RecordingError, ValueError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or args.file}: {error.strerror or error}.")


def _describe(recording: Recording) -> None:
    sizes = ", ".join(f"{s.frames} frames of {s.spec.width}x{s.spec.height}" for s in recording.streams) or "no stream"
    ending = recording.end or "cut off"
    models = ", ".join(recording.head.get("models", []))
    print(f"{recording.path}: {sizes}; {models}, mirage-lsd {recording.head.get('version')}; {ending}")


def _compare(recording: Recording, args: argparse.Namespace) -> int:
    from ..pipelines.registry import load_pipeline
    from ..recording import replay
    from ..recording.session import weights_digest

    models = recording.head.get("models") or [DEFAULT_MODEL]
    if len(models) > 1 and args.model is None:
        raise ValueError(f"It was recorded with {', '.join(models)}; say which one with --model.")
    model = args.model or models[0]
    recorded = recording.head.get("weights", {}).get(model)
    if recorded is not None and recorded != weights_digest(model):
        print(f"The weights of {model} are not those that it was recorded with: expect differences.")
    report = replay(recording, load_pipeline(model, args.device))
    print(f"{report.equal} of {report.frames} frames are the same to the bit.")
    if report.first is None:
        return 0
    print(report.first.sentence())
    return 1


def _send(recording: Recording, args: argparse.Namespace) -> int:
    from ..client import LsdError, NativeLibraryError
    from ..recording.source import SourceError, send

    model = args.model or next(iter(recording.head.get("models", [])), DEFAULT_MODEL)
    try:
        sent, returned = send(recording, args.to, model, args.fps)
    except (LsdError, NativeLibraryError, SourceError) as error:
        return _fail(str(error))
    print(f"{sent} frames sent, {returned} results came back")
    return 0


def _fail(sentence: str) -> int:
    print(f"mirage-lsd replay: {sentence}", file=sys.stderr)
    return 1
