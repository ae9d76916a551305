"""Messages that the client can't know, and messages that nobody should send."""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]

from ...protocol import encode
from ...protocol.messages import Error, NoticeMessage, Progress
from ..report import RuleBroken
from ..stage import Stage
from .streams import first_stream

_DEEP = b"\x81\xa1a" * 40 + b"\xc0"


def unknown_messages(stage: Stage) -> None:
    """What a later minor version might say."""
    session, stream = first_stream(stage)
    number = stream.asked.stream
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    stage.send(session, NoticeMessage(number, "moon_phase", "The moon is full; close the curtains."))
    stage.send(session, Progress("something", 0.5, number))
    stage.send(session, Progress("something", 1.0, number))
    stage.send(session, Error("too_warm", "It is too warm here; open a window.", False, number))
    stage.send_map(session, {"t": "weather", "stream": number, "rain": True})
    stage.await_frames(10, 10.0, "unknown-messages", "After messages that the client can't know no frames came.")
    if stage.session is not session or number not in session.streams:
        raise RuleBroken("unknown-messages", "After messages that it can't know the client gave up the session.")
    stage.report.passed("unknown-messages")


def malformed_answers(stage: Stage) -> None:
    """One after another; the client may begin a new session over each, but must go on."""
    first_stream(stage)
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    for what, parts in _malformed(stage).items():
        session = stage.session
        assert session is not None
        stage.send_parts(session, *parts)
        stage.await_frames(3, 12.0, "malformed", f"After {what} no frames came for 12 s.")
    stage.report.passed("malformed")


def _malformed(stage: Stage) -> dict[str, tuple[bytes, ...]]:
    assert stage.session is not None
    stream = next(iter(stage.session.streams.values()))
    number, frame = stream.asked.stream, stream.last_frame
    assert frame is not None
    result: dict[str, Any] = msgpack.unpackb(encode(stage.result_of(frame)))
    full = bytes(stream.output_bytes)
    pack = msgpack.packb
    return {
        "an empty header": (b"",),
        "a header that is no msgpack": (b"\xc1\xc1\xc1",),
        "a header that is no map": (pack([1, 2, 3]),),
        "a header without `t`": (pack({"stream": number}),),
        "a header nested 40 deep": (_DEEP,),
        "a message of three parts": (pack(result), full, full),
        "a result without a picture": (pack(result),),
        "a result whose picture is too short": (pack(result), full[:100]),
        "a result whose picture is too long": (pack(result), full + bytes(4096)),
        "a result of a stream that is not open": (pack({**result, "stream": number + 1000}), full),
        "a result of a frame that was never sent": (pack({**result, "seq": frame.seq + 1_000_000}), full),
        "a result in a slot that is not there": (pack({**result, "slot": 99, "slot_seq": 2}),),
        "a result with times of the wrong type": (pack({**result, "t_end_ns": "late"}), full),
        "an `opened` of a stream that was never asked for": (
            pack({"t": "opened", "stream": number + 1000, "transport": {"name": "inline"}}),
        ),
        "an `error` without a code": (pack({"t": "error"}),),
        "a `pong` without a time": (pack({"t": "pong"}),),
        "a `welcome` without anything": (pack({"t": "welcome"}),),
    }
