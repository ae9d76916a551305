"""A stand-in for sounddevice: what the microphone hears is in the file named by MICROPHONE_STAND_IN, 16-bit mono, again and again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self


class RawInputStream:
    def __init__(
        self, *, samplerate: int, blocksize: int, channels: int, dtype: str, callback: Callable[..., None]
    ) -> None:
        assert (channels, dtype) == (1, "int16")
        self._sound = Path(os.environ["MICROPHONE_STAND_IN"]).read_bytes()
        self._bytes, self._pause, self._callback = blocksize * 2, blocksize / samplerate, callback
        self._stop = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        place = 0
        while not self._stop.is_set():
            block = self._sound[place : place + self._bytes]
            place = place + self._bytes if len(block) == self._bytes else 0
            if len(block) == self._bytes:
                self._callback(block, len(block) // 2, None, None)
            time.sleep(self._pause / 4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
