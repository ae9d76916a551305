"""PyTorch networks converted for OpenVINO: made, written to a folder, read from it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from torch import Tensor, nn

from ..openvino_core import forbid_usage_reports
from .tracing import tracing

forbid_usage_reports()
import openvino as ov  # noqa: E402

# Beside a conversion's .xml and .bin, written last.
_DIGEST = ".sha256"


def convert(module: nn.Module, example: tuple[Tensor, ...]) -> ov.Model:
    """The module for inputs of the example's shapes. Meanwhile no other thread of this process runs Python, for up to 0.2 s at a time (measured)."""
    with tracing():
        return ov.convert_model(module.eval(), example_input=example, input=[tuple(x.shape) for x in example])


def write(model: ov.Model, path: Path) -> None:
    """Writes a conversion to `path` (.xml, and files beside it), whole or not at all.

    Raises:
        OSError, RuntimeError: a read-only or full disk.
    """
    # Two daemons may start on one empty folder at the same time: each writes files of its own.
    partial = path.with_name(f"partial-{os.getpid()}-{threading.get_ident()}-{path.name}")
    files = [partial.with_suffix(suffix) for suffix in (".bin", ".xml", _DIGEST)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ov.save_model(model, partial, compress_to_fp16=False)
        partial.with_suffix(_DIGEST).write_text(_digest_of(partial), encoding="ascii")
        for file in files:
            file.replace(path.with_suffix(file.suffix))
    except (OSError, RuntimeError):
        with contextlib.suppress(OSError):
            for file in files:
                file.unlink(missing_ok=True)
        raise


def read(core: ov.Core, path: Path) -> ov.Model:
    """Reads what `write` wrote.

    Raises:
        FileNotFoundError: there is none.
        OSError, RuntimeError, UnicodeDecodeError: it is damaged.
    """
    # OpenVINO notices a file that is too short, but not one whose end was never written before the power failed.
    if path.with_suffix(_DIGEST).read_text(encoding="ascii") != _digest_of(path):
        raise RuntimeError("its checksum is another")
    return core.read_model(path)


def _digest_of(path: Path) -> str:
    """Of a conversion's two files."""
    digest = hashlib.sha256()
    for suffix in (".bin", ".xml"):
        digest.update(path.with_suffix(suffix).read_bytes())
    return digest.hexdigest()
