"""Where converted networks are kept, so that the second start takes a second."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

# A changed definition must not find an old conversion.
_DEFINING_FOLDERS = ("models", "pipelines", "accel")


@cache
def _source_digest() -> str:
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for folder in _DEFINING_FOLDERS:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def conversion_key(module: nn.Module, example: tuple[Tensor, ...], *context: str) -> str:
    """A name for the conversion of `module` for these input shapes: changes with code, weights, versions and `context`."""
    digest = hashlib.sha256(_source_digest().encode())
    digest.update(repr((type(module).__name__, module.extra_repr(), torch.__version__, context)).encode())
    digest.update(repr([(tuple(x.shape), str(x.dtype)) for x in example]).encode())
    for name, value in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:32]
