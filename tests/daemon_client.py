"""A client made of a raw DEALER socket, for tests: it can also send what no proper client would."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zmq

from mirage_lsd.protocol.layout import PackedLayout, Plane, aligned
from mirage_lsd.protocol.parts import RingFields
from mirage_lsd.transport.ring import RingReader, RingWriter

TIMEOUT_MS = 30_000
WIDTH, HEIGHT = 64, 36

Header = dict[str, Any]


class DaemonClient:
    """Sends headers as given and receives headers as they come. Rings live until `close`."""

    def __init__(self, endpoint: str, curve: tuple[bytes, bytes, bytes] | None = None, rcvhwm: int = 1000) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvhwm = rcvhwm
        self.socket.rcvtimeo = TIMEOUT_MS
        self.socket.sndtimeo = TIMEOUT_MS
        if curve is not None:
            self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = curve
        self.socket.connect(endpoint)
        self.rings: dict[int, tuple[RingWriter, RingReader]] = {}

    def __enter__(self) -> DaemonClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer, reader in self.rings.values():
            writer.close()
            reader.close()
        self.socket.close()
        self._context.term()

    def send(self, header: Header | bytes, *payload: Any) -> None:
        data = header if isinstance(header, bytes) else msgpack.packb(header)
        self.socket.send_multipart([data, *payload])

    def receive(self) -> tuple[Header, bytes | None]:
        """The next message; fails after 10 s."""
        parts = self.socket.recv_multipart()
        return msgpack.unpackb(parts[0]), parts[1] if len(parts) > 1 else None

    def receive_past_progress(self) -> Header:
        """The next message that is no progress."""
        while (header := self.receive()[0])["t"] == "progress":
            pass
        return header

    def expect(self, kind: str) -> Header:
        """The next message, which must be of that type."""
        header, _ = self.receive()
        assert header["t"] == kind, header
        return header

    def expect_error(self, code: str) -> Header:
        header = self.expect("error")
        assert header["code"] == code, header
        return header

    def is_silent(self, milliseconds: int) -> bool:
        """Whether nothing comes for a while."""
        return not self.socket.poll(milliseconds)

    def hello(self, **changes: Any) -> Header:
        client = {"name": "test", "version": "0", "engine": "none", "platform": "test", "pid": os.getpid()}
        return {"t": "hello", "protocol": [1, 0], "client": client, "capabilities": [], **changes}

    def greet(self, **changes: Any) -> Header:
        self.send(self.hello(**changes))
        return self.expect("welcome")

    def is_served(self) -> bool:
        """Whether the daemon still answers this client."""
        stamp = time.monotonic_ns()
        self.send({"t": "ping", "t_ns": stamp})
        return bool(self.expect("pong")["t_ns"] == stamp)

    def open_header(self, stream: int = 1, model: str = "passthrough", **changes: Any) -> Header:
        color = {"name": "color", "format": "rgba8", "width": WIDTH, "height": HEIGHT}
        output = {"format": "rgba8", "width": WIDTH, "height": HEIGHT}
        header = {"t": "open", "stream": stream, "model": model, "planes": [color], "output": output}
        return {**header, "transport": [{"name": "inline"}], **changes}

    def open(self, stream: int = 1, **changes: Any) -> Header:
        """Opens a stream and waits until the model is prepared for it."""
        self.send(self.open_header(stream, **changes))
        return self.expect_opened()

    def expect_opened(self) -> Header:
        """`opened`, and the progress that ends with the stream being prepared."""
        opened = self.expect("opened")
        while self.expect("progress")["fraction"] < 1.0:
            pass
        return opened

    def open_shared(self, stream: int = 1, slots: int = 3, **changes: Any) -> Header:
        """Opens a stream over shared memory with a ring of ours; `rings` has it and the daemon's."""
        header = self.open_header(stream, **changes)
        frame_bytes = layout_of(header).nbytes
        writer = RingWriter(frame_bytes, len(header["planes"]), slots)
        header.update(transport=[{"name": "shared_memory", "ring": ring_map(writer.fields)}])
        self.send(header)
        opened = self.expect_opened()
        ring = RingFields(**opened["transport"]["ring"])
        self.rings[stream] = (writer, RingReader(ring, output_bytes(header["output"], opened), 1))
        return opened

    def frame_header(self, seq: int, stream: int = 1, **changes: Any) -> Header:
        now = time.monotonic_ns()
        return {"t": "frame", "stream": stream, "seq": seq, "t_capture_ns": now, "t_submit_ns": now, **changes}

    def send_frame(self, seq: int, picture: npt.NDArray[Any], stream: int = 1, **changes: Any) -> None:
        """One frame whose packed bytes are `picture`, over whichever transport the stream has."""
        packed = np.ascontiguousarray(picture).reshape(-1).view(np.uint8)
        if stream in self.rings:
            slot, slot_seq = self.rings[stream][0].write(packed, seq)
            self.send(self.frame_header(seq, stream, slot=slot, slot_seq=slot_seq, **changes))
        else:
            self.send(self.frame_header(seq, stream, **changes), packed.tobytes())

    def receive_result(
        self, stream: int = 1, width: int = WIDTH, height: int = HEIGHT
    ) -> tuple[Header, npt.NDArray[np.uint8]]:
        """The next message, which must be a result; its header and its picture, H x W x 4."""
        header, payload = self.receive()
        assert header["t"] == "result", header
        size = width * height * 4
        if stream in self.rings:
            packed = np.empty(-(-size // 64) * 64, dtype=np.uint8)
            self.rings[stream][1].read(header["slot"], header["slot_seq"], packed)
        else:
            assert payload is not None
            packed = np.frombuffer(payload, dtype=np.uint8)
        return header, packed[:size].reshape(height, width, 4)


def layout_of(open_header: Header) -> PackedLayout:
    """The packed layout of an `open`."""
    return PackedLayout(tuple(Plane(**plane) for plane in open_header["planes"]))


def output_bytes(output: Header, opened: Header) -> int:
    """The packed size of a result: a picture, or the context that `opened` announced."""
    if output["format"] != "context":
        return PackedLayout((Plane("output", output["format"], output["width"], output["height"]),)).nbytes
    grid = opened["context"]
    return aligned(grid["width"] * grid["height"] * grid["channels"] * 2)


def ring_map(ring: RingFields) -> Header:
    """A ring as it goes into a header."""
    return {"name": ring.name, "bytes": ring.bytes, "slots": ring.slots, "slot_stride": ring.slot_stride}


def noise_picture(seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    """Noise, H x W x 4 uint8."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
