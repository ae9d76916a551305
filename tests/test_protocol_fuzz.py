"""Whatever the bytes are, decoding raises nothing but ProtocolError; what was encoded comes back."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

import msgpack
from hypothesis import given, settings
from hypothesis import strategies as st

from mirage_lsd.protocol import ProtocolError, decode_client, decode_daemon, encode
from mirage_lsd.protocol.decode_parts import CLASSES
from mirage_lsd.protocol.layout import ALIGNMENT, PLANE_FORMATS, PackedLayout, Plane
from mirage_lsd.protocol.messages import Control, Frame, Open, Result, Weights
from mirage_lsd.protocol.parts import CameraFields, ContextFields, RingFields, SlotFields, SunFields, TransportOffer
from mirage_lsd.protocol.shading import MIRAGE_HEAD, context_of, weights_of

VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
HEADERS = [
    (VECTORS / entry["file"]).read_bytes()
    for entry in json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))
    if entry["valid"]
]
QUIET = settings(max_examples=300, deadline=None)

int64 = st.integers(-(2**63), 2**63 - 1)
numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
control_values = st.one_of(
    texts,
    st.integers(-(2**63), 2**63 - 1),
    numbers,
    st.booleans(),
    st.lists(numbers, max_size=16).map(tuple),
)
matrices_of_slots = st.one_of(st.none(), st.lists(numbers, min_size=12, max_size=12).map(tuple))
slot_entries = st.builds(
    SlotFields,
    slot=st.integers(1, 255),
    object_class=st.sampled_from(CLASSES),
    strength=st.one_of(st.none(), st.floats(0, 1, width=32)),
    world_from_object=matrices_of_slots,
    previous_world_from_object=matrices_of_slots,
)
streams = st.integers(1, 2**31 - 1)
slots = st.one_of(st.none(), st.tuples(st.integers(0, 15), st.integers(1, 2**60).map(lambda n: 2 * n)))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), texts, st.binary(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=20,
)


def survives(data: bytes) -> None:
    for decode in (decode_client, decode_daemon):
        with contextlib.suppress(ProtocolError):
            decode(data)


@QUIET
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    survives(data)


@QUIET
@given(st.sampled_from(HEADERS), st.data())
def test_mutated_headers(header: bytes, data: st.DataObject) -> None:
    mutated = bytearray(header)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(mutated)))
        mutated[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    survives(bytes(mutated))


@QUIET
@given(st.sampled_from(HEADERS), st.data())
def test_headers_with_other_values(header: bytes, data: st.DataObject) -> None:
    fields: dict[str, Any] = msgpack.unpackb(header)
    key = data.draw(st.sampled_from(sorted(fields)))
    fields[key] = data.draw(anything)
    survives(msgpack.packb(fields))


@QUIET
@given(
    st.builds(
        Control,
        stream=streams,
        control_seq=st.integers(1, 2**63 - 1),
        values=st.dictionaries(st.text(max_size=16), control_values, max_size=8),
        transition_s=st.floats(0, 60),
    )
)
def test_control_round_trip(control: Control) -> None:
    assert decode_client(encode(control)) == control


@QUIET
@given(
    streams,
    st.integers(0, 2**63 - 1),
    int64,
    slots,
    st.one_of(st.none(), st.lists(numbers, min_size=32, max_size=32)),
    st.one_of(st.none(), st.lists(slot_entries, max_size=20).map(tuple)),
    st.booleans(),
)
def test_frame_round_trip(
    stream: int,
    seq: int,
    clock: int,
    slot: tuple[int, int] | None,
    matrices: list[float] | None,
    entries: tuple[SlotFields, ...] | None,
    reset: bool,
) -> None:
    camera = sun = None
    if matrices is not None:
        camera = CameraFields(tuple(matrices[:16]), tuple(matrices[16:]), matrices[0], matrices[1], (0.5, 0.25))
        sun = SunFields((0.0, 1.0, 0.0), tuple(matrices[:3]))
    frame = Frame(stream, seq, clock, clock, *(slot or (None, None)), camera, sun, entries, reset)
    assert decode_client(encode(frame)) == frame


@QUIET
@given(streams, slots, int64, st.dictionaries(texts, st.integers(0, 2**63 - 1), max_size=6))
def test_result_round_trip(stream: int, slot: tuple[int, int] | None, clock: int, timings: dict[str, int]) -> None:
    result = Result(stream, 1, clock, 2, 3, 4, 5, 6, *(slot or (None, None)), timings, 7, 8)
    assert decode_daemon(encode(result)) == result


three = st.lists(numbers, min_size=3, max_size=3).map(tuple)
suns = three.filter(lambda sun: math.hypot(*sun) > 1e-5)
palettes = st.lists(numbers, min_size=24, max_size=24).map(tuple)


@QUIET
@given(streams, st.integers(1, 2**63 - 1), st.integers(0, 2**63 - 1), texts, three, suns, palettes, st.floats(0, 1))
def test_weights_round_trip(
    stream: int, seq: int, control_seq: int, shape: str, seed: Any, sun: Any, palette: Any, strength: float
) -> None:
    weights = Weights(stream, seq, control_seq, shape, 1, seed, sun, palette, strength)
    assert decode_daemon(encode(weights)) == weights


@QUIET
@given(st.integers(1, 256), st.integers(1, 256), st.integers(1, 64), st.lists(numbers, min_size=34, max_size=34))
def test_context_round_trip(width: int, height: int, channels: int, matrices: list[float]) -> None:
    camera = CameraFields(tuple(matrices[:16]), tuple(matrices[16:32]), matrices[32], matrices[33])
    context = ContextFields(width, height, channels, 1, camera)
    result = Result(1, 1, 2, 3, 4, 5, 6, 7, context=context)
    assert decode_daemon(encode(result)) == result


@QUIET
@given(st.binary(max_size=400), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_payloads_of_random_bytes(data: bytes, width: int, height: int, channels: int) -> None:
    with contextlib.suppress(ProtocolError):
        assert context_of(data, width, height, channels).shape == (height, width, channels)
    with contextlib.suppress(ProtocolError):
        weights_of(data, MIRAGE_HEAD)


@QUIET
@given(st.integers(16, 4096), st.integers(16, 4096))
def test_grids_are_bounded(width: int, height: int) -> None:
    columns, rows = MIRAGE_HEAD.grid(width, height)
    assert 2 <= columns <= 40
    assert 2 <= rows <= 40


@QUIET
@given(st.integers(16, 200), st.integers(16, 200), st.permutations(list(PLANE_FORMATS)), st.integers(1, 5), st.data())
def test_layouts(width: int, height: int, names: list[str], count: int, data: st.DataObject) -> None:
    chosen = ["color", *(name for name in names[:count] if name != "color")]
    planes = tuple(Plane(name, data.draw(st.sampled_from(PLANE_FORMATS[name])), width, height) for name in chosen)
    layout = PackedLayout(planes)
    assert layout.nbytes % ALIGNMENT == 0
    end = 0
    for plane, offset in zip(layout.planes, layout.offsets, strict=True):
        assert offset % ALIGNMENT == 0
        assert end <= offset < end + ALIGNMENT
        end = offset + plane.nbytes
    assert end <= layout.nbytes < end + ALIGNMENT
    ring = RingFields("/lsd-1-" + "0" * 32, 64 + 2 * (64 + layout.nbytes), 2, 64 + layout.nbytes)
    wanted = Open(
        1,
        "m",
        planes,
        Plane("output", "rgba8", width, height),
        (TransportOffer("shared_memory", {"ring": ring}),),
        fps=30.0,
    )
    assert decode_client(encode(wanted)) == wanted
