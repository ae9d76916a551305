"""Contexts in place of pictures, for clients that shade themselves."""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]

from ...protocol import encode
from ...protocol.messages import DaemonBye
from ...protocol.parts import ShapeFields
from ...protocol.shading import MIRAGE_HEAD
from ..report import RuleBroken
from ..session import ClientSession
from ..stage import Stage, weights_of
from .greeting import FIRST_HELLO_S

_KNOWN = ShapeFields(MIRAGE_HEAD.name, MIRAGE_HEAD.version)
_UNKNOWN = ShapeFields("splats", 7)
_RULES = ("says-shade", "context-planes", "wrong-context")
_NONE_ASKED = "The client opens no stream for contexts."


def wrong_contexts(stage: Stage) -> None:
    """Every model has contexts; then some come that make no sense, one after another."""
    stage.shape = _KNOWN
    session = _session(stage)
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    if not any(stream.has_contexts for stream in session.streams.values()):
        for rule in _RULES:
            stage.report.not_seen(rule, _NONE_ASKED)
        return
    for what, parts in _wrong(session).items():
        stage.send_parts(session, *parts)
        stage.await_frames(3, 12.0, "wrong-context", f"After {what} no frames came for 12 s.")
        if stage.session is not session:
            raise RuleBroken("wrong-context", f"After {what} the client began another session.")
    stage.report.passed("wrong-context")


def unknown_shape(stage: Stage) -> None:
    """A client that opens streams for contexts meets a daemon whose contexts it can't know."""
    stage.shape = _KNOWN
    session = _session(stage)
    if not any(stream.has_contexts for stream in session.streams.values()):
        stage.report.not_seen("unknown-shape", _NONE_ASKED)
        return
    stage.shape = _UNKNOWN
    stage.send(session, DaemonBye("The suite comes back with another model."))
    again = stage.await_session(5.0, "bye", "After the daemon's `bye` no `hello` came for 5 s.")
    stage.until(
        lambda: any(not stream.has_contexts for stream in again.streams.values()), 10.0, "unknown-shape",
        f"The contexts are for {_UNKNOWN.shape}, version {_UNKNOWN.version}; no stream was opened for pictures within 10 s.",
    )  # fmt: skip
    stage.report.passed("unknown-shape")


def _session(stage: Stage) -> ClientSession:
    session = stage.await_session(FIRST_HELLO_S, "hello-first", f"No `hello` came to {stage.endpoint}.")
    stage.until(lambda: bool(session.streams), 5.0, "opens", "No `open` came within 5 s of `welcome`.")
    return session


def _wrong(session: ClientSession) -> dict[str, tuple[bytes, ...]]:
    stream = next(stream for stream in session.streams.values() if stream.has_contexts)
    number, (width, height) = stream.asked.stream, stream.grid
    assert stream.last_frame is not None
    grid: dict[str, Any] = {"width": width, "height": height, "channels": MIRAGE_HEAD.channels, "weights_seq": 1}
    times = dict.fromkeys(("t_capture_ns", "t_submit_ns", "t_receive_ns", "t_start_ns", "t_end_ns", "t_send_ns"), 0)
    result = {"t": "result", "stream": number, "seq": stream.last_frame.seq, **times}
    result = {**result, "timings_us": {}, "dropped": 0, "control_seq": 0, "context": grid}
    weights = msgpack.unpackb(encode(weights_of(number, 2)))
    payload, numbers = bytes(stream.output_bytes), bytes(2 * MIRAGE_HEAD.weight_count)
    nan = b"\x00\x7e"
    pack = msgpack.packb
    return {
        "a result without a context": (pack({k: v for k, v in result.items() if k != "context"}), payload),
        "a context of a giant grid": (pack({**result, "context": {**grid, "width": 65_535}}), payload),
        "a context of another grid": (pack({**result, "context": {**grid, "height": height + 1}}), payload),
        "a context of 17 channels": (pack({**result, "context": {**grid, "channels": 17}}), payload),
        "a context for weights that never came": (pack({**result, "context": {**grid, "weights_seq": 99}}), payload),
        "a context that is too short": (pack(result), payload[:-64]),
        "a context with NaN": (pack(result), nan + payload[2:]),
        "weights with NaN": (pack({**weights, "weights_seq": 2}), nan + numbers[2:]),
        "weights that are too long": (pack({**weights, "weights_seq": 3}), numbers + bytes(64)),
        "weights without a payload": (pack({**weights, "weights_seq": 4}),),
        "weights of another shape": (pack({**weights, "weights_seq": 5, "shape": "splats"}), numbers),
    }
