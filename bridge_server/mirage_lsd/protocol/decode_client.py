"""Checked decoding of what a client sends."""

from __future__ import annotations

import math
from collections.abc import Callable

from .decode_parts import MAX_SEED, SHORTEST_DIRECTION, camera_of, ring_slot_of, slot_of, stream_of
from .errors import ProtocolError
from .fields import Fields
from .header import INT64_MAX
from .layout import Plane, check_output, check_planes
from .messages import ClientBye, ClientMessage, Close, Control, Frame, Hello, Open, Ping, Reset
from .offers import asked_offer
from .parts import ClientFields, SlotFields, SunFields
from .version import PROTOCOL_MAJOR

MAX_FPS = 1_000.0
MAX_SLOTS = 255
MAX_CONTROLS = 64
MAX_CONTROL_NAME_BYTES = 64
MAX_CONTROL_TEXT_BYTES = 4_096
MAX_CONTROL_FLOATS = 16
ALPHAS = ("opaque", "engine")


def _hello(fields: Fields) -> Hello:
    protocol = fields.integers("protocol", 2, 0, 65_535)
    # Before anything else: another major version may have other keys.
    if protocol[0] != PROTOCOL_MAJOR:
        raise ProtocolError(
            "unsupported_version",
            f"The client speaks protocol {protocol[0]}.{protocol[1]}, this daemon {PROTOCOL_MAJOR}.x; "
            "install matching versions.",
        )
    client = fields.map("client")
    return Hello(
        protocol=protocol,
        client=ClientFields(
            name=client.text("name"),
            version=client.text("version"),
            engine=client.text("engine"),
            platform=client.text("platform"),
            pid=client.integer("pid", 0, 2**32 - 1),
        ),
        capabilities=fields.texts("capabilities"),
        token=fields.text("token") if "token" in fields else None,
    )


def _open(fields: Fields) -> Open:
    stream = stream_of(fields)
    model = fields.text("model")
    planes = tuple(
        Plane(plane.text("name"), plane.text("format"), plane.integer("width"), plane.integer("height"))
        for plane in fields.maps("planes")
    )
    check_planes(planes)
    wanted = fields.map("output")
    output = Plane("output", wanted.text("format"), wanted.integer("width"), wanted.integer("height"))
    check_output(output)
    alpha = wanted.text("alpha") if "alpha" in wanted else "opaque"
    if alpha not in ALPHAS:
        raise wanted.wrong("alpha", f"must be {' or '.join(ALPHAS)}, not {alpha[:64]!r}")
    return Open(
        stream=stream,
        model=model,
        planes=planes,
        output=output,
        transport=tuple(asked_offer(offer) for offer in fields.maps("transport")),
        max_steps=fields.integer("max_steps", 1, 8) if "max_steps" in fields else 3,
        seed=fields.integer("seed", 0, MAX_SEED) if "seed" in fields else 0,
        fps=fields.number("fps", 0.0, MAX_FPS) if "fps" in fields else 0.0,
        alpha=alpha,
    )


def _frame(fields: Fields) -> Frame:
    slot, slot_seq = ring_slot_of(fields)
    return Frame(
        stream=stream_of(fields),
        seq=fields.integer("seq", 0),
        t_capture_ns=fields.integer("t_capture_ns"),
        t_submit_ns=fields.integer("t_submit_ns"),
        slot=slot,
        slot_seq=slot_seq,
        camera=camera_of(fields.map("camera").with_code("bad_frame")) if "camera" in fields else None,
        sun=_sun(fields) if "sun" in fields else None,
        slots=_slots(fields) if "slots" in fields else None,
        reset=fields.boolean("reset") if "reset" in fields else False,
    )


def _slots(fields: Fields) -> tuple[SlotFields, ...]:
    entries = fields.with_code("bad_frame").maps("slots")
    if len(entries) > MAX_SLOTS:
        raise fields.with_code("bad_frame").wrong("slots", f"must have at most {MAX_SLOTS} entries")
    return tuple(slot_of(entry) for entry in entries)


def _sun(fields: Fields) -> SunFields:
    sun = fields.map("sun").with_code("bad_frame")
    direction = sun.numbers("direction", 3)
    if math.hypot(*direction) < SHORTEST_DIRECTION:
        raise sun.wrong("direction", "must not be zero")
    return SunFields(direction=direction, color=sun.numbers("color", 3))


def _control(fields: Fields) -> Control:
    """Types and sizes only: which controls there are, the model says."""
    values = fields.map("values").with_code("bad_control")
    if len(values.names()) > MAX_CONTROLS:
        raise ProtocolError("bad_control", f"Send at most {MAX_CONTROLS} controls in a group.")
    return Control(
        stream=stream_of(fields),
        control_seq=fields.integer("control_seq", 1, INT64_MAX),
        values={name: _value(values, name) for name in values.names()},
        transition_s=fields.number("transition_s", 0.0, 60.0) if "transition_s" in fields else 0.0,
    )


def _value(values: Fields, name: str) -> str | int | float | bool | tuple[float, ...]:
    if len(name.encode("utf-8", "surrogatepass")) > MAX_CONTROL_NAME_BYTES:
        raise ProtocolError("bad_control", f"A control's name has at most {MAX_CONTROL_NAME_BYTES} bytes.")
    value = values.raw(name)
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return values.text(name, MAX_CONTROL_TEXT_BYTES)
    if isinstance(value, int):
        return values.integer(name)
    if isinstance(value, float):
        return values.number(name)
    if isinstance(value, list):
        if len(value) > MAX_CONTROL_FLOATS:
            raise values.wrong(name[:64], f"must have at most {MAX_CONTROL_FLOATS} numbers")
        return values.numbers(name, len(value))
    raise values.wrong(name[:64], "must be a string, a number, true or false, or an array of numbers")


CLIENT_DECODERS: dict[str, Callable[[Fields], ClientMessage]] = {
    "hello": _hello,
    "open": _open,
    "frame": _frame,
    "control": _control,
    "reset": lambda fields: Reset(stream_of(fields)),
    "close": lambda fields: Close(stream_of(fields)),
    "bye": lambda fields: ClientBye(),
    "ping": lambda fields: Ping(fields.integer("t_ns")),
}
