"""Writes the golden headers that the tests of both sides read.

    python shared_protocol/vectors/generate.py [FOLDER]

It packs plain dictionaries with msgpack and knows nothing of the daemon's codec, so that it can contradict it. Its output is
deterministic: a test runs it into an empty folder and compares the bytes. index.json and index.tsv list every file with the
direction it travels (the sender: client or daemon), its type, whether it is valid and, if not, the error code it deserves.
payloads.tsv lists the payloads of contexts and weights with their grid (width, height, channels; 0 for weights), and grids.tsv the
grids that outputs have (width, height of the output, of the base picture, of the context).
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
OPEN = {
    "t": "open",
    "stream": 1,
    "model": "mirage-lsd-v1",
    "planes": [plane("color", "rgba8")],
    "output": {"format": "rgba8", "width": 64, "height": 36},
    "transport": [{"name": "inline"}],
}
NUMBERS = {"name": RING_NAME, "bytes": 320, "slots": 4, "slot_stride": 64}
CUDA_IPC = {
    "name": "cuda_ipc",
    "device": "GPU-00112233-4455-6677-8899-aabbccddeeff",
    "memory": "0123456789abcdef" * 8,
    "events": [f"{slot:02x}" * 64 for slot in range(4)],
    "ring": NUMBERS,
}
OPENED_CUDA_IPC = {
    "t": "opened",
    "stream": 1,
    "transport": {"name": "cuda_ipc", "memory": "0123456789abcdef" * 8, "ring": NUMBERS},
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
        {"name": "inline"},
    ],
    "max_steps": 2,
    "seed": 7,
    "fps": 30.0,
}
FRAME = {"t": "frame", "stream": 1, "seq": 1, "t_capture_ns": 123_456_789_000, "t_submit_ns": 123_456_800_000}
CAMERA = {"view": IDENTITY, "projection": PROJECTION, "near": 0.1, "far": 1000.0, "jitter": [0.25, -0.25]}
MATRIX = [1.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 0.5, 0.0, 0.0, 1.0, -8.25]
SLOT = {"slot": 4, "class": "foliage"}
SLOT_FULL = {
    "slot": 255,
    "class": "vehicle",
    "strength": 0.5,
    "world_from_object": MATRIX,
    "previous_world_from_object": [*MATRIX[:11], -8.0],
}
SUN = {"direction": [0.0, 0.6, 0.8], "color": [1.0, 0.95, 0.9]}
CONTROL = {"t": "control", "stream": 1, "control_seq": 3, "values": {"scene": "forest"}, "transition_s": 1.5}
CHOICE = {
    "name": "scene",
    "kind": "choice",
    "help": "The world that is painted.",
    "transition": True,
    "values": ["forest", "city"],
    "default": "forest",
}
TEXT = {
    "name": "prompt",
    "kind": "text",
    "help": "In words.",
    "transition": True,
    "max_bytes": 4096,
    "default": "",
}
NUMBER = {
    "name": "strength",
    "kind": "number",
    "help": "How much is painted.",
    "transition": True,
    "min": 0.0,
    "max": 1.0,
    "default": 1.0,
}
DIRECTION = {"name": "sun_direction", "kind": "direction", "help": "Towards the sun.", "transition": True}
COLOR = {"name": "fog", "kind": "color", "help": "Of the fog.", "transition": True, "default": [0.5, 0.5, 0.625]}
FLAG = {"name": "bypass", "kind": "flag", "help": "The engine's picture.", "transition": False, "default": False}
SEED = {"name": "seed", "kind": "seed", "help": "Another world.", "transition": False, "default": 7}
CURVE = {"name": "exposure", "kind": "curve", "help": "Of a kind yet unknown.", "transition": False, "points": [0, 1]}
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
            "controls": [NUMBER, FLAG],
            "planes": ["color"],
        },
        {
            "name": "mirage-lsd-v1",
            "controls": [
                CHOICE,
                TEXT,
                {**NUMBER, "name": "fog_distance", "unit": "m", "max": 100.0},
                DIRECTION,
                COLOR,
                FLAG,
                SEED,
            ],
            "planes": ["color", "depth", "motion", "normal", "ids"],
        },
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
SHAPE = {"shape": "mirage-head-48x2", "version": 1}
WELCOME_CONTEXT = {
    **WELCOME,
    "capabilities": ["shared_memory", "inline", "shade: client"],
    "models": [{"name": "mirage-lsd-v1", "controls": [CHOICE], "planes": ["color", "depth"], "context": SHAPE}],
}
OPENED_CONTEXT = {
    "t": "opened",
    "stream": 1,
    "transport": {"name": "inline"},
    "context": {**SHAPE, "width": 40, "height": 22, "channels": 16},
}
CONTEXT = {"width": 40, "height": 22, "channels": 16, "weights_seq": 3, "camera": CAMERA}
RESULT_CONTEXT = {**RESULT, "context": CONTEXT}
WEIGHTS = {
    "t": "weights",
    "stream": 1,
    "weights_seq": 3,
    "control_seq": 2,
    **SHAPE,
    "seed": [0.0, 32.0, 64.0],
    "sun": [0.0, 0.6, 0.8],
    "palette": [i / 32 for i in range(24)],
    "strength": 1.0,
}
PONG = {
    "t": "pong",
    "t_ns": 55,
    "t_daemon_ns": 66,
    "stats": {"streams": 1, "frames": 600, "dropped": 4, "fps": 59.5},
}
PROGRESS = {"t": "progress", "stream": 1, "what": "preparing mirage-lsd-v1 for 640x360", "fraction": 0.25}
NOTICE = {
    "t": "notice",
    "stream": 1,
    "code": "depth_unit",
    "message": "Depth looks like centimetres; send metres.",
}
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
    "no_context",
    "internal",
]
NOTICE_CODES = [
    "depth_unit",
    "depth_reversed",
    "depth_flipped",
    "camera_still",
    "motion_disagrees",
    "rate_not_held",
    "word_unknown",
    "of_a_later_version",
]
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
# What may be wrong with a slot: its name, and the changed keys.
WRONG_SLOTS: list[tuple[str, dict[str, Any]]] = [
    ("number_missing", {"slot": ...}),
    ("number_negative", {"slot": -1}),
    ("number_bool", {"slot": True}),
    ("strength_bool", {"strength": True}),
    ("strength_string", {"strength": "full"}),
    ("matrix_strings", {"world_from_object": ["1"] * 12}),
    ("matrix_nil", {"world_from_object": None}),
    ("matrix_beyond_float32", {"world_from_object": [1e39, *MATRIX[1:]]}),
    ("previous_11_numbers", {"previous_world_from_object": MATRIX[1:]}),
    ("previous_nan", {"previous_world_from_object": [math.nan, *MATRIX[1:]]}),
    ("previous_map", {"previous_world_from_object": {}}),
]
# What may be wrong with a control: its name, the control, and the changed keys.
WRONG_CONTROLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("control_name_integer", FLAG, {"name": 1}),
    ("control_name_too_long", FLAG, {"name": "n" * 65}),
    ("control_kind_integer", FLAG, {"kind": 5}),
    ("control_help_missing", FLAG, {"help": ...}),
    ("control_transition_integer", FLAG, {"transition": 1}),
    ("choice_values_none", CHOICE, {"values": []}),
    ("choice_values_integers", CHOICE, {"values": [1, 2]}),
    ("choice_default_missing", CHOICE, {"default": ...}),
    ("text_max_bytes_missing", TEXT, {"max_bytes": ...}),
    ("text_max_bytes_float", TEXT, {"max_bytes": 64.0}),
    ("text_default_missing", TEXT, {"default": ...}),
    ("text_default_too_long", TEXT, {"max_bytes": 4, "default": "a red roof"}),
    ("number_min_above_max", NUMBER, {"min": 1.0, "max": 0.0}),
    ("number_min_nan", NUMBER, {"min": math.nan}),
    ("number_max_beyond_float32", NUMBER, {"max": 1e39}),
    ("number_default_bool", NUMBER, {"default": True}),
    ("number_unit_integer", NUMBER, {"unit": 1}),
    ("direction_two_numbers", DIRECTION, {"default": [0.0, 1.0]}),
    ("direction_nan", DIRECTION, {"default": [0.0, math.nan, 0.0]}),
    ("direction_zero", DIRECTION, {"default": [0.0, 0.0, 0.0]}),
    ("color_string", COLOR, {"default": "#ff8800"}),
    ("color_above_one", COLOR, {"default": [0.0, 1.5, 0.0]}),
    ("color_negative", COLOR, {"default": [-0.5, 0.0, 0.0]}),
    ("color_default_missing", COLOR, {"default": ...}),
    ("seed_too_large", SEED, {"default": 2**31}),
    ("seed_float", SEED, {"default": 1.5}),
]
# What may be wrong with the grid of a context: its name, and the changed keys.
WRONG_GRIDS: list[tuple[str, dict[str, Any]]] = [
    ("width_zero", {"width": 0}),
    ("height_negative", {"height": -22}),
    ("width_giant", {"width": 257}),
    ("height_overflow", {"height": 2**62}),
    ("channels_zero", {"channels": 0}),
    ("channels_65", {"channels": 65}),
    ("width_float", {"width": 40.0}),
    ("height_missing", {"height": ...}),
]
# The same with the header of `weights`.
WRONG_WEIGHTS: list[tuple[str, dict[str, Any]]] = [
    ("no_stream", {"stream": ...}),
    ("seq_zero", {"weights_seq": 0}),
    ("control_seq_negative", {"control_seq": -1}),
    ("shape_integer", {"shape": 48}),
    ("version_zero", {"version": 0}),
    ("seed_two_numbers", {"seed": [0.0, 1.0]}),
    ("seed_nan", {"seed": [math.nan, 0.0, 0.0]}),
    ("sun_zero", {"sun": [0.0, 0.0, 0.0]}),
    ("sun_beyond_float32", {"sun": [1e39, 0.0, 0.0]}),
    ("palette_23_numbers", {"palette": [0.5] * 23}),
    ("palette_inf", {"palette": [math.inf] * 24}),
    ("strength_2", {"strength": 2.0}),
    ("strength_missing", {"strength": ...}),
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


def with_shape(shape: Any) -> dict[str, Any]:
    """A model whose contexts are for that shape."""
    return {"name": "m", "controls": [], "planes": ["color"], "context": shape}


def opened_context(**changes: Any) -> dict[str, Any]:
    """An `opened` of a stream of contexts."""
    return changed(OPENED_CONTEXT, context=changed(OPENED_CONTEXT["context"], **changes))  # type: ignore[arg-type]


def result_context(**changes: Any) -> dict[str, Any]:
    """A result whose payload is a context."""
    return changed(RESULT, context=changed(CONTEXT, **changes))


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
        "open_shared_memory": changed(OPEN, transport=[{"name": "shared_memory", "ring": RING}]),
        "open_unknown_transport": changed(
            OPEN, transport=[{"name": "metal", "device": "GPU-00112233", "handle": [1, 2, 3]}, {"name": "inline"}]
        ),
        "open_cuda_ipc": changed(OPEN, transport=[CUDA_IPC, {"name": "shared_memory", "ring": RING}]),
        "open_cuda_ipc_unknown_keys": changed(OPEN, transport=[changed(CUDA_IPC, fence=[1]), {"name": "inline"}]),
        "open_unknown_transport_ring": changed(
            OPEN, transport=[{"name": "d3d12", "ring": "of keys"}, {"name": "inline"}]
        ),
        "open_transport_unknown_keys": changed(
            OPEN, transport=[{"name": "shared_memory", "ring": RING, "fence": 1}, {"name": "inline", "lz4": True}]
        ),
        "open_inline_first": changed(OPEN, transport=[{"name": "inline"}, {"name": "shared_memory", "ring": RING}]),
        "open_alpha_opaque": changed(OPEN, output={"format": "rgba8", "width": 64, "height": 36, "alpha": "opaque"}),
        "open_smallest": changed(
            OPEN, planes=[plane("color", "bgra8", 16, 16)], output={"format": "rgba8", "width": 16, "height": 16}
        ),
        "open_largest": changed(
            OPEN,
            planes=[plane("color", "bgra8", 4096, 4096)],
            output={"format": "rgba8", "width": 4096, "height": 4096},
        ),
        "hello_shade": changed(HELLO, capabilities=["shared_memory", "inline", "shade: client"]),
        "open_context": changed(
            OPEN,
            planes=[plane("color", "rgba8", 320, 176), plane("depth", "r32f", 320, 176)],
            output={"format": "context", "width": 1280, "height": 720},
        ),
        "frame": FRAME,
        "frame_slot": changed(FRAME, slot=2, slot_seq=8),
        "frame_full": changed(FRAME, seq=2**62, slot=15, slot_seq=2**62, camera=CAMERA, sun=SUN, reset=True),
        "frame_slots": changed(FRAME, slots=[SLOT, SLOT_FULL]),
        "frame_slots_empty": changed(FRAME, slots=[]),
        "frame_slots_unknown_class": changed(FRAME, slots=[{"slot": 1, "class": "spaceship"}]),
        "frame_slots_most": changed(
            FRAME, slots=[{"slot": i, "class": "prop", "strength": 0.0} for i in range(1, 256)]
        ),
        "frame_slots_unknown_keys": changed(FRAME, slots=[{**SLOT_FULL, "velocity": [0.0, 1.0, 0.0]}]),
        "frame_slots_classes": changed(FRAME, slots=[{"slot": i, "class": name} for i, name in enumerate(CLASSES, 1)]),
        "frame_camera_without_jitter": changed(FRAME, camera=changed(CAMERA, jitter=...)),
        "frame_negative_clock": changed(FRAME, t_capture_ns=-(2**63), t_submit_ns=2**63 - 1),
        "control": CONTROL,
        "control_kinds": changed(
            CONTROL,
            control_seq=4,
            values={
                "scene": "forest",
                "prompt": "a quiet forest at dusk, rain",
                "seed": 2**31 - 1,
                "strength": 0.5,
                "bypass": True,
                "sun_direction": [0.0, 1.0, 0.0],
            },
            transition_s=60.0,
        ),
        "control_most": changed(CONTROL, values={f"{i:064d}": float(i) for i in range(64)}),
        "control_most_numbers": changed(CONTROL, values={"curve": [0.5] * 16}),
        "control_integers_as_floats": changed(CONTROL, values={"sun_direction": [0, 1, 0], "strength": 1}),
        "control_of_no_model": changed(CONTROL, values={"weather": "rain"}),
        "control_integer_limits": changed(CONTROL, values={"least": -(2**63), "most": 2**63 - 1}),
        "control_longest_name_utf8": changed(CONTROL, values={"é" * 32: 1.0}),
        "control_empty": changed(CONTROL, values={}, transition_s=...),
        "control_appearance": changed(CONTROL, values={"appearance": "a red coat, blonde hair"}),
        "control_longest_prompt": changed(CONTROL, values={"prompt": "p" * 4096}),
        "reset": {"t": "reset", "stream": 1},
        "close": {"t": "close", "stream": 1},
        "bye": {"t": "bye"},
        "ping": {"t": "ping", "t_ns": 987_654_321},
        "deepest": {"t": "ping", "t_ns": 1, "extra": nested(7)},
    }
    daemon = {
        "welcome": WELCOME,
        "welcome_no_models": changed(WELCOME, models=[]),
        "welcome_unknown_kind": changed(
            WELCOME, models=[{"name": "later", "controls": [CURVE, FLAG], "planes": ["color"]}]
        ),
        "welcome_unknown_kind_bare": with_controls([{"kind": "curve"}, FLAG]),
        "welcome_control_unknown_keys": with_controls([{**NUMBER, "step": 0.5}, {**FLAG, "group": "debug"}]),
        "welcome_number_integers": with_controls([changed(NUMBER, min=0, max=10, default=5)]),
        "welcome_number_one_value": with_controls([changed(NUMBER, min=0.1, max=0.1, default=0.1)]),
        "welcome_direction_default": with_controls([changed(DIRECTION, default=[0.0, 0.6, 0.8])]),
        "welcome_control_longest_name": with_controls([changed(FLAG, name="n" * 64)]),
        "welcome_most_choices": with_controls(
            [changed(CHOICE, values=[f"scene {i}" for i in range(256)], default="scene 255")]
        ),
        "progress_integer": changed(PROGRESS, fraction=1),
        **{f"notice_{code}": changed(NOTICE, code=code) for code in NOTICE_CODES},
        "opened": {"t": "opened", "stream": 1, "transport": {"name": "inline"}},
        "opened_ring": {"t": "opened", "stream": 1, "transport": {"name": "shared_memory", "ring": RING}},
        "opened_refused": {
            "t": "opened",
            "stream": 1,
            "transport": {"name": "inline"},
            "refused": [{"name": "shared_memory", "reason": "The ring can't be opened (No such file or directory)."}],
        },
        "opened_more": {"t": "opened", "stream": 1, "transport": {"name": "metal", "handle": [1, 2]}},
        "opened_cuda_ipc": OPENED_CUDA_IPC,
        "welcome_context": WELCOME_CONTEXT,
        "welcome_context_unknown_shape": changed(
            WELCOME_CONTEXT,
            models=[{"name": "later", "controls": [], "planes": [], "context": {"shape": "splats", "version": 7}}],
        ),
        "opened_context": OPENED_CONTEXT,
        "opened_context_largest": changed(
            OPENED_CONTEXT, context={**SHAPE, "width": 256, "height": 256, "channels": 64}
        ),
        "result_context": RESULT_CONTEXT,
        "result_context_slot": changed(RESULT_CONTEXT, slot=1, slot_seq=4),
        "result_context_no_camera": changed(RESULT, context=changed(CONTEXT, camera=...)),
        "weights": WEIGHTS,
        "weights_integers": changed(WEIGHTS, strength=0, sun=[0, 1, 0], palette=[0] * 24),
        "weights_unknown_shape": changed(WEIGHTS, shape="splats", version=7, points=4096),
        "progress": PROGRESS,
        "progress_of_all": changed(PROGRESS, stream=..., fraction=1.0),
        "notice": NOTICE,
        "error_control": changed(ERROR, code="bad_control", stream_closed=False, control_seq=12),
        "result": RESULT,
        "result_slot": changed(RESULT, slot=1, slot_seq=4),
        "result_no_timings": changed(RESULT, timings_us={}, control_seq=0, dropped=0),
        "closed": {"t": "closed", "stream": 1, "reason": "requested"},
        "pong": PONG,
        "bye": {"t": "bye", "reason": "The daemon is stopping."},
        "error_without_stream": changed(ERROR, stream=..., stream_closed=...),
        **{f"error_{code}": changed(ERROR, code=code, fatal=code in FATAL) for code in CODES},
    }
    vectors = [(f"client_{name}", "client", str(header["t"]), pack(header)) for name, header in client.items()]
    vectors += [(f"daemon_{name}", "daemon", str(header["t"]), pack(header)) for name, header in daemon.items()]
    single = changed(FRAME, camera=CAMERA, sun=SUN)
    vectors.append(("client_frame_float32", "client", "frame", pack(single, single=True)))
    # A client sends float32; the largest table of moving slots fits a header.
    table = [{"slot": i, "class": "unspecified", "world_from_object": MATRIX} for i in range(1, 256)]
    vectors.append(("client_frame_slots_255", "client", "frame", pack(changed(single, slots=table), single=True)))
    floats = {"strength": 0.5, "fog": [0.25, 0.5, 0.75]}
    vectors.append(("client_control_float32", "client", "control", pack(changed(CONTROL, values=floats), single=True)))
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


def shared(ring: dict[str, Any]) -> dict[str, Any]:
    """An `open` that offers this ring."""
    return changed(OPEN, transport=[{"name": "shared_memory", "ring": ring}])


def slots(**changes: Any) -> dict[str, Any]:
    """A frame with one slot."""
    return changed(FRAME, slots=[changed(SLOT_FULL, **changes)])


def client_malformed() -> list[tuple[str, str, dict[str, Any]]]:
    """(name, code, header)"""
    client = HELLO["client"]
    assert isinstance(client, dict)
    nan_camera = changed(CAMERA, view=[math.nan, *IDENTITY[1:]])
    one = plane("color", "rgba8")
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
        ("open_context_small", "bad_plane", changed(OPEN, output={"format": "context", "width": 15, "height": 36})),
        ("open_output_small", "bad_plane", changed(OPEN, output={"format": "rgba8", "width": 15, "height": 36})),
        ("open_transport_string", "malformed", changed(OPEN, transport="inline")),
        ("open_transport_strings", "malformed", changed(OPEN, transport=["inline"])),
        ("open_transport_no_name", "malformed", changed(OPEN, transport=[{"ring": RING}])),
        ("open_transport_name_integer", "malformed", changed(OPEN, transport=[{"name": 1}])),
        ("open_alpha_unknown", "malformed", changed(OPEN, output={**OPEN["output"], "alpha": "straight"})),  # type: ignore[dict-item]
        ("open_alpha_bool", "malformed", changed(OPEN, output={**OPEN["output"], "alpha": True})),  # type: ignore[dict-item]
        ("open_ring_missing", "bad_ring", changed(OPEN, transport=[{"name": "shared_memory"}])),
        # Where `ring` was before each transport had its own keys.
        ("open_ring_beside_transport", "bad_ring", changed(OPEN, transport=[{"name": "shared_memory"}], ring=RING)),
        *(
            (
                f"open_ring_lacks_{key}",
                "bad_ring",
                changed(
                    OPEN, transport=[{"name": "shared_memory", "ring": {k: v for k, v in RING.items() if k != key}}]
                ),
            )
            for key in ("bytes", "slots", "slot_stride")
        ),
        ("open_ring_one_slot", "bad_ring", shared(changed(RING, slots=1))),
        ("open_ring_17_slots", "bad_ring", shared(changed(RING, slots=17))),
        ("open_ring_negative_bytes", "bad_ring", shared(changed(RING, bytes=-1))),
        ("open_ring_odd_stride", "bad_ring", shared(changed(RING, slot_stride=9281))),
        ("open_ring_no_name", "bad_ring", shared(changed(RING, name=...))),
        *(
            (f"open_cuda_ipc_lacks_{key}", "bad_ring", changed(OPEN, transport=[changed(CUDA_IPC, **{key: ...})]))
            for key in ("device", "memory", "events", "ring")
        ),
        *(
            (f"open_cuda_ipc_{name}", "bad_ring", changed(OPEN, transport=[changed(CUDA_IPC, **keys)]))
            for name, keys in (
                ("short_handle", {"memory": "00" * 63}),
                ("no_hex", {"memory": "zz" * 64}),
                ("upper_case", {"memory": "AB" * 64}),
                ("three_events", {"events": ["00" * 64] * 3}),
                ("event_numbers", {"events": [1, 2, 3, 4]}),
                ("events_text", {"events": "00" * 64}),
            )
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
        ("frame_slots_map", "bad_frame", changed(FRAME, slots=SLOT)),
        *(
            (f"frame_slots_{name}", "bad_frame", changed(FRAME, slots=[SLOT, changed(SLOT_FULL, **wrong)]))
            for name, wrong in WRONG_SLOTS
        ),
        ("frame_slots_integers", "bad_frame", changed(FRAME, slots=[4])),
        ("frame_slots_256", "bad_frame", changed(FRAME, slots=[SLOT] * 256)),
        ("frame_slots_zero", "bad_frame", slots(slot=0)),
        ("frame_slots_number_256", "bad_frame", slots(slot=256)),
        ("frame_slots_number_float", "bad_frame", slots(slot=4.0)),
        ("frame_slots_no_class", "bad_frame", slots(**{"class": ...})),
        ("frame_slots_class_integer", "bad_frame", slots(**{"class": 4})),
        ("frame_slots_strength_2", "bad_frame", slots(strength=2.0)),
        ("frame_slots_strength_negative", "bad_frame", slots(strength=-0.5)),
        ("frame_slots_strength_nan", "bad_frame", slots(strength=math.nan)),
        ("frame_slots_11_numbers", "bad_frame", slots(world_from_object=MATRIX[1:])),
        ("frame_slots_16_numbers", "bad_frame", slots(previous_world_from_object=IDENTITY)),
        ("frame_slots_inf", "bad_frame", slots(world_from_object=[math.inf, *MATRIX[1:]])),
        ("frame_reset_integer", "malformed", changed(FRAME, reset=1)),
        ("control_seq_zero", "malformed", changed(CONTROL, control_seq=0)),
        ("control_seq_missing", "malformed", changed(CONTROL, control_seq=...)),
        ("control_values_missing", "malformed", changed(CONTROL, values=...)),
        ("control_values_array", "malformed", changed(CONTROL, values=["scene"])),
        ("control_value_nil", "bad_control", changed(CONTROL, values={"scene": None})),
        ("control_value_map", "bad_control", changed(CONTROL, values={"scene": {"name": "forest"}})),
        ("control_value_strings", "bad_control", changed(CONTROL, values={"scene": ["forest", "city"]})),
        ("control_value_17_numbers", "bad_control", changed(CONTROL, values={"curve": [0.0] * 17})),
        ("control_text_too_long", "bad_control", changed(CONTROL, values={"prompt": "p" * 4097})),
        ("control_float_nan", "bad_control", changed(CONTROL, values={"strength": math.nan})),
        ("control_float_beyond_float32", "bad_control", changed(CONTROL, values={"strength": 1e39})),
        ("control_numbers_nan", "bad_control", changed(CONTROL, values={"sun_direction": [math.nan, 1.0, 0.0]})),
        ("control_name_too_long", "bad_control", changed(CONTROL, values={"n" * 65: 1.0})),
        ("control_65_values", "bad_control", changed(CONTROL, values={f"c{i}": 0.5 for i in range(65)})),
        ("control_name_too_long_utf8", "bad_control", changed(CONTROL, values={"é" * 33: 1.0})),
        ("control_value_bools", "bad_control", changed(CONTROL, values={"weights": [True, False]})),
        ("control_value_nested", "bad_control", changed(CONTROL, values={"weights": [[1.0], [2.0]]})),
        ("control_value_infinite", "bad_control", changed(CONTROL, values={"strength": math.inf})),
        ("control_numbers_beyond_float32", "bad_control", changed(CONTROL, values={"weights": [0.0, -1e39]})),
        ("control_second_value_nil", "bad_control", changed(CONTROL, values={"scene": "forest", "strength": None})),
        ("control_transition_nan", "malformed", changed(CONTROL, transition_s=math.nan)),
        ("control_transition_61", "malformed", changed(CONTROL, transition_s=61.0)),
        ("control_transition_negative", "malformed", changed(CONTROL, transition_s=-1.0)),
        ("reset_no_stream", "malformed", {"t": "reset"}),
        ("close_stream_string", "malformed", {"t": "close", "stream": "1"}),
        ("ping_no_time", "malformed", {"t": "ping"}),
        ("ping_time_float", "malformed", {"t": "ping", "t_ns": 1.0}),
    ]
    return cases


def models(controls: Any) -> dict[str, Any]:
    """A `welcome` with one model that has these controls."""
    return changed(WELCOME, models=[{"name": "m", "controls": controls, "planes": ["color"]}])


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
        ("welcome_controls_map", models({"scene": ["none"]})),
        ("welcome_control_no_kind", models([changed(FLAG, kind=...)])),
        ("welcome_control_no_name", models([changed(FLAG, name=...)])),
        ("welcome_control_no_transition", models([changed(FLAG, transition=...)])),
        ("welcome_choice_no_values", models([changed(CHOICE, values=...)])),
        ("welcome_choice_default_unknown", models([changed(CHOICE, default="moon")])),
        ("welcome_number_default_outside", models([changed(NUMBER, default=2.0)])),
        ("welcome_number_no_range", models([changed(NUMBER, min=...)])),
        ("welcome_text_bytes_zero", models([changed(TEXT, max_bytes=0)])),
        ("welcome_color_two_numbers", models([changed(COLOR, default=[0.5, 0.5])])),
        ("welcome_flag_integer", models([changed(FLAG, default=0)])),
        ("welcome_seed_negative", models([changed(SEED, default=-1)])),
        ("progress_no_fraction", changed(PROGRESS, fraction=...)),
        ("progress_fraction_2", changed(PROGRESS, fraction=2.0)),
        ("progress_stream_zero", changed(PROGRESS, stream=0)),
        ("progress_what_integer", changed(PROGRESS, what=1)),
        ("notice_no_stream", changed(NOTICE, stream=...)),
        ("notice_no_code", changed(NOTICE, code=...)),
        ("notice_message_array", changed(NOTICE, message=["no"])),
        ("error_control_seq_zero", changed(ERROR, control_seq=0)),
        *((f"welcome_{name}", with_controls([FLAG, changed(spec, **wrong)])) for name, spec, wrong in WRONG_CONTROLS),
        ("progress_fraction_negative", changed(PROGRESS, fraction=-0.5)),
        ("progress_fraction_nan", changed(PROGRESS, fraction=math.nan)),
        ("progress_no_what", changed(PROGRESS, what=...)),
        ("notice_stream_zero", changed(NOTICE, stream=0)),
        ("notice_message_too_long", changed(NOTICE, message="m" * 1025)),
        ("error_control_seq_string", changed(ERROR, control_seq="3")),
        ("opened_no_transport", {"t": "opened", "stream": 1}),
        ("opened_stream_zero", {"t": "opened", "stream": 0, "transport": {"name": "inline"}}),
        ("opened_transport_string", {"t": "opened", "stream": 1, "transport": "inline"}),
        ("opened_transport_no_name", {"t": "opened", "stream": 1, "transport": {}}),
        ("opened_refused_map", {"t": "opened", "stream": 1, "transport": {"name": "inline"}, "refused": {}}),
        (
            "opened_refused_no_reason",
            {"t": "opened", "stream": 1, "transport": {"name": "inline"}, "refused": [{"name": "shared_memory"}]},
        ),
        (
            "opened_ring_negative",
            {"t": "opened", "stream": 1, "transport": {"name": "shared_memory", "ring": changed(RING, bytes=-64)}},
        ),
        ("opened_cuda_ipc_no_memory", {"t": "opened", "stream": 1, "transport": {"name": "cuda_ipc", "ring": NUMBERS}}),
        (
            "opened_cuda_ipc_memory_number",
            {"t": "opened", "stream": 1, "transport": {"name": "cuda_ipc", "memory": 1, "ring": NUMBERS}},
        ),
        (
            "opened_ring_one_slot",
            {"t": "opened", "stream": 1, "transport": {"name": "shared_memory", "ring": changed(RING, slots=1)}},
        ),
        (
            "opened_ring_odd_stride",
            {
                "t": "opened",
                "stream": 1,
                "transport": {"name": "shared_memory", "ring": changed(RING, slot_stride=9281)},
            },
        ),
        ("welcome_context_string", changed(WELCOME, models=[with_shape("mirage-head-48x2")])),
        ("welcome_context_no_version", changed(WELCOME, models=[with_shape(changed(SHAPE, version=...))])),
        ("welcome_context_version_zero", changed(WELCOME, models=[with_shape(changed(SHAPE, version=0))])),
        *((f"opened_context_{name}", opened_context(**wrong)) for name, wrong in WRONG_GRIDS),
        ("opened_context_no_shape", opened_context(shape=...)),
        ("opened_context_version_string", opened_context(version="1")),
        *((f"result_context_{name}", result_context(**wrong)) for name, wrong in WRONG_GRIDS),
        ("result_context_array", changed(RESULT, context=[40, 22, 16])),
        ("result_context_no_weights", result_context(weights_seq=...)),
        ("result_context_weights_zero", result_context(weights_seq=0)),
        ("result_context_camera_nan", result_context(camera=changed(CAMERA, near=math.nan))),
        ("result_context_camera_15_numbers", result_context(camera=changed(CAMERA, view=IDENTITY[1:]))),
        ("result_context_camera_nil", result_context(camera=None)),
        *((f"weights_{name}", changed(WEIGHTS, **wrong)) for name, wrong in WRONG_WEIGHTS),
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
    ]


def halves(count: int) -> list[float]:
    """Numbers that float16 has exactly, of both signs."""
    return [(i % 193 - 96) / 64 for i in range(count)]


def packed_halves(values: list[float], padded: bool) -> bytes:
    """float16, little endian; `padded`: rounded up to 64 bytes, as a packed frame is."""
    data = struct.pack(f"<{len(values)}e", *values)
    return data + bytes(-len(data) % 64) if padded else data


def payloads() -> list[tuple[str, str, tuple[int, int, int], bool, bytes]]:
    """(name, kind, grid, valid, bytes) of contexts and weights of the shape mirage-head-48x2, version 1."""
    small, none = (3, 2, 16), (0, 0, 0)
    numbers, weights = halves(3 * 2 * 16), halves(7203)
    extreme = [65504.0, -65504.0, 2.0**-24, -0.0, *numbers[4:]]
    return [
        ("context", "context", small, True, packed_halves(numbers, True)),
        ("context_odd", "context", (1, 3, 16), True, packed_halves(numbers[:48], True)),
        ("context_extreme", "context", small, True, packed_halves(extreme, True)),
        ("context_nan", "context", small, False, packed_halves([*numbers[:-1], math.nan], True)),
        ("context_inf", "context", small, False, packed_halves([math.inf, *numbers[1:]], True)),
        ("context_minus_inf", "context", small, False, packed_halves([*numbers[:9], -math.inf, *numbers[10:]], True)),
        ("context_not_padded", "context", (1, 3, 16), False, packed_halves(numbers[:48], False)),
        ("context_short", "context", small, False, packed_halves(numbers, True)[:-64]),
        ("context_long", "context", small, False, packed_halves(numbers, True) + bytes(64)),
        ("context_empty", "context", small, False, b""),
        ("context_float32", "context", small, False, struct.pack(f"<{len(numbers)}f", *numbers)),
        ("weights", "weights", none, True, packed_halves(weights, False)),
        ("weights_nan", "weights", none, False, packed_halves([*weights[:-1], math.nan], False)),
        ("weights_inf", "weights", none, False, packed_halves([*weights[:100], math.inf, *weights[101:]], False)),
        ("weights_short", "weights", none, False, packed_halves(weights[:-1], False)),
        ("weights_long", "weights", none, False, packed_halves([*weights, 0.0], False)),
        ("weights_padded", "weights", none, False, packed_halves(weights, True)),
        ("weights_empty", "weights", none, False, b""),
    ]


def grids() -> list[tuple[int, ...]]:
    """Sizes of outputs, of their base pictures, and of their contexts, worked out by hand."""
    return [
        (1280, 720, 320, 176, 40, 22),
        (1920, 1080, 320, 176, 40, 22),
        (3840, 2160, 320, 176, 40, 22),
        (640, 360, 320, 176, 40, 22),
        (720, 1280, 176, 320, 22, 40),
        (4096, 4096, 320, 320, 40, 40),
        (4096, 16, 320, 16, 40, 2),
        (1920, 1008, 320, 160, 40, 20),
        (320, 200, 320, 192, 40, 24),
        (321, 123, 320, 128, 40, 16),
        (64, 36, 64, 32, 8, 4),
        (64, 40, 64, 32, 8, 4),
        (64, 56, 64, 64, 8, 8),
        (16, 16, 16, 16, 2, 2),
    ]


def generate(folder: Path) -> None:
    """Writes valid/, malformed/, payloads/, index.json, index.tsv, payloads.tsv and grids.tsv below `folder`."""
    index: list[dict[str, Any]] = []
    (folder / "valid").mkdir(parents=True, exist_ok=True)
    (folder / "malformed").mkdir(parents=True, exist_ok=True)
    (folder / "payloads").mkdir(parents=True, exist_ok=True)

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
    rows: list[tuple[Any, ...]] = []
    for name, kind, grid, valid, data in payloads():
        (folder / f"payloads/{name}.bin").write_bytes(data)
        rows.append((f"payloads/{name}.bin", kind, *grid, int(valid)))
    for file, table in (("payloads.tsv", rows), ("grids.tsv", grids())):
        text = "".join("\t".join(map(str, row)) + "\n" for row in table)
        (folder / file).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
