"""Shading in the engine, from the plugin's own code to the pixel: the shader, run with the parameters that the plugin gave it, paints what the
daemon's shading paints of the same frame."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from usf import compile_pixel_shader, draw, whole_source

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.controls import Controls
from mirage_lsd.frame import Camera, InputFrame, Slot
from mirage_lsd.models.seed import seed_offset
from mirage_lsd.pipelines.composite import Mix, composite
from mirage_lsd.pipelines.mirage.frame_inputs import frame_inputs
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.surfaces import object_from_world_of

Floats = npt.NDArray[np.float32]
PLACES = (
    "ColorMin",
    "ColorStep",
    "DepthMin",
    "DepthStep",
    "DepthSize",
    "DepthShift",
    "DepthScale",
    "TargetMin",
)


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    path = Path(__file__).resolve().parents[3] / "shared_protocol/vectors/conventions.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    found: dict[str, Any] = next(case for case in cases if case["name"] == "walk")
    return found


def played(repository: Path, endpoint: str, folder: Path, variant: str) -> dict[str, Any]:
    """What the pass was given, of a few frames of the level in front of the model."""
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    given = {"LSD_TEST_ENDPOINT": endpoint, "LSD_TEST_SHADE": str(folder), "LSD_TEST_VARIANT": variant}
    done = subprocess.run(
        [str(program), "--gtest_filter=Shaded.*"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return record_in(folder)


def record_in(folder: Path) -> dict[str, Any]:
    """What the pass was given, as the program has written it."""
    rows = np.loadtxt(folder / "record.txt")

    def texels(name: str, row: int) -> Floats:
        width, height = rows[row].astype(int)
        return np.fromfile(folder / f"{name}.f32", np.float32).reshape(height, width, 4)

    planes = {"color": 0, "depth": 1, "ids": 2, "normal": 4}
    record: dict[str, Any] = {name: texels(name, row) for name, row in planes.items()}
    for name in ("constants", "weights", "context", "slots"):
        record[name] = np.fromfile(folder / f"{name}.f32", np.float32).reshape(-1, 4)
    record["size"] = (int(rows[3][1]), int(rows[3][0]))
    record["places"] = {name: rows[5 + i].astype(np.float32) for i, name in enumerate(PLACES)}
    record["linear"], record["weights_in_buffer"] = (bool(flag) for flag in rows[5 + len(PLACES)])
    return record


def painted_by_the_shader(plugin: Path, repository: Path, record: dict[str, Any], folder: Path) -> Any:
    in_buffer = record["weights_in_buffer"]
    define = "LSD_WEIGHTS_IN_BUFFER" if in_buffer else ""
    spirv = compile_pixel_shader(whole_source(plugin, repository, "LSDShadePass", define=define), folder)
    loose = {"ShadeConstants": record["constants"], "bLinear": np.uint32(record["linear"]), **record["places"]}
    textures = {f"{name}Texture": record[name.lower()] for name in ("Color", "Depth", "Ids", "Normal")}
    buffers = {"ContextBuffer": record["context"], "SlotBuffer": record["slots"]}
    weights = {"WeightBuffer" if in_buffer else "LSDWeights": record["weights"]}
    constants = {} if in_buffer else weights
    return draw(spirv, textures, buffers | (weights if in_buffer else {}), constants, loose, record["size"])


def between(raw: Floats, scale: int) -> Floats:
    """A depth buffer at a picture's larger size: even on a surface, the nearest texel at an edge."""
    height, width = raw.shape
    out = np.zeros((height * scale, width * scale), np.float32)
    for y in range(height * scale):
        for x in range(width * scale):
            at_x, at_y = (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5
            low_x, low_y = int(np.floor(at_x)), int(np.floor(at_y))
            columns = np.clip([low_x, low_x + 1], 0, width - 1)
            rows = np.clip([low_y, low_y + 1], 0, height - 1)
            four = raw[np.ix_(rows, columns)]
            share_x, share_y = at_x - low_x, at_y - low_y
            if four.min() > 0 and four.max() <= four.min() * 1.1:
                sides = four[:, 0] + (four[:, 1] - four[:, 0]) * share_x
                out[y, x] = sides[0] + (sides[1] - sides[0]) * share_y
            else:
                out[y, x] = four[int(share_y >= 0.5), int(share_x >= 0.5)]
    return out


def marked(record: dict[str, Any], moving: bool) -> tuple[npt.NDArray[np.uint8], tuple[Slot, ...]]:
    """Gives the pass things with identities: a left part in an outfit, a middle one painted to a quarter, one that is left alone.

    `moving`: they have turned, too.
    """
    height, width = record["depth"].shape[:2]
    ids = np.zeros((height, width), np.uint8)
    ids[4:, 2:10], ids[4:, 12:18], ids[4:, 20:26] = 7, 9, 11
    slots = (Slot(7, "outfit"), Slot(9, "vehicle", 0.25), Slot(11, "unspecified", 0.0))
    assert record["slots"].shape == (1024, 4)
    if moving:
        placed = np.array([[0.36, 0.48, -0.8, 2], [-0.8, 0.6, 0.0, 1], [0.48, 0.64, 0.6, -3]], np.float32)
        slots = tuple(replace(slot, world_from_object=placed * (1, 1, 1, i)) for i, slot in enumerate(slots))
    record["ids"] = np.repeat(ids[..., None].astype(np.float32) / 255, 4, 2)
    record["constants"][7, 2] = 2.0
    table = object_from_world_of(slots)
    spaces = np.eye(3, 4, dtype=np.float32)[:, None].repeat(256, 1) if table is None else table
    record["slots"] = np.concatenate([np.tile(np.array([0, 1, 0, 0], np.float32), (256, 1)), spaces.reshape(-1, 4)])
    surfaces = {"outfit": 3.0, "vehicle": 4.0, "unspecified": 0.0}
    for slot in slots:
        record["slots"][slot.slot, :2] = surfaces[slot.object_class], slot.strength
    return ids, slots


def stored_normals(record: dict[str, Any]) -> npt.NDArray[np.uint8]:
    """The GBuffer's as the protocol's plane of normals. Nothing is stored for unlit materials, whose normals come from depth."""
    stored = record["normal"][..., :3] * 2 - 1
    assert (np.linalg.norm(stored[6:], axis=-1) > 0.99).all()
    assert stored[6, 0] == pytest.approx((-0.6, 0.0, 0.8), abs=5e-3)
    plane = np.zeros((*stored.shape[:2], 4), np.float32)
    plane[..., :3] = np.stack([stored[..., 1], stored[..., 2], -stored[..., 0]], -1) / 2 + 0.5
    plane[..., 3] = 1
    return np.rint(plane * 255).astype(np.uint8)


@pytest.mark.parametrize("variant", ["whole", "percentage", "slots", "moving", "normals", "buffer"])
def test_the_engine_paints_what_the_daemon_paints(
    plugin: Path,
    repository: Path,
    start_daemon: Callable[..., Any],
    pipeline: Any,
    case: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variant: str,
) -> None:
    made: list[tuple[InputFrame, Controls, Any]] = []
    process = pipeline.process_context

    def recorded(frame: InputFrame, state: Any, controls: Controls) -> Any:
        output = process(frame, state, controls)
        made.append(
            (InputFrame(frame.seq, np.zeros((1, 1, 4), np.uint8), sun=frame.sun), controls, output.context.copy())
        )
        return output

    monkeypatch.setattr(pipeline, "process_context", recorded)
    daemon = start_daemon({"mirage-lsd-v1": pipeline})
    record = played(repository, daemon.endpoint, tmp_path, variant)

    # The context is one that the daemon made, to the bit.
    wanted = record["context"].ravel()
    frame, controls, context = next(entry for entry in made if (entry[2].astype(np.float32).ravel() == wanted).all())
    height, width = record["size"]
    unreal, expected = case["engines"]["unreal"], case["expected"]
    depth = np.array(expected["depth_m"], np.float32).reshape(case["height"], case["width"])
    if variant == "percentage":
        raw = between(np.array(unreal["depth_raw"], np.float32).reshape(depth.shape), 2)
        scale, bias = record["places"]["DepthScale"]
        depth = np.where(raw > 0, scale / np.where(raw > 0, raw - bias, 1), 0).astype(np.float32)
    camera = Camera(
        np.array(expected["view"], np.float32).reshape(4, 4),
        np.array(unreal["expected_projection"], np.float32).reshape(4, 4),
    )
    color = np.rint(record["color"] * 255).astype(np.uint8)
    assert frame.sun is not None, "the stream's sun goes with each frame"
    look = Look.of(controls)
    ids, slots = marked(record, variant == "moving") if variant in ("slots", "moving") else (None, ())
    assert record["weights_in_buffer"] == (variant == "buffer")
    shading = LayeredShading(pipeline.model.head, EagerBackend(torch.device("cpu")))
    cells = torch.from_numpy(context.astype(np.float32))[None]

    def painted_by_the_daemon(normal: npt.NDArray[np.uint8] | None) -> npt.NDArray[np.uint8]:
        shown = InputFrame(0, color, depth, normal=normal, ids=ids, slots=slots, camera=camera, sun=frame.sun)
        inputs = frame_inputs(shown, look, frame.sun.direction, seed_offset(look.seed).numpy())
        with torch.no_grad():
            picture = shading.shade(inputs, cells, pipeline._control_vector(look), (height, width)).copy()
        return composite(picture, shown, Mix())

    by_the_daemon = painted_by_the_daemon(None)
    assert (record["constants"][7, 1] == 1) == (variant == "normals")
    if variant == "normals":
        with_normals = painted_by_the_daemon(stored_normals(record))
        lit = np.abs(with_normals[6:].astype(int) - by_the_daemon[6:].astype(int)).max(-1)
        assert (lit > 8).mean() > 0.1, "it matters which way the surfaces look"
        by_the_daemon[6:] = with_normals[6:]

    by_the_engine = painted_by_the_shader(plugin, repository, record, tmp_path)
    difference = np.abs(by_the_engine[..., :3].astype(int) - by_the_daemon[..., :3].astype(int)).max(-1)
    assert by_the_daemon[..., :3].std() > 10
    assert np.abs(by_the_daemon[..., :3].astype(int) - color[..., :3].astype(int)).mean() > 10, "it was painted"
    print(variant, "largest", difference.max(), "differing", int((difference > 0).sum()), "of", difference.size)
    if keep := os.environ.get("LSD_KEEP_PICTURES"):
        from PIL import Image

        both = np.concatenate([color, by_the_daemon, by_the_engine], 1)[..., :3]
        Image.fromarray(both).resize((both.shape[1] * 8, both.shape[0] * 8), 0).save(f"{keep}/{variant}.png")
    assert difference.max() <= 2
