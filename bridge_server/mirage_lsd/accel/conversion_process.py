"""A conversion in a process of its own, so that other streams' frames go on in this one."""

from __future__ import annotations

import contextlib
import io
import pickle
import subprocess
from pathlib import Path

import torch
from torch import Tensor, nn

from ..child_environment import child_environment, module_command

# Windows' words; elsewhere the child lowers its priority itself.
_LOW_PRIORITY = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)


def convert_apart(module: nn.Module, example: tuple[Tensor, ...], path: Path) -> None:
    """Converts the module and writes it to `path`, as `conversion.write` does; returns when it is there. It takes some seconds more
    than here, because the process has to load PyTorch, and runs at a lower priority than this one.

    Raises:
        OSError: `path`'s folder can't be made, or the process not be started.
        RuntimeError: it couldn't be done; why.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    network = io.BytesIO()
    try:
        torch.save((module, example), network)
    except (
        AttributeError,
        TypeError,
        RuntimeError,
        pickle.PicklingError,
    ) as error:  # a class that has no name in any module, for example
        raise RuntimeError(f"the network can't be sent to another process: {error}") from error
    process = subprocess.Popen(
        module_command("mirage_lsd.accel.conversion_child", str(path), str(network.tell())),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=child_environment(), creationflags=_LOW_PRIORITY,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    # Its standard input stays open until it has finished: it ends when that closes, as it does when this process dies.
    with process:
        with contextlib.suppress(OSError):  # it ended early, and says why below
            process.stdin.write(network.getbuffer())
            process.stdin.flush()
        said = process.stdout.read().decode("utf-8", "replace").strip().splitlines()
    if process.returncode != 0:
        raise RuntimeError(said[-1] if said else f"the process ended with {process.returncode}")
