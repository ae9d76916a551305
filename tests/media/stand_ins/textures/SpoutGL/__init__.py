"""Stand-in of SpoutGL 0.1.1 (Windows): the names, the order of arguments, and the refusals of its binding (src/PySpoutGL.cpp)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shared_pictures

from .enums import GL_RGBA


class SpoutSender:
    def __init__(self) -> None:
        self._name, self._number = "python", 0

    def __enter__(self) -> SpoutSender:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.releaseSender()

    def setSenderName(self, name: str) -> None:
        self._name = _text(name)

    def releaseSender(self) -> None:
        shared_pictures.remove(self._name)

    def sendImage(self, pixels: Any, width: int, height: int, gl_format: int, invert: bool, host_fbo: int) -> bool:
        # The binding calls its second argument "height" and hands it on as SendImage's width.
        view = _contiguous(pixels, width * height * 4)
        assert gl_format == GL_RGBA
        assert isinstance(invert, bool)
        assert host_fbo == 0
        self._number += 1
        picture = np.frombuffer(view, np.uint8, width * height * 4).reshape(height, width, 4)
        shared_pictures.write(self._name, picture[::-1] if invert else picture, self._number)
        return True

    def setFrameSync(self, name: str) -> None:
        _text(name)


class SpoutReceiver:
    def __init__(self) -> None:
        self._name = ""
        self._connected = ""
        self._size = (0, 0)
        self._updated, self._new, self._seen = False, False, -1

    def __enter__(self) -> SpoutReceiver:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connected = ""

    def setReceiverName(self, name: str) -> None:
        self._name = _text(name)

    def receiveImage(self, pixels: Any, gl_format: int, invert: bool, host_fbo: int) -> bool:
        assert gl_format == GL_RGBA
        assert host_fbo == 0
        name = self._name or next(iter(shared_pictures.names()), "")
        found = shared_pictures.read(name) if name else None
        if found is None:
            self._connected = ""
            return False
        picture, number = found
        size = (picture.shape[1], picture.shape[0])
        if (name, size) != (self._connected, self._size):
            # Nothing is received until the receiver has looked at `isUpdated` and made room.
            self._connected, self._size, self._updated = name, size, True
        if self._updated:
            return True
        if pixels is None or len(pixels) == 0:
            return True
        view = _contiguous(pixels, picture.nbytes)
        np.frombuffer(view, np.uint8, picture.nbytes)[:] = (picture[::-1] if invert else picture).reshape(-1)
        self._new, self._seen = number != self._seen, number
        return True

    def isUpdated(self) -> bool:
        updated, self._updated = self._updated, False
        return updated

    def isFrameNew(self) -> bool:
        return self._new

    def getSenderName(self) -> int:
        # So the binding has it: bound to the function of the width.
        return self._size[0]

    def getSenderWidth(self) -> int:
        return self._size[0]

    def getSenderHeight(self) -> int:
        return self._size[1]

    def waitFrameSync(self, senderName: str, timeout: int = 0) -> bool:
        _text(senderName)
        return False


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("incompatible function arguments: a text is needed")
    return value


def _contiguous(pixels: Any, size: int) -> memoryview:
    view = memoryview(pixels)
    if view.nbytes < size:
        raise BufferError("Buffer not large enough")
    if not view.c_contiguous:
        raise BufferError("Buffer must be contiguous")
    return view
