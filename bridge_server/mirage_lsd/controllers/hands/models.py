"""The networks that find hands: MediaPipe's, Apache-2.0. They are no part of this package; `mirage-lsd get people` fetches them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...cache_folder import cache_folder
from ...picture import DeviceError

PALM_FILE, HAND_FILE = "palm_detection_full.tflite", "hand_landmark_full.tflite"
# SHA-256 of each.
HASHES = {
    PALM_FILE: "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
    HAND_FILE: "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
}


def models_folder() -> Path:
    """Where they are kept; it may not exist yet."""
    return cache_folder() / "people"


def missing_models() -> str | None:
    """None when the files are there, else one sentence that names the command."""
    if all((models_folder() / name).is_file() for name in HASHES):
        return None
    return "Gestures need the networks that find hands, which are not here: mirage-lsd get people"


def is_whole(path: Path) -> bool:
    """Whether a file is there and is the one that was measured."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == HASHES[path.name]
    except OSError:
        return False


def model_files() -> tuple[Path, Path]:
    """The palm's and the hand's network.

    Raises:
        DeviceError: one is missing or is damaged; one sentence.
    """
    missing = missing_models()
    if missing is not None:
        raise DeviceError(missing, retry=False)
    for name in HASHES:
        if not is_whole(models_folder() / name):
            raise DeviceError(f"{models_folder() / name} is damaged; fetch it anew: mirage-lsd get people", retry=False)
    return models_folder() / PALM_FILE, models_folder() / HAND_FILE
