"""Registers a stand-in backend with the real pyvirtualcam: it appends each picture to the file named by VIRTUAL_CAMERA_STAND_IN.

The file VIRTUAL_CAMERA_STAND_IN.unplugged, while it is there, makes sending and opening fail as with a driver that was removed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

if "VIRTUAL_CAMERA_STAND_IN" in os.environ and any("device_process" in word for word in sys.orig_argv):
    import pyvirtualcam.camera

    class FileBackend(pyvirtualcam.camera.Backend):
        def __init__(self, *, width: int, height: int, fps: float, device: str | None, **kw: Any) -> None:
            self._path = Path(os.environ["VIRTUAL_CAMERA_STAND_IN"])
            self._require()
            self._shape = (width, height)
            self._file = self._path.open("ab")

        def _require(self) -> None:
            if Path(f"{self._path}.unplugged").exists():
                raise RuntimeError("virtual camera device was removed")

        def close(self) -> None:
            self._file.close()

        def send(self, frame: Any) -> None:
            self._require()
            header = b"".join(side.to_bytes(4, "little") for side in self._shape)
            self._file.write(header + frame.tobytes())
            self._file.flush()

        def device(self) -> str:
            return "stand-in camera"

        def native_fourcc(self) -> int | None:
            return None  # it takes the pictures as they are sent

    pyvirtualcam.register_backend("stand-in", FileBackend)
