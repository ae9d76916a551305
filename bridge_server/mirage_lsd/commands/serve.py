"""Runs the daemon: takes frames from game engines and sends them back re-rendered.

    mirage-lsd serve                           the default model on the best device, for programs on this machine
    mirage-lsd serve --model passthrough       gives every frame back as it came: to try a connection
    mirage-lsd serve --bind tcp://0.0.0.0:5757 --key-file keys/server.key      for other machines, too

It says `ready` when it listens and the model is warmed up, and stops cleanly on Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..defaults import DEFAULT_ENDPOINT, DEFAULT_MODEL

if TYPE_CHECKING:
    from ..pipelines.base import Pipeline

HELP = "run the daemon that engines connect to"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, what to serve, what to allow."""
    parser.add_argument("--bind", default=DEFAULT_ENDPOINT, metavar="ENDPOINT", help="default: %(default)s")
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help=f"a model or a .safetensors file; may be given several times; default: {DEFAULT_MODEL}",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ...; default: %(default)s")
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help="serve Prometheus metrics on 127.0.0.1:PORT")
    parser.add_argument(
        "--log-file", type=Path, metavar="FILE", help="log there instead of to stderr (UTF-8, rotated at 5 MB)"
    )
    parser.add_argument("--log-json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument(
        "--token",
        help="clients must say the same in their `hello`; better in the environment, as MIRAGE_LSD_TOKEN: "
        "a command line can be read by everyone on this machine",
    )
    parser.add_argument(
        "--parent-pid", type=int, metavar="PID", help="stop when that process is gone (an editor that started this)"
    )
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help="server.key of `mirage-lsd keygen`: turns CURVE on"
    )
    parser.add_argument("--max-sessions", type=int, default=16, metavar="N", help="default: %(default)s")
    parser.add_argument("--max-streams", type=int, default=8, metavar="N", help="of a session; default: %(default)s")
    parser.add_argument(
        "--idle-timeout", type=float, default=10.0, metavar="SECONDS", help="end silent sessions; default: %(default)s"
    )


def run(args: argparse.Namespace) -> int:
    """Serves until it is told to stop; 1 if it can't start."""
    from ..logs import set_up_logging
    from ..server.curve import KeyFileError, read_server_keys
    from ..server.daemon import Daemon, DaemonConfig, StartError
    from ..server.limits import Limits
    from ..server.process import raise_descriptor_limit, stop_with_parent

    try:
        set_up_logging(args.log_level, args.log_json, args.log_file)
    except OSError as error:
        _say(f"The log file {args.log_file} can't be written ({error.strerror}); choose another `--log-file`.")
        return 1
    try:
        config = DaemonConfig(
            bind=args.bind,
            device=args.device,
            token=args.token or os.environ.get("MIRAGE_LSD_TOKEN") or None,
            keys=read_server_keys(args.key_file) if args.key_file is not None else None,
            metrics_port=args.metrics_port,
            limits=Limits(
                max_sessions=args.max_sessions, max_streams=args.max_streams, idle_timeout_s=args.idle_timeout
            ),
        )
        daemon = Daemon({_name(model): _loader(model, args.device) for model in args.model or [DEFAULT_MODEL]}, config)
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # the last one: Ctrl-Break, Windows only
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: daemon.stop())
        if args.parent_pid is not None:
            stop_with_parent(args.parent_pid, daemon.stop)
        raise_descriptor_limit()
        daemon.run()
    except (StartError, KeyFileError) as error:
        _say(str(error))
        return 1
    return 0


def _say(sentence: str) -> None:
    """To stderr, which may be closed."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"mirage-lsd serve: {sentence}", file=sys.stderr, flush=True)


def _name(model: str) -> str:
    """What clients call it: a file's own name, without folder and ending."""
    return Path(model).stem if model.endswith(".safetensors") else model


def _loader(name: str, device: str) -> Callable[[], Pipeline]:
    if name == "passthrough":  # needs none of what the models need
        from ..pipelines.passthrough import PassthroughPipeline

        return PassthroughPipeline

    return partial(_load_model, name, device)


def _load_model(name: str, device: str) -> Pipeline:
    from ..pipelines.registry import load_pipeline

    return load_pipeline(name, device)
