"""Where the stand-ins of Spout and Syphon keep what is shared: a file for each sender in the folder TEXTURE_STAND_IN."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
FOLDER = Path(os.environ["TEXTURE_STAND_IN"])


def write(name: str, pixels: Pixels, number: int) -> None:
    """Shares the sender's newest picture, H x W x 4."""
    partial = FOLDER / f".{name}.{os.getpid()}.npz"
    np.savez(partial, pixels=pixels, number=number)
    partial.replace(FOLDER / f"{name}.npz")


def read(name: str) -> tuple[Pixels, int] | None:
    """The sender's newest picture and its number; None: there is no such sender."""
    try:
        with np.load(FOLDER / f"{name}.npz") as file:
            return file["pixels"], int(file["number"])
    except FileNotFoundError:
        return None


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.npz") if not path.name.startswith("."))


def remove(name: str) -> None:
    (FOLDER / f"{name}.npz").unlink(missing_ok=True)
