"""Runs the daemon: takes frames from game engines and sends them back re-rendered.

    mirage-lsd serve                           the default model on the best device, for programs on this machine
    mirage-lsd serve --model passthrough       gives every frame back as it came: to try a connection
    mirage-lsd serve --model ./sd-turbo        a Stable Diffusion checkpoint in diffusers format (docs/CHECKPOINTS.md)
    mirage-lsd serve --model ./dreamshaper-8 --lora ./lcm-lora --controlnet ./depth --vae ./taesd
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
# A folder of that name in the working folder doesn't hide them.
_NOT_FOLDERS = ("passthrough", DEFAULT_MODEL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, what to serve, what to allow."""
    parser.add_argument("--bind", default=DEFAULT_ENDPOINT, metavar="ENDPOINT", help="default: %(default)s")
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help=f"a model, a .safetensors file or a checkpoint's folder; may be given several times; default: {DEFAULT_MODEL}",
    )
    added = parser.add_argument_group("beside a checkpoint's folder")
    added.add_argument(
        "--lora",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a LoRA (.safetensors); may be given several times",
    )
    added.add_argument(
        "--controlnet",
        action="append",
        default=[],
        metavar="[KIND=]FOLDER",
        help="fed with what the engine knows: depth, normal, seg or canny; KIND may be left out where the folder's name says it",
    )
    added.add_argument(
        "--adapter", action="append", default=[], metavar="[KIND=]FOLDER", help="a T2I-adapter, likewise"
    )
    added.add_argument(
        "--vae", type=Path, metavar="FOLDER", help="another autoencoder, for example a small one (AutoencoderTiny)"
    )
    added.add_argument(
        "--ip-adapter",
        type=Path,
        metavar="FOLDER",
        help="an IP-Adapter with its image_encoder; --references has its pictures",
    )
    added.add_argument(
        "--references",
        type=Path,
        metavar="FOLDER",
        help="pictures that clients may choose to have painted like (PNG, JPEG, WebP)",
    )
    added.add_argument(
        "--stream-batch",
        action="store_true",
        help="the steps of successive frames in one call: on a GPU nearly the rate of one step; what is new ripens over as many frames",
    )
    parser.add_argument(
        "--device",
        default="auto",
        help="auto, cpu, cuda, ...; vulkan: a GPU of any vendor runs the shipped networks (pip install 'mirage-lsd[vulkan]'); default: %(default)s",
    )
    parser.add_argument(
        "--shade-on",
        choices=("auto", "cpu", "cuda", "vulkan"),
        default="auto",
        help="what shades: cuda: an NVIDIA card's own kernel (pip install 'mirage-lsd[cuda]'), also where PyTorch is for CPUs only, and frames in its memory stay there; vulkan: a GPU of "
        "any vendor, with Metal or Direct3D on their systems (pip install 'mirage-lsd[vulkan]'); cpu: neither; auto: the first of them that "
        "is there and faster; default: %(default)s",
    )
    parser.add_argument(
        "--accel",
        default="auto",
        choices=("auto", "eager", "graph", "tensorrt", "vulkan"),
        help="how networks run; graph: captured CUDA graphs; tensorrt: TensorRT on an NVIDIA card, taken by auto where it is "
        "installed (docs/GPU.md), both never tried on a card; vulkan: by ncnn on a GPU of any vendor; a checkpoint takes auto, eager or tensorrt; default: %(default)s",
    )
    parser.add_argument("--fp32", action="store_true", help="no half precision on CUDA")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="the same frames always give the same pictures; else a CPU may use what it knew a few frames ago, which is faster",
    )
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
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="record every stream into FILE, each as with --exact; `mirage-lsd record` says more",
    )
    parser.add_argument("--record-mib", type=int, default=2048, metavar="MIB", help="its limit; default: %(default)s")
    parser.add_argument("--record-hashes", action="store_true", help="record the results' hashes, not their pixels")


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
        if _lacks_a_checkpoint(args):
            raise StartError(
                "--lora, --controlnet, --adapter, --vae, --ip-adapter, --references and --stream-batch belong to a checkpoint; name its folder: --model FOLDER."
            )
        loaders = {served_name(model): _loader(model, args) for model in args.model or [DEFAULT_MODEL]}
        recorder = _recorder(args, list(loaders))
        daemon = Daemon({name: partial(recorder, load) for name, load in loaders.items()}, config)
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


def _recorder(args: argparse.Namespace, models: list[str]) -> Callable[[Callable[[], Pipeline]], Pipeline]:
    """Loads a pipeline, and stands a recording one in front of it where that is wanted.

    Raises:
        StartError: the recording can't be written.
    """
    if args.record is None:
        return lambda load: load()
    from ..recording.session import start_recording
    from ..server.daemon import StartError

    try:
        return start_recording(
            args.record, args.model or models, args.device, args.record_mib << 20, results=not args.record_hashes
        )
    except OSError as error:
        raise StartError(
            f"The recording {args.record} can't be written ({error.strerror or error}); choose another file."
        ) from error


def _say(sentence: str) -> None:
    """To stderr, which may be closed."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"mirage-lsd serve: {sentence}", file=sys.stderr, flush=True)


def served_name(model: str) -> str:
    """What clients call it: a file's own name, without folder and ending; a folder's own name."""
    if model.endswith(".safetensors"):
        return Path(model).stem
    return Path(model).resolve().name if _is_checkpoint(model) else model


def _is_checkpoint(model: str) -> bool:
    return model not in _NOT_FOLDERS and Path(model).is_dir()


def _lacks_a_checkpoint(args: argparse.Namespace) -> bool:
    """Whether something is to be added to a checkpoint, and there is none."""
    added = (
        args.lora
        or args.controlnet
        or args.adapter
        or args.vae
        or args.ip_adapter
        or args.references
        or args.stream_batch
    )
    return bool(added) and not any(_is_checkpoint(model) for model in args.model or [])


def _loader(model: str, args: argparse.Namespace) -> Callable[[], Pipeline]:
    if model == "passthrough":  # needs none of what the models need
        from ..pipelines.passthrough import PassthroughPipeline

        return PassthroughPipeline
    if _is_checkpoint(model):
        return partial(_load_checkpoint, model, args)
    return partial(_load_model, model, args)


def _load_checkpoint(model: str, args: argparse.Namespace) -> Pipeline:
    from ..pipelines.diffusers.files import CheckpointFiles, control_of
    from ..pipelines.diffusers.pipeline import DiffusersPipeline
    from ..pipelines.diffusers.recipe import Recipe

    files = CheckpointFiles(
        Path(model), tuple(args.lora), tuple(control_of(text) for text in args.controlnet), tuple(control_of(text) for text in args.adapter), args.vae,
        args.ip_adapter, args.references,
    )  # fmt: skip
    return DiffusersPipeline(
        files, args.device, Recipe(stream_batch=args.stream_batch), accel=args.accel, half=not args.fp32
    )


def _load_model(name: str, args: argparse.Namespace) -> Pipeline:
    from ..pipelines.registry import load_pipeline

    # The same pictures on the same machine: not by whichever was faster at the start.
    shade_on = "cpu" if args.exact and args.shade_on == "auto" else args.shade_on
    return load_pipeline(
        name, args.device, shade_beside_trunk=not args.exact, accel=args.accel, half=not args.fp32, shade_on=shade_on
    )
