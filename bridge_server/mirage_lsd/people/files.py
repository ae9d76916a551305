"""Networks of MediaPipe (Apache-2.0) that look at people. They are no part of this package; `mirage-lsd get people` fetches them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..cache_folder import cache_folder
from ..picture import DeviceError


def models_folder() -> Path:
    """Where they are kept; it may not exist yet."""
    return cache_folder() / "people"


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """Files that belong together.

    Attributes:
        needed_by: the first words of the sentence that says what is missing ("Gestures need the networks that find hands").
        hashes: SHA-256 of each file, by its name.
    """

    needed_by: str
    hashes: Mapping[str, str]

    def missing(self) -> str | None:
        """None when the files are there, else one sentence that names the command."""
        if all((models_folder() / name).is_file() for name in self.hashes):
            return None
        return f"{self.needed_by}, which are not here: mirage-lsd get people"

    def whole(self) -> bool:
        """Whether all are there and are the ones that were measured."""
        return all(self._is_whole(name) for name in self.hashes)

    def paths(self) -> tuple[Path, ...]:
        """The files, in the order of `hashes`.

        Raises:
            DeviceError: one is missing or is damaged; one sentence.
        """
        missing = self.missing()
        if missing is not None:
            raise DeviceError(missing, retry=False)
        for name in self.hashes:
            if not self._is_whole(name):
                raise DeviceError(
                    f"{models_folder() / name} is damaged; fetch it anew: mirage-lsd get people", retry=False
                )
        return tuple(models_folder() / name for name in self.hashes)

    def _is_whole(self, name: str) -> bool:
        try:
            return hashlib.sha256((models_folder() / name).read_bytes()).hexdigest() == self.hashes[name]
        except OSError:
            return False


HANDS = NetworkFiles(
    "Gestures need the networks that find hands",
    {
        "palm_detection_full.tflite": "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
        "hand_landmark_full.tflite": "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
    },
)

PEOPLE = NetworkFiles(
    "Backgrounds and clothes need the networks that find people",
    {
        "selfie_segmentation.tflite": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        "selfie_segmentation_landscape.tflite": "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
        "pose_detection.tflite": "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        "pose_landmark_full.tflite": "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    },
)
