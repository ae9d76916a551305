"""Writes the golden headers that the tests of both sides read.

    python shared_protocol/vectors/generate.py [FOLDER]

It packs plain dictionaries with msgpack and knows nothing of the daemon's codec, so that it can contradict it. Its output is
deterministic: a test runs it into an empty folder and compares the bytes. index.json and index.tsv list every file with the
direction it travels (the sender: client or daemon), its type, whether it is valid and, if not, the error code it deserves.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

import msgpack

IDENTITY = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
PROJECTION = [1.25, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, -1.0, -0.2, 0.0, 0.0, -1.0, 0.0]
RING_NAME = "/lsd-4242-00112233445566778899aabbccddeeff"


def plane(name: str, pixel_format: str, width: int = 64, height: int = 36) -> dict[str, Any]:
    return {"name": name, "format": pixel_format, "width": width, "height": height}


HELLO = {
    "t": "hello",
    "protocol": [1, 0],
    "client": {"name": "Greybox", "version": "0.1.0", "engine": "unity", "platform": "linux-x86_64", "pid": 4242},
    "capabilities": ["shared_memory", "inline"],
}
RING = {"name": RING_NAME, "bytes": 27904, "slots": 3, "slot_stride": 9280}
INLINE = {"name": "inline"}
SHARED_MEMORY = {"name": "shared_memory", "ring": RING}
OPEN = {
    "t": "open",
    "stream": 1,
    "model": "mirage-lsd-v1",
    "planes": [plane("color", "rgba8")],
    "output": {"format": "rgba8", "width": 64, "height": 36},
    "transport": [INLINE],
}
OPEN_FULL = {
    **OPEN,
    "stream": 2**31 - 1,
    "planes": [
        plane("color", "rgba16f"),
        plane("depth", "r32f"),
        plane("motion", "rg16f"),
        plane("normal", "rgba8"),
        plane("ids", "r8"),
    ],
    "output": {"format": "bgra8", "width": 128, "height": 72, "alpha": "engine"},
    "transport": [
        {"name": "shared_memory", "ring": {"name": RING_NAME, "bytes": 145344, "slots": 3, "slot_stride": 48448}},
        INLINE,
    ],
    "max_steps": 2,
    "seed": 7,
    "fps": 30.0,
}
FRAME = {"t": "frame", "stream": 1, "seq": 1, "t_capture_ns": 123_456_789_000, "t_submit_ns": 123_456_800_000}
CAMERA = {"view": IDENTITY, "projection": PROJECTION, "near": 0.1, "far": 1000.0, "jitter": [0.25, -0.25]}
SUN = {"direction": [0.0, 0.6, 0.8], "color": [1.0, 0.95, 0.9]}
MOVED = [1.0, 0.0, 0.0, 2.5, 0.0, 1.0, 0.0, -0.5, 0.0, 0.0, 1.0, 4.0]
MOVED_BEFORE = [1.0, 0.0, 0.0, 2.25, 0.0, 1.0, 0.0, -0.5, 0.0, 0.0, 1.0, 4.0]
SLOT = {
    "slot": 7,
    "class": "vehicle",
    "strength": 0.75,
    "world_from_object": MOVED,
    "previous_world_from_object": MOVED_BEFORE,
}
CLASSES = [
    "unspecified",
    "skin",
    "hair",
    "outfit",
    "foliage",
    "terrain",
    "building",
    "prop",
    "vehicle",
    "water",
    "glass",
    "creature",
    "held",
    "effect",
    "emissive",
    "interface",
]
CONTROL = {"t": "control", "stream": 1, "control_seq": 3, "values": {"scene": "forest"}, "transition_s": 1.5}
CHOICE = {
    "name": "scene",
    "kind": "choice",
    "help": "What the world is made of.",
    "transition": True,
    "values": ["forest", "desert", "city"],
    "default": "forest",
}
TEXT = {
    "name": "prompt",
    "kind": "text",
    "help": "Names a scene and a lighting in free words.",
    "transition": True,
    "max_bytes": 4096,
    "default": "",
}
NUMBER = {
    "name": "wetness",
    "kind": "number",
    "help": "How wet everything is.",
    "transition": True,
    "min": 0.0,
    "max": 100.0,
    "default": 12.5,
    "unit": "%",
}
DIRECTION = {
    "name": "sun_direction",
    "kind": "direction",
    "help": "Towards the sun, where frames carry none.",
    "transition": True,
    "default": [0.0, 0.6, 0.8],
}
COLOR = {
    "name": "fog_color",
    "kind": "color",
    "help": "What the distance fades to.",
    "transition": True,
    "default": [0.5, 0.25, 1.0],
}
FLAG = {
    "name": "bypass",
    "kind": "flag",
    "help": "Shows the engine's own picture.",
    "transition": False,
    "default": False,
}
SEED = {"name": "seed", "kind": "seed", "help": "Another world.", "transition": False, "default": 0}
STRENGTH = {
    "name": "strength",
    "kind": "number",
    "help": "How much of the picture is painted.",
    "transition": True,
    "min": 0.0,
    "max": 1.0,
    "default": 1.0,
}
CONTROLS = [CHOICE, TEXT, NUMBER, DIRECTION, COLOR, SEED, STRENGTH, FLAG]
WELCOME = {
    "t": "welcome",
    "protocol": [1, 0],
    "session": "0123456789abcdef",
    "server": {"name": "mirage-lsd", "version": "0.1.0", "pid": 777, "host": "workstation"},
    "capabilities": ["shared_memory", "inline"],
    "limits": {
        "max_streams": 8,
        "max_width": 4096,
        "max_height": 4096,
        "max_header_bytes": 65536,
        "max_payload_bytes": 402653184,
        "idle_timeout_s": 10.0,
    },
    "models": [
        {
            "name": "passthrough",
            "controls": [STRENGTH, FLAG],
            "planes": ["color"],
        }
    ],
}
RESULT = {
    "t": "result",
    "stream": 1,
    "seq": 12,
    "t_capture_ns": 1000,
    "t_submit_ns": 2000,
    "t_receive_ns": 3000,
    "t_start_ns": 4000,
    "t_end_ns": 5000,
    "t_send_ns": 6000,
    "timings_us": {"anchor": 310, "denoise": 2200},
    "dropped": 2,
    "control_seq": 3,
}
PONG = {
    "t": "pong",
    "t_ns": 55,
    "t_daemon_ns": 66,
    "stats": {"streams": 1, "frames": 600, "dropped": 4, "fps": 59.5},
}
OPENED = {"t": "opened", "stream": 1, "transport": INLINE}
REFUSED = {"name": "shared_memory", "reason": "The client's ring can't be mapped: there is no such segment."}
PROGRESS = {"t": "progress", "stream": 1, "what": "Compiling the model for 1280x720.", "fraction": 0.25}
NOTICE = {
    "t": "notice",
    "stream": 1,
    "code": "depth_unit",
    "message": "Depth looks like centimetres; divide it by 100.",
}
NOTICE_CODES = [
    "depth_unit",
    "depth_reversed",
    "depth_flipped",
    "camera_still",
    "motion_disagrees",
    "rate_not_held",
    "word_unknown",
]
ERROR = {
    "t": "error",
    "code": "bad_plane",
    "message": "The plane `color` is required.",
    "fatal": False,
    "stream": 1,
    "stream_closed": True,
}
CODES = [
    "malformed",
    "unknown_type",
    "unsupported_version",
    "hello_required",
    "already_greeted",
    "unauthorized",
    "too_many_sessions",
    "too_many_streams",
    "stream_exists",
    "unknown_stream",
    "unknown_model",
    "bad_plane",
    "bad_frame",
    "bad_control",
    "bad_transport",
    "bad_ring",
    "internal",
]
FATAL = ("unsupported_version", "unauthorized", "too_many_sessions")


def pack(header: Any, single: bool = False) -> bytes:
    """msgpack with floats as float64, or as float32 (`single`)."""
    data: bytes = msgpack.packb(header, use_single_float=single)
    return data


def changed(header: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with keys replaced; the value `...` removes a key."""
    merged = {**header, **changes}
    return {key: value for key, value in merged.items() if value is not ...}


def with_controls(controls: list[dict[str, Any]]) -> dict[str, Any]:
    """A `welcome` with one model that has these controls."""
    return changed(WELCOME, models=[{"name": "passthrough", "controls": controls, "planes": ["color"]}])


def nested(depth: int) -> Any:
    """`depth` arrays in each other."""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def valid_vectors() -> list[tuple[str, str, str, bytes]]:
    """(name, direction, type, bytes)"""
    client = {
        "hello": HELLO,
        "hello_token": changed(HELLO, token="s3cret", protocol=[1, 3]),
        "hello_unknown_keys": changed(HELLO, future={"list": [1, 2.5, None, True, "x"]}),
        "hello_utf8": changed(HELLO, client={**HELLO["client"], "name": "Ærøskøbing 城 🜁"}),  # type: ignore[dict-item]
        "open": OPEN,
        "open_full": OPEN_FULL,
        "open_shared_memory": changed(OPEN, transport=[SHARED_MEMORY]),
        "open_inline_first": changed(OPEN, transport=[INLINE, SHARED_MEMORY]),
        "open_unknown_transport": changed(
            OPEN, transport=[{"name": "carrier_pigeon", "birds": 3, "ring": "of brass"}, INLINE]
        ),
        "open_transport_unknown_keys": changed(
            OPEN, transport=[{**SHARED_MEMORY, "fence": 1}, {**INLINE, "lz4": True}]
        ),
        "open_alpha_opaque": changed(OPEN, output={**OPEN["output"], "alpha": "opaque"}),  # type: ignore[dict-item]
        "open_alpha_engine": changed(OPEN, output={**OPEN["output"], "alpha": "engine"}),  # type: ignore[dict-item]
        "open_smallest": changed(
            OPEN, planes=[plane("color", "bgra8", 16, 16)], output={"format": "rgba8", "width": 16, "height": 16}
        ),
        "open_largest": changed(
            OPEN,
            planes=[plane("color", "bgra8", 4096, 4096)],
            output={"format": "rgba8", "width": 4096, "height": 4096},
        ),
        "frame": FRAME,
        "frame_slot": changed(FRAME, slot=2, slot_seq=8),
        "frame_full": changed(
            FRAME, seq=2**62, slot=15, slot_seq=2**62, camera=CAMERA, sun=SUN, slots=[SLOT], reset=True
        ),
        "frame_camera_without_jitter": changed(FRAME, camera=changed(CAMERA, jitter=...)),
        "frame_negative_clock": changed(FRAME, t_capture_ns=-(2**63), t_submit_ns=2**63 - 1),
        "frame_slots_none": changed(FRAME, slots=[]),
        "frame_slots_classes": changed(
            FRAME, slots=[{"slot": number + 1, "class": name} for number, name in enumerate(CLASSES)]
        ),
        "frame_slots_unknown_class": changed(FRAME, slots=[{"slot": 255, "class": "portal"}]),
        "frame_slots_unknown_keys": changed(FRAME, slots=[{**SLOT, "velocity": [0.0, 1.0, 0.0]}]),
        "frame_slots_strengths": changed(
            FRAME,
            slots=[
                {"slot": 1, "class": "skin", "strength": 0.0},
                {"slot": 2, "class": "hair", "strength": 1.0},
                {"slot": 3, "class": "outfit", "strength": 1},
            ],
        ),
        "frame_slots_transform_only": changed(
            FRAME, slots=[{"slot": 1, "class": "prop", "world_from_object": [1, 0, 0, 2, 0, 1, 0, 3, 0, 0, 1, 4]}]
        ),
        "control": CONTROL,
        "control_all": changed(
            CONTROL,
            control_seq=4,
            values={
                "scene": "forest",
                "prompt": "a quiet forest at dusk, rain",
                "wetness": 12.5,
                "gain": 2,
                "sun_direction": [0.0, 1.0, 0.0],
                "fog_color": [0, 0.5, 1],
                "seed": 2**31 - 1,
                "bypass": True,
                "fullscreen": False,
            },
            transition_s=60.0,
        ),
        "control_empty": changed(CONTROL, values={}, transition_s=...),
        # What there is, the model says; the header's rules are all that a codec knows of a control.
        "control_unknown_name": changed(CONTROL, values={"weather": "rain"}),
        "control_integers": changed(CONTROL, values={"least": -(2**63), "most": 2**63 - 1}),
        "control_16_floats": changed(CONTROL, values={"weights": [float(k) for k in range(16)]}),
        "control_64_values": changed(CONTROL, values={f"control_{k}": k / 64.0 for k in range(64)}),
        "control_longest_name": changed(CONTROL, values={"é" * 32: 1.0}),
        "control_longest_text": changed(CONTROL, values={"prompt": "p" * 4096}),
        "control_transition_integer": changed(CONTROL, transition_s=2),
        "reset": {"t": "reset", "stream": 1},
        "close": {"t": "close", "stream": 1},
        "bye": {"t": "bye"},
        "ping": {"t": "ping", "t_ns": 987_654_321},
        "deepest": {"t": "ping", "t_ns": 1, "extra": nested(7)},
    }
    daemon = {
        "welcome": WELCOME,
        "welcome_no_models": changed(WELCOME, models=[]),
        "welcome_controls": with_controls(CONTROLS),
        "welcome_no_controls": with_controls([]),
        "welcome_two_models": changed(
            WELCOME,
            models=[
                {"name": "mirage-lsd-v1", "controls": CONTROLS, "planes": ["color", "depth", "motion", "ids"]},
                {"name": "passthrough", "controls": [STRENGTH, FLAG], "planes": ["color"]},
            ],
        ),
        # A kind of a later version is passed over, whatever it carries.
        "welcome_unknown_kind": with_controls(
            [{"name": "grade", "kind": "curve", "points": [[0, 0], [1, 1]], "default": None}, {"kind": "x"}, FLAG]
        ),
        "welcome_control_unknown_keys": with_controls([{**NUMBER, "step": 0.5}, {**FLAG, "group": "debug"}]),
        "welcome_number_without_unit": with_controls([changed(NUMBER, unit=...)]),
        "welcome_number_integers": with_controls([changed(NUMBER, min=0, max=10, default=5)]),
        "welcome_number_one_value": with_controls([changed(NUMBER, min=2.0, max=2.0, default=2.0)]),
        "welcome_direction_without_default": with_controls([changed(DIRECTION, default=...)]),
        "welcome_control_longest_name": with_controls([changed(FLAG, name="n" * 64)]),
        "welcome_most_choices": with_controls(
            [changed(CHOICE, values=[f"scene {k}" for k in range(256)], default="scene 255")]
        ),
        "opened": OPENED,
        "opened_ring": changed(OPENED, transport=SHARED_MEMORY),
        "opened_refused": changed(OPENED, refused=[REFUSED]),
        "opened_refused_none": changed(OPENED, refused=[]),
        "opened_unknown_keys": changed(OPENED, transport={**INLINE, "lz4": True}),
        "progress": PROGRESS,
        "progress_model": changed(PROGRESS, stream=..., what="Loading mirage-lsd-v1.", fraction=0.0),
        "progress_over": changed(PROGRESS, fraction=1.0),
        "progress_integer": changed(PROGRESS, fraction=1),
        "notice_unknown_code": changed(NOTICE, code="moon_missing", message="Turn the moon on."),
        **{f"notice_{code}": changed(NOTICE, code=code) for code in NOTICE_CODES},
        "result": RESULT,
        "result_slot": changed(RESULT, slot=1, slot_seq=4),
        "result_no_timings": changed(RESULT, timings_us={}, control_seq=0, dropped=0),
        "closed": {"t": "closed", "stream": 1, "reason": "requested"},
        "pong": PONG,
        "bye": {"t": "bye", "reason": "The daemon is stopping."},
        "error_without_stream": changed(ERROR, stream=..., stream_closed=...),
        "error_control_seq": changed(ERROR, code="bad_control", stream_closed=False, control_seq=3),
        **{f"error_{code}": changed(ERROR, code=code, fatal=code in FATAL) for code in CODES},
    }
    vectors = [(f"client_{name}", "client", str(header["t"]), pack(header)) for name, header in client.items()]
    vectors += [(f"daemon_{name}", "daemon", str(header["t"]), pack(header)) for name, header in daemon.items()]
    single = changed(FRAME, camera=CAMERA, sun=SUN)
    # A client sends float32, or the largest table of slots would not fit a header.
    most_slots = changed(single, slots=[{**SLOT, "slot": number + 1, "class": "unspecified"} for number in range(255)])
    vectors.append(("client_frame_slots_255", "client", "frame", pack(most_slots, single=True)))
    floats = {"wetness": 0.5, "fog_color": [0.25, 0.5, 0.75]}
    vectors.append(("client_control_float32", "client", "control", pack(changed(CONTROL, values=floats), single=True)))
    vectors.append(("client_frame_float32", "client", "frame", pack(single, single=True)))
    vectors.append(("daemon_pong_float32", "daemon", "pong", pack(PONG, single=True)))
    return vectors


def raw_malformed() -> list[tuple[str, str, bytes]]:
    """(name, type, bytes) that are wrong whoever sent them: `malformed`."""
    ping = pack({"t": "ping", "t_ns": 1})
    key_t = b"\xa1t\xa4ping\xa4t_ns"
    return [
        ("empty", "", b""),
        ("not_msgpack", "", b"\xc1\xc1\xc1\xc1"),
        ("text", "", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:5757\r\n\r\n"),
        ("json", "", b'{"t": "ping", "t_ns": 1}'),
        ("truncated", "ping", ping[:-3]),
        ("trailing_bytes", "ping", ping + b"\x00"),
        ("array", "", pack(["t", "ping"])),
        ("integer", "", pack(7)),
        ("nil", "", b"\xc0"),
        ("string", "", pack("ping")),
        ("empty_map", "", pack({})),
        ("no_type", "", pack({"stream": 1})),
        ("type_integer", "", pack({"t": 5})),
        ("type_nil", "", pack({"t": None})),
        ("type_array", "", pack({"t": ["ping"]})),
        ("integer_keys", "", pack({1: 2, 3: 4})),
        ("integer_key_beside_type", "ping", pack({"t": "ping", "t_ns": 1, 5: 6})),
        ("bytes_key", "ping", b"\x83" + key_t + b"\x01\xc4\x01x\x01"),
        ("map_key", "ping", b"\x83" + key_t + b"\x01\x80\x01"),
        ("too_deep", "ping", pack({"t": "ping", "t_ns": 1, "extra": nested(8)})),
        ("very_deep_arrays", "ping", b"\x83" + key_t + b"\x01\xa5extra" + b"\x91" * 60000 + b"\xc0"),
        ("very_deep_maps", "ping", b"\x83" + key_t + b"\x01\xa5extra" + b"\x81\xa1a" * 15000 + b"\xc0"),
        ("unfinished_deep_arrays", "ping", b"\x83" + key_t + b"\x01\xa5extra" + b"\xdc\xff\xff" * 5000),
        ("huge_string", "ping", b"\x82\xa1t\xdb\xff\xff\xff\xffping"),
        ("huge_binary", "ping", b"\x82\xa1t\xc6\xff\xff\xff\xffping"),
        ("huge_array", "ping", b"\x83" + key_t + b"\x01\xa5extra\xdd\xff\xff\xff\xff"),
        ("huge_map", "", b"\xdf\xff\xff\xff\xff\xa1t\xa4ping"),
        ("huge_extension", "ping", b"\x83" + key_t + b"\x01\xa5extra\xc9\xff\xff\xff\xff\x05"),
        ("not_utf8", "", b"\x81\xa1t\xa2\xff\xfe"),
        ("not_utf8_key", "ping", b"\x83" + key_t + b"\x01\xa2\xc3\x28\x01"),
        ("utf8_surrogate", "", b"\x81\xa1t\xa3\xed\xa0\x80"),
        ("beyond_int64", "ping", b"\x82" + key_t + b"\xcf" + struct.pack(">Q", 2**63)),
        ("too_large", "ping", pack({"t": "ping", "t_ns": 1, "extra": ["x" * 1000] * 70})),
    ]


def with_ring(ring: Any) -> dict[str, Any]:
    """An `open` that wants shared memory and nothing else."""
    return changed(OPEN, transport=[{"name": "shared_memory", "ring": ring}])


def client_malformed() -> list[tuple[str, str, dict[str, Any]]]:
    """(name, code, header)"""
    client = HELLO["client"]
    assert isinstance(client, dict)
    nan_camera = changed(CAMERA, view=[math.nan, *IDENTITY[1:]])
    one = plane("color", "rgba8")
    output = OPEN["output"]
    assert isinstance(output, dict)
    slots: list[tuple[str, dict[str, Any]]] = [
        ("number_missing", {"slot": ...}),
        ("number_0", {"slot": 0}),
        ("number_256", {"slot": 256}),
        ("number_negative", {"slot": -1}),
        ("number_float", {"slot": 7.0}),
        ("number_bool", {"slot": True}),
        ("class_missing", {"class": ...}),
        ("class_integer", {"class": 8}),
        ("strength_above_1", {"strength": 1.5}),
        ("strength_negative", {"strength": -0.25}),
        ("strength_nan", {"strength": math.nan}),
        ("strength_bool", {"strength": True}),
        ("strength_string", {"strength": "full"}),
        ("matrix_11_numbers", {"world_from_object": MOVED[1:]}),
        ("matrix_16_numbers", {"world_from_object": IDENTITY}),
        ("matrix_nan", {"world_from_object": [math.nan, *MOVED[1:]]}),
        ("matrix_beyond_float32", {"world_from_object": [1e39, *MOVED[1:]]}),
        ("matrix_strings", {"world_from_object": ["1"] * 12}),
        ("matrix_nil", {"world_from_object": None}),
        ("previous_11_numbers", {"previous_world_from_object": MOVED[1:]}),
        ("previous_infinite", {"previous_world_from_object": [math.inf, *MOVED[1:]]}),
        ("previous_map", {"previous_world_from_object": {}}),
    ]
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("unknown_type", "unknown_type", {"t": "teleport"}),
        ("welcome_from_client", "unknown_type", WELCOME),
        ("hello_version_2", "unsupported_version", changed(HELLO, protocol=[2, 0])),
        ("hello_version_0", "unsupported_version", changed(HELLO, protocol=[0, 9])),
        ("hello_version_missing", "malformed", changed(HELLO, protocol=...)),
        ("hello_version_string", "malformed", changed(HELLO, protocol="1.0")),
        ("hello_version_short", "malformed", changed(HELLO, protocol=[1])),
        ("hello_version_float", "malformed", changed(HELLO, protocol=[1.0, 0])),
        ("hello_version_negative", "malformed", changed(HELLO, protocol=[-1, 0])),
        ("hello_client_missing", "malformed", changed(HELLO, client=...)),
        ("hello_client_array", "malformed", changed(HELLO, client=[])),
        ("hello_client_pid_missing", "malformed", changed(HELLO, client=changed(client, pid=...))),
        ("hello_client_pid_string", "malformed", changed(HELLO, client=changed(client, pid="4242"))),
        ("hello_name_too_long", "malformed", changed(HELLO, client=changed(client, name="n" * 1025))),
        ("hello_capabilities_integers", "malformed", changed(HELLO, capabilities=[1, 2])),
        ("hello_token_integer", "malformed", changed(HELLO, token=1)),
        ("open_stream_zero", "malformed", changed(OPEN, stream=0)),
        ("open_stream_negative", "malformed", changed(OPEN, stream=-1)),
        ("open_stream_too_large", "malformed", changed(OPEN, stream=2**31)),
        ("open_stream_bool", "malformed", changed(OPEN, stream=True)),
        ("open_stream_float", "malformed", changed(OPEN, stream=1.0)),
        ("open_model_missing", "malformed", changed(OPEN, model=...)),
        ("open_planes_missing", "malformed", changed(OPEN, planes=...)),
        ("open_planes_map", "malformed", changed(OPEN, planes={})),
        ("open_planes_strings", "malformed", changed(OPEN, planes=["color"])),
        ("open_planes_empty", "bad_plane", changed(OPEN, planes=[])),
        ("open_plane_unknown", "bad_plane", changed(OPEN, planes=[one, plane("albedo", "rgba8")])),
        ("open_plane_format", "bad_plane", changed(OPEN, planes=[plane("color", "rgb565")])),
        ("open_plane_wrong_format", "bad_plane", changed(OPEN, planes=[one, plane("depth", "rgba8")])),
        ("open_plane_twice", "bad_plane", changed(OPEN, planes=[one, one])),
        ("open_plane_no_color", "bad_plane", changed(OPEN, planes=[plane("depth", "r32f")])),
        ("open_plane_sizes_differ", "bad_plane", changed(OPEN, planes=[one, plane("depth", "r32f", 64, 32)])),
        ("open_plane_negative", "bad_plane", changed(OPEN, planes=[plane("color", "rgba8", -64, 36)])),
        ("open_plane_zero", "bad_plane", changed(OPEN, planes=[plane("color", "rgba8", 0, 0)])),
        ("open_plane_too_large", "bad_plane", changed(OPEN, planes=[plane("color", "rgba8", 4097, 64)])),
        ("open_plane_overflow", "bad_plane", changed(OPEN, planes=[plane("color", "rgba8", 2**62, 4)])),
        ("open_plane_width_float", "malformed", changed(OPEN, planes=[{**one, "width": 64.0}])),
        ("open_output_missing", "malformed", changed(OPEN, output=...)),
        ("open_output_format", "bad_plane", changed(OPEN, output={"format": "rgba16f", "width": 64, "height": 36})),
        ("open_output_small", "bad_plane", changed(OPEN, output={"format": "rgba8", "width": 15, "height": 36})),
        ("open_alpha_unknown", "malformed", changed(OPEN, output={**output, "alpha": "straight"})),
        ("open_alpha_bool", "malformed", changed(OPEN, output={**output, "alpha": True})),
        ("open_transport_missing", "malformed", changed(OPEN, transport=...)),
        ("open_transport_string", "malformed", changed(OPEN, transport="inline")),
        ("open_transport_map", "malformed", changed(OPEN, transport=INLINE)),
        ("open_transport_names", "malformed", changed(OPEN, transport=["inline"])),
        ("open_transport_no_name", "malformed", changed(OPEN, transport=[{"ring": RING}])),
        ("open_transport_name_integer", "malformed", changed(OPEN, transport=[{"name": 1}])),
        ("open_ring_missing", "bad_ring", changed(OPEN, transport=[{"name": "shared_memory"}])),
        # Where `ring` was before each transport had its own keys.
        ("open_ring_beside_transport", "bad_ring", changed(OPEN, transport=[{"name": "shared_memory"}], ring=RING)),
        ("open_ring_string", "bad_ring", with_ring(RING_NAME)),
        ("open_ring_one_slot", "bad_ring", with_ring(changed(RING, slots=1))),
        ("open_ring_17_slots", "bad_ring", with_ring(changed(RING, slots=17))),
        ("open_ring_negative_bytes", "bad_ring", with_ring(changed(RING, bytes=-1))),
        ("open_ring_odd_stride", "bad_ring", with_ring(changed(RING, slot_stride=9281))),
        *(
            (f"open_ring_no_{key}", "bad_ring", with_ring({k: v for k, v in RING.items() if k != key}))
            for key in ("name", "bytes", "slots", "slot_stride")
        ),
        ("open_steps_zero", "malformed", changed(OPEN, max_steps=0)),
        ("open_steps_nine", "malformed", changed(OPEN, max_steps=9)),
        ("open_seed_negative", "malformed", changed(OPEN, seed=-1)),
        ("open_fps_nan", "malformed", changed(OPEN, fps=math.nan)),
        ("open_fps_negative", "malformed", changed(OPEN, fps=-30.0)),
        ("frame_stream_missing", "malformed", changed(FRAME, stream=...)),
        ("frame_seq_missing", "malformed", changed(FRAME, seq=...)),
        ("frame_seq_negative", "malformed", changed(FRAME, seq=-1)),
        ("frame_seq_string", "malformed", changed(FRAME, seq="1")),
        ("frame_capture_missing", "malformed", changed(FRAME, t_capture_ns=...)),
        ("frame_submit_float", "malformed", changed(FRAME, t_submit_ns=1.5)),
        ("frame_slot_without_seq", "malformed", changed(FRAME, slot=0)),
        ("frame_slot_negative", "malformed", changed(FRAME, slot=-1, slot_seq=2)),
        ("frame_slot_16", "malformed", changed(FRAME, slot=16, slot_seq=2)),
        ("frame_slot_seq_odd", "malformed", changed(FRAME, slot=0, slot_seq=3)),
        ("frame_slot_seq_zero", "malformed", changed(FRAME, slot=0, slot_seq=0)),
        ("frame_camera_nan", "bad_frame", changed(FRAME, camera=nan_camera)),
        ("frame_camera_inf", "bad_frame", changed(FRAME, camera=changed(CAMERA, far=math.inf))),
        ("frame_camera_beyond_float32", "bad_frame", changed(FRAME, camera=changed(CAMERA, near=1e39))),
        ("frame_camera_15_numbers", "bad_frame", changed(FRAME, camera=changed(CAMERA, view=IDENTITY[1:]))),
        ("frame_camera_no_projection", "bad_frame", changed(FRAME, camera=changed(CAMERA, projection=...))),
        ("frame_camera_strings", "bad_frame", changed(FRAME, camera=changed(CAMERA, view=["1"] * 16))),
        ("frame_camera_array", "malformed", changed(FRAME, camera=IDENTITY)),
        ("frame_sun_zero", "bad_frame", changed(FRAME, sun=changed(SUN, direction=[0.0, 0.0, 0.0]))),
        ("frame_sun_nan", "bad_frame", changed(FRAME, sun=changed(SUN, color=[math.nan, 0.0, 0.0]))),
        ("frame_slots_map", "malformed", changed(FRAME, slots=SLOT)),
        ("frame_slots_integers", "bad_frame", changed(FRAME, slots=[7])),
        (
            "frame_slots_256",
            "bad_frame",
            changed(FRAME, slots=[{"slot": k % 255 + 1, "class": "prop"} for k in range(256)]),
        ),
        *(
            (f"frame_slots_{name}", "bad_frame", changed(FRAME, slots=[changed(SLOT, **wrong)]))
            for name, wrong in slots
        ),
        ("frame_slots_second_wrong", "bad_frame", changed(FRAME, slots=[SLOT, changed(SLOT, slot=0)])),
        ("frame_reset_integer", "malformed", changed(FRAME, reset=1)),
        ("control_seq_zero", "malformed", changed(CONTROL, control_seq=0)),
        ("control_seq_missing", "malformed", changed(CONTROL, control_seq=...)),
        ("control_values_missing", "malformed", changed(CONTROL, values=...)),
        ("control_values_array", "malformed", changed(CONTROL, values=["scene"])),
        ("control_values_65", "bad_control", changed(CONTROL, values={f"control_{k}": k for k in range(65)})),
        ("control_name_too_long", "bad_control", changed(CONTROL, values={"n" * 65: 1.0})),
        ("control_name_too_long_utf8", "bad_control", changed(CONTROL, values={"é" * 33: 1.0})),
        ("control_text_too_long", "bad_control", changed(CONTROL, values={"prompt": "p" * 4097})),
        ("control_nil", "bad_control", changed(CONTROL, values={"scene": None})),
        ("control_map", "bad_control", changed(CONTROL, values={"scene": {"name": "forest"}})),
        ("control_nan", "bad_control", changed(CONTROL, values={"wetness": math.nan})),
        ("control_infinite", "bad_control", changed(CONTROL, values={"wetness": math.inf})),
        ("control_beyond_float32", "bad_control", changed(CONTROL, values={"wetness": 1e39})),
        ("control_17_floats", "bad_control", changed(CONTROL, values={"weights": [0.5] * 17})),
        ("control_floats_nan", "bad_control", changed(CONTROL, values={"sun_direction": [math.nan, 1.0, 0.0]})),
        ("control_floats_beyond_float32", "bad_control", changed(CONTROL, values={"weights": [0.0, -1e39]})),
        ("control_strings", "bad_control", changed(CONTROL, values={"scene": ["forest", "desert"]})),
        ("control_bools", "bad_control", changed(CONTROL, values={"weights": [True, False]})),
        ("control_nested_arrays", "bad_control", changed(CONTROL, values={"weights": [[1.0], [2.0]]})),
        ("control_second_wrong", "bad_control", changed(CONTROL, values={"scene": "forest", "wetness": None})),
        ("control_transition_nan", "malformed", changed(CONTROL, transition_s=math.nan)),
        ("control_transition_61", "malformed", changed(CONTROL, transition_s=61.0)),
        ("control_transition_negative", "malformed", changed(CONTROL, transition_s=-1.0)),
        ("reset_no_stream", "malformed", {"t": "reset"}),
        ("close_stream_string", "malformed", {"t": "close", "stream": "1"}),
        ("ping_no_time", "malformed", {"t": "ping"}),
        ("ping_time_float", "malformed", {"t": "ping", "t_ns": 1.0}),
    ]
    return cases


def wrong_controls() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(name, control, what is wrong with it)"""
    return [
        ("control_name_missing", FLAG, {"name": ...}),
        ("control_name_integer", FLAG, {"name": 1}),
        ("control_name_too_long", FLAG, {"name": "n" * 65}),
        ("control_kind_missing", FLAG, {"kind": ...}),
        ("control_kind_integer", FLAG, {"kind": 5}),
        ("control_help_missing", FLAG, {"help": ...}),
        ("control_help_too_long", FLAG, {"help": "h" * 1025}),
        ("control_transition_missing", FLAG, {"transition": ...}),
        ("control_transition_integer", FLAG, {"transition": 1}),
        ("choice_values_missing", CHOICE, {"values": ...}),
        ("choice_values_none", CHOICE, {"values": []}),
        ("choice_values_integers", CHOICE, {"values": [1, 2]}),
        ("choice_values_string", CHOICE, {"values": "forest"}),
        ("choice_default_missing", CHOICE, {"default": ...}),
        ("choice_default_unknown", CHOICE, {"default": "moon"}),
        ("choice_default_integer", CHOICE, {"default": 0}),
        ("text_max_bytes_missing", TEXT, {"max_bytes": ...}),
        ("text_max_bytes_negative", TEXT, {"max_bytes": -1}),
        ("text_max_bytes_float", TEXT, {"max_bytes": 64.0}),
        ("text_default_missing", TEXT, {"default": ...}),
        ("text_default_too_long", TEXT, {"max_bytes": 4, "default": "a fog"}),
        ("text_default_integer", TEXT, {"default": 0}),
        ("number_min_missing", NUMBER, {"min": ...}),
        ("number_max_missing", NUMBER, {"max": ...}),
        ("number_default_missing", NUMBER, {"default": ...}),
        ("number_min_above_max", NUMBER, {"min": 100.0, "max": 0.0}),
        ("number_default_above_max", NUMBER, {"default": 100.5}),
        ("number_default_below_min", NUMBER, {"default": -0.5}),
        ("number_min_nan", NUMBER, {"min": math.nan}),
        ("number_max_infinite", NUMBER, {"max": math.inf}),
        ("number_max_beyond_float32", NUMBER, {"max": 1e39}),
        ("number_default_string", NUMBER, {"default": "12"}),
        ("number_default_bool", NUMBER, {"default": True}),
        ("number_unit_integer", NUMBER, {"unit": 1}),
        ("direction_default_zero", DIRECTION, {"default": [0.0, 0.0, 0.0]}),
        ("direction_default_two_numbers", DIRECTION, {"default": [0.0, 1.0]}),
        ("direction_default_nan", DIRECTION, {"default": [0.0, math.nan, 0.0]}),
        ("direction_default_string", DIRECTION, {"default": "up"}),
        ("color_default_missing", COLOR, {"default": ...}),
        ("color_default_four_numbers", COLOR, {"default": [0.5, 0.5, 0.5, 1.0]}),
        ("color_default_above_1", COLOR, {"default": [0.5, 1.5, 0.5]}),
        ("color_default_negative", COLOR, {"default": [0.5, -0.5, 0.5]}),
        ("color_default_string", COLOR, {"default": "#ff8800"}),
        ("flag_default_missing", FLAG, {"default": ...}),
        ("flag_default_integer", FLAG, {"default": 1}),
        ("seed_default_missing", SEED, {"default": ...}),
        ("seed_default_negative", SEED, {"default": -1}),
        ("seed_default_too_large", SEED, {"default": 2**31}),
        ("seed_default_float", SEED, {"default": 1.5}),
    ]


def daemon_malformed() -> list[tuple[str, dict[str, Any]]]:
    """(name, header): a client ignores and counts these."""
    return [
        ("unknown_type", {"t": "teleported"}),
        ("hello_from_daemon", HELLO),
        ("welcome_no_protocol", changed(WELCOME, protocol=...)),
        ("welcome_session_integer", changed(WELCOME, session=1)),
        ("welcome_no_limits", changed(WELCOME, limits=...)),
        ("welcome_limits_negative", changed(WELCOME, limits={**WELCOME["limits"], "max_width": -1})),  # type: ignore[dict-item]
        ("welcome_models_map", changed(WELCOME, models={})),
        *((f"welcome_{name}", with_controls([FLAG, changed(spec, **wrong)])) for name, spec, wrong in wrong_controls()),
        ("welcome_controls_map", with_controls({"scene": ["none"], "lighting": ["none"]})),  # type: ignore[arg-type]
        ("welcome_controls_names", with_controls(["scene"])),  # type: ignore[list-item]
        ("welcome_controls_missing", changed(WELCOME, models=[{"name": "passthrough", "planes": ["color"]}])),
        ("opened_no_transport", changed(OPENED, transport=...)),
        ("opened_transport_string", changed(OPENED, transport="inline")),
        ("opened_transport_no_name", changed(OPENED, transport={"ring": RING})),
        ("opened_transport_list", changed(OPENED, transport=[INLINE])),
        ("opened_stream_zero", changed(OPENED, stream=0)),
        ("opened_ring_missing", changed(OPENED, transport={"name": "shared_memory"})),
        ("opened_ring_beside_transport", changed(OPENED, transport={"name": "shared_memory"}, ring=RING)),
        ("opened_ring_negative", changed(OPENED, transport={**SHARED_MEMORY, "ring": changed(RING, bytes=-64)})),
        ("opened_ring_one_slot", changed(OPENED, transport={**SHARED_MEMORY, "ring": changed(RING, slots=1)})),
        (
            "opened_ring_odd_stride",
            changed(OPENED, transport={**SHARED_MEMORY, "ring": changed(RING, slot_stride=9281)}),
        ),
        ("opened_refused_string", changed(OPENED, refused="shared_memory")),
        ("opened_refused_names", changed(OPENED, refused=["shared_memory"])),
        ("opened_refused_no_name", changed(OPENED, refused=[changed(REFUSED, name=...)])),
        ("opened_refused_no_reason", changed(OPENED, refused=[changed(REFUSED, reason=...)])),
        ("progress_no_what", changed(PROGRESS, what=...)),
        ("progress_what_integer", changed(PROGRESS, what=3)),
        ("progress_no_fraction", changed(PROGRESS, fraction=...)),
        ("progress_fraction_2", changed(PROGRESS, fraction=2.0)),
        ("progress_fraction_negative", changed(PROGRESS, fraction=-0.5)),
        ("progress_fraction_nan", changed(PROGRESS, fraction=math.nan)),
        ("progress_fraction_string", changed(PROGRESS, fraction="half")),
        ("progress_stream_zero", changed(PROGRESS, stream=0)),
        ("progress_stream_string", changed(PROGRESS, stream="1")),
        ("notice_no_stream", changed(NOTICE, stream=...)),
        ("notice_stream_zero", changed(NOTICE, stream=0)),
        ("notice_no_code", changed(NOTICE, code=...)),
        ("notice_code_integer", changed(NOTICE, code=1)),
        ("notice_no_message", changed(NOTICE, message=...)),
        ("notice_message_too_long", changed(NOTICE, message="m" * 1025)),
        ("result_no_seq", changed(RESULT, seq=...)),
        ("result_seq_negative", changed(RESULT, seq=-1)),
        ("result_slot_negative", changed(RESULT, slot=-1, slot_seq=4)),
        ("result_slot_odd", changed(RESULT, slot=1, slot_seq=5)),
        ("result_slot_without_seq", changed(RESULT, slot=1)),
        ("result_timings_array", changed(RESULT, timings_us=[1, 2])),
        ("result_timings_string", changed(RESULT, timings_us={"denoise": "fast"})),
        ("result_time_float", changed(RESULT, t_send_ns=1.5)),
        ("result_dropped_missing", changed(RESULT, dropped=...)),
        ("closed_no_stream", {"t": "closed", "reason": "requested"}),
        ("pong_no_time", changed(PONG, t_ns=...)),
        ("pong_fps_nan", changed(PONG, stats={"streams": 1, "frames": 1, "dropped": 0, "fps": math.nan})),
        ("bye_no_reason", {"t": "bye"}),
        ("error_no_code", changed(ERROR, code=...)),
        ("error_fatal_integer", changed(ERROR, fatal=1)),
        ("error_message_array", changed(ERROR, message=["no"])),
        ("error_control_seq_string", changed(ERROR, control_seq="3")),
        ("error_control_seq_negative", changed(ERROR, control_seq=-1)),
        ("error_control_seq_float", changed(ERROR, control_seq=3.0)),
    ]


def generate(folder: Path) -> None:
    """Writes valid/, malformed/, index.json and index.tsv below `folder`."""
    index: list[dict[str, Any]] = []
    (folder / "valid").mkdir(parents=True, exist_ok=True)
    (folder / "malformed").mkdir(parents=True, exist_ok=True)

    def add(file: str, direction: str, kind: str, data: bytes, code: str | None = None) -> None:
        (folder / file).write_bytes(data)
        entry: dict[str, Any] = {"file": file, "direction": direction, "type": kind, "valid": code is None}
        index.append(entry if code is None else {**entry, "code": code})

    for name, direction, kind, data in valid_vectors():
        add(f"valid/{name}.bin", direction, kind, data)
    for name, kind, data in raw_malformed():
        for direction in ("client", "daemon"):
            # The daemon's own `ping` is `pong`: without a known type a file would be refused for the wrong reason.
            sent = data if direction == "client" else data.replace(b"\xa4ping", b"\xa4pong")
            kind_sent = kind if direction == "client" else kind.replace("ping", "pong")
            add(f"malformed/{direction}_{name}.bin", direction, kind_sent, sent, "malformed")
    for name, code, header in client_malformed():
        add(f"malformed/client_{name}.bin", "client", str(header["t"]), pack(header), code)
    for name, header in daemon_malformed():
        code = "unknown_type" if name in ("unknown_type", "hello_from_daemon") else "malformed"
        add(f"malformed/daemon_{name}.bin", "daemon", str(header["t"]), pack(header), code)

    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    lines = (f"{e['file']}\t{e['direction']}\t{e['type']}\t{int(e['valid'])}\n" for e in index)
    (folder / "index.tsv").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
