"""Looks whether MirageLSD can work here, and says what to do about what is wrong.

mirage-lsd doctor                       everything, in a few seconds
mirage-lsd doctor --json health.json    for programs
mirage-lsd doctor --port 6000           if the daemon is to listen on another port

ok: fine. warning: it works, but slower or with something missing. problem: it can't work; the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from ..doctor.finding import Finding

HELP = "check this installation and say what to do"
DEFAULT_PORT = 5757
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the daemon; default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the findings")


def run(args: argparse.Namespace) -> int:
    """Checks everything; 1 if there is a problem."""
    console = Console()
    findings: list[Finding] = []
    for check in _checks(args.port):
        finding = check()
        findings.append(finding)
        line = Text(f"{finding.status:8}", _STYLES[finding.status]).append(
            f" {finding.name}: {finding.message}", "none"
        )
        console.print(line, soft_wrap=True)
        if finding.hint:
            console.print(Text(f"{'':8}   {finding.hint}"), soft_wrap=True)
    if args.json is not None:
        try:
            args.json.write_text(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
        except OSError as error:
            print(f"mirage-lsd doctor: {error}", file=sys.stderr)
            return 1
    problems = sum(finding.status == "problem" for finding in findings)
    console.print(f"{problems} problem{'s' * (problems != 1)}." if problems else "MirageLSD can work here.")
    return 1 if problems else 0


def _checks(port: int) -> list[Callable[[], Finding]]:
    from ..doctor.cores import check_cores
    from ..doctor.cuda_ipc import check_cuda_ipc
    from ..doctor.device import check_device
    from ..doctor.folders import check_folders
    from ..doctor.gpu_shading import check_gpu_shading
    from ..doctor.kernels import check_kernels
    from ..doctor.localhost import check_localhost
    from ..doctor.model import check_model
    from ..doctor.native import check_native
    from ..doctor.network_compilers import check_network_compilers
    from ..doctor.packages import (
        check_checkpoints,
        check_ffmpeg,
        check_openvino,
        check_panda3d,
        check_python,
        check_torch,
    )
    from ..doctor.port import check_port
    from ..doctor.shared_memory import check_shared_memory
    from ..doctor.system import check_system
    from ..doctor.visual_cpp import check_visual_cpp

    return [
        check_python,
        check_system,
        *([check_visual_cpp] if sys.platform == "win32" else []),
        check_torch,
        check_openvino,
        check_device,
        check_cuda_ipc,
        check_cores,
        check_kernels,
        check_gpu_shading,
        check_network_compilers,
        check_model,
        check_native,
        check_folders,
        check_shared_memory,
        check_localhost,
        partial(check_port, port),
        check_panda3d,
        check_checkpoints,
        check_ffmpeg,
    ]
