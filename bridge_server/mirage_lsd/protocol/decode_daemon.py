"""Checked decoding of what a daemon sends (for Python clients and for the tests of both directions)."""

from __future__ import annotations

from collections.abc import Callable

from .decode_context import context_of, context_stream_of, shape_of, weights_of
from .decode_controls import control_of
from .decode_parts import ring_slot_of, stream_of
from .fields import Fields
from .messages import Closed, DaemonBye, DaemonMessage, Error, NoticeMessage, Opened, Pong, Progress, Result, Welcome
from .offers import used_offer
from .parts import LimitFields, ModelFields, RefusedTransport, ServerFields, StatsFields


def _welcome(fields: Fields) -> Welcome:
    server = fields.map("server")
    limits = fields.map("limits")
    return Welcome(
        protocol=fields.integers("protocol", 2, 0, 65_535),
        session=fields.text("session"),
        server=ServerFields(
            name=server.text("name"),
            version=server.text("version"),
            pid=server.integer("pid", 0),
            host=server.text("host"),
        ),
        capabilities=fields.texts("capabilities"),
        limits=LimitFields(
            max_streams=limits.integer("max_streams", 1),
            max_width=limits.integer("max_width", 1),
            max_height=limits.integer("max_height", 1),
            max_header_bytes=limits.integer("max_header_bytes", 1),
            max_payload_bytes=limits.integer("max_payload_bytes", 1),
            idle_timeout_s=limits.number("idle_timeout_s", 0.0),
        ),
        models=tuple(_model(model) for model in fields.maps("models")),
    )


def _model(fields: Fields) -> ModelFields:
    specs = (control_of(control) for control in fields.maps("controls"))
    return ModelFields(
        name=fields.text("name"),
        controls=tuple(spec for spec in specs if spec is not None),
        planes=fields.texts("planes"),
        context=shape_of(fields.map("context")) if "context" in fields else None,
    )


def _opened(fields: Fields) -> Opened:
    return Opened(
        stream=stream_of(fields),
        transport=used_offer(fields.map("transport")),
        refused=tuple(RefusedTransport(entry.text("name"), entry.text("reason")) for entry in fields.maps("refused"))
        if "refused" in fields
        else None,
        context=context_stream_of(fields.map("context")) if "context" in fields else None,
    )


def _progress(fields: Fields) -> Progress:
    return Progress(
        what=fields.text("what"),
        fraction=fields.number("fraction", 0.0, 1.0),
        stream=stream_of(fields) if "stream" in fields else None,
    )


def _result(fields: Fields) -> Result:
    slot, slot_seq = ring_slot_of(fields)
    timings = fields.map("timings_us")
    return Result(
        stream=stream_of(fields),
        seq=fields.integer("seq", 0),
        t_capture_ns=fields.integer("t_capture_ns"),
        t_submit_ns=fields.integer("t_submit_ns"),
        t_receive_ns=fields.integer("t_receive_ns"),
        t_start_ns=fields.integer("t_start_ns"),
        t_end_ns=fields.integer("t_end_ns"),
        t_send_ns=fields.integer("t_send_ns"),
        slot=slot,
        slot_seq=slot_seq,
        timings_us={stage: timings.integer(stage, 0) for stage in timings.names()},
        dropped=fields.integer("dropped", 0),
        control_seq=fields.integer("control_seq", 0),
        context=context_of(fields.map("context")) if "context" in fields else None,
    )


def _pong(fields: Fields) -> Pong:
    stats = fields.map("stats")
    return Pong(
        t_ns=fields.integer("t_ns"),
        t_daemon_ns=fields.integer("t_daemon_ns"),
        stats=StatsFields(
            streams=stats.integer("streams", 0),
            frames=stats.integer("frames", 0),
            dropped=stats.integer("dropped", 0),
            fps=stats.number("fps", 0.0),
        ),
    )


def _error(fields: Fields) -> Error:
    return Error(
        code=fields.text("code"),
        message=fields.text("message"),
        fatal=fields.boolean("fatal"),
        stream=stream_of(fields) if "stream" in fields else None,
        stream_closed=fields.boolean("stream_closed") if "stream_closed" in fields else None,
        control_seq=fields.integer("control_seq", 1) if "control_seq" in fields else None,
    )


DAEMON_DECODERS: dict[str, Callable[[Fields], DaemonMessage]] = {
    "welcome": _welcome,
    "opened": _opened,
    "result": _result,
    "weights": weights_of,
    "progress": _progress,
    "notice": lambda fields: NoticeMessage(stream_of(fields), fields.text("code"), fields.text("message")),
    "closed": lambda fields: Closed(stream_of(fields), fields.text("reason")),
    "pong": _pong,
    "bye": lambda fields: DaemonBye(fields.text("reason")),
    "error": _error,
}
