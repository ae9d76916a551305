"""The daemon's CUDA kernels, without a GPU: compiled for every card, their text run on the CPU beside PyTorch. The golden test holds the picture."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from cuda_on_host import HERE, HostKernels, compiled, library, resources, run, source_of
from libcuda_stand_in import read_counters, stand_in_environment
from reference import by_pytorch, shaded
from scenes import scenes, shipped_model

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.cuda.kernels import DETAIL, GUIDE, LEVEL, MIX, MOTION, SEEN, SHADE, TEXTURE, kernel_constants
from mirage_lsd.frame import InputFrame, Slot
from mirage_lsd.pipelines.composite import Mix, composite, engine_picture, slot_weights
from mirage_lsd.pipelines.mirage.anchor import anchor
from mirage_lsd.pipelines.mirage.engine_shade import pack_constants, slot_table
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.picture_layers import _FINISHED, _GREYBOX, textured, textured_of_counts
from mirage_lsd.pipelines.mirage.surfaces import object_from_world_of
from mirage_lsd.pipelines.reprojection import PreviousFrame, reproject


@pytest.mark.parametrize("architecture", ["sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"])
@pytest.mark.parametrize(
    ("name", "most"),
    [(SHADE, 168), (GUIDE, 128), (MOTION, 128), (MIX, 64), (TEXTURE, 64), (LEVEL, 64), (SEEN, 64), (DETAIL, 64)],
)
def test_they_compile_for_every_card_and_stay_in_registers(name: str, most: int, architecture: str) -> None:
    """168: three blocks of 128 threads a multiprocessor; 128: four, 64: eight."""
    cubin, log = compiled(name, architecture)
    assert cubin[:4] == b"\x7fELF"
    registers, spilled = resources(log)
    assert (registers <= most, spilled) == (True, 0), log


def test_a_missing_barrier_is_seen_here(tmp_path: Path) -> None:
    """The stand-in for a device can show that fault."""
    text = source_of(SHADE)
    assert text.count("__syncthreads();") == 1
    scene = scenes()[0]
    assert (
        np.abs(run(HostKernels(tmp_path), scene, in_threads=True).astype(int) - by_pytorch(scene).astype(int)).max()
        <= 2
    )
    # A library of another name: one that is loaded is not loaded again.
    without = tmp_path / "without"
    without.mkdir()
    picture = run(HostKernels(without, {SHADE: text.replace("__syncthreads();", "")}), scene, in_threads=True)
    assert np.abs(picture.astype(int) - by_pytorch(scene).astype(int)).max() > 2


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> HostKernels:
    return HostKernels(tmp_path_factory.mktemp("kernels"))


def test_nothing_is_written_beside_the_picture(kernels: HostKernels) -> None:
    """Sides that are no multiple of a block's."""
    for scene in scenes():
        guarded = np.full((scene.size[0] + 8, scene.size[1], 4), 77, np.uint8)
        run(kernels, scene, guarded[4:-4])
        assert (guarded[:4] == 77).all()
        assert (guarded[-4:] == 77).all()


@pytest.mark.parametrize("base", [None, (32, 48), (48, 80)])
def test_the_guide_is_pytorchs(kernels: HostKernels, base: tuple[int, int] | None) -> None:
    """At the planes' own size, and at smaller and larger ones."""
    for scene in scenes():
        if scene.frame.depth is None:
            continue
        size = base or scene.size
        (h, w), inputs, frame = size, scene.inputs, scene.frame
        guide, noise = (np.full(shape, np.nan, np.float32) for shape in ((h, w, 32), (3, h, w)))
        base_depth = np.full((h, w), np.nan, np.float32)
        constants = kernel_constants(pack_constants(inputs, size, (1, 1)), scene.size)
        tables = slot_table(frame.slots), object_from_world_of(frame.slots)
        planes = [
            None if x is None else np.ascontiguousarray(x)
            for x in (frame.color, frame.depth, frame.normal, frame.ids, *tables)
        ]
        kernels.launch(GUIDE, (-(-h * w // 128), 1), 128, [constants, *planes, guide, noise, base_depth])
        wanted, drawn = LayeredShading(shipped_model().head, EagerBackend(torch.device("cpu"))).guide(inputs, size)
        assert drawn is not None
        np.testing.assert_array_equal(base_depth, anchor(frame, inputs, size).depth[0, 0].numpy())
        # A hash is a step function: where the last bit of a position decides, another cell is found.
        off = np.abs(guide - wanted[0].numpy()).max(2)
        assert (off > 2e-3).mean() < 0.02, (scene.name, off.max())
        other = np.abs(noise - drawn[0].numpy()).max(0)
        assert (other > 2e-2).mean() < 0.02, scene.name


@pytest.mark.parametrize("base", [(32, 48), (64, 96)])
@pytest.mark.parametrize("told", [False, True])
def test_the_way_to_the_frame_before_is_pytorchs(kernels: HostKernels, base: tuple[int, int], told: bool) -> None:
    scene = next(s for s in scenes() if s.context_camera is not None)
    (h, w), inputs, source = base, scene.inputs, scene.size
    motion = np.random.default_rng(2).normal(0, 9, (*source, 2)).astype(np.float16) if told else None
    if motion is not None:
        motion[:4, :4] = np.array([np.nan, 1e-7], np.float16)
        motion[4:8, :4] = np.array([-np.inf, 6e4], np.float16)
    frame = replace(scene.frame, motion=motion)
    anchored = anchor(frame, inputs, base)
    before = torch.roll(anchored.depth, 3, 3).contiguous()
    before[..., :5] = 0
    wanted = reproject(inputs, anchored.depth, PreviousFrame(scene.context_camera, before), anchored.motion)
    packed = pack_constants(inputs, base, (1, 1), context_camera=scene.context_camera)
    cells = np.full((3, h // 8, w // 8), np.nan, np.float32)
    arrays = [
        kernel_constants(packed, source, has_motion=told), anchored.depth.numpy(), before.numpy(), motion, cells,
    ]  # fmt: skip
    kernels.launch(MOTION, (-(-(h // 8) * (w // 8) // 64), 1), 64, arrays)
    np.testing.assert_allclose(cells[:2], wanted.flow_at_eighth[0, :2].numpy(), rtol=1e-4, atol=1e-2)
    # Where a place lies between two pixels the last bit decides which one is looked at.
    assert np.abs(cells[2] - wanted.flow_at_eighth[0, 2].numpy()).mean() < 0.01
    assert abs(float(cells[2].mean()) - wanted.visible_fraction) < 0.01
    assert 0.05 < wanted.visible_fraction < 0.95


@pytest.mark.parametrize("size", [(36, 64), (50, 33)])
@pytest.mark.parametrize("strength", [0.0, 0.37, 1.0])
@pytest.mark.parametrize("with_slots", [False, True])
def test_mixing_is_composites_to_the_bit(
    kernels: HostKernels, size: tuple[int, int], strength: float, with_slots: bool
) -> None:
    draw = np.random.default_rng(3)
    color, painted = (draw.integers(0, 256, (*shape, 4), dtype=np.uint8) for shape in ((36, 64), size))
    ids = draw.integers(0, 4, (36, 64), dtype=np.uint8) if with_slots else None
    slots = (Slot(1, "prop", 0.0), Slot(2, "prop", 0.5)) if with_slots else ()
    frame = InputFrame(seq=1, color=color, ids=ids, slots=slots)
    weights = slot_weights(slots, strength)
    for engine_alpha in (False, True):
        mixed = np.zeros((*size, 4), np.uint8)
        numbers = [size[1], size[0], 64, 36, round(255 * strength), weights is not None, engine_alpha, 0]
        table = None if weights is None else weights.astype(np.uint32)
        arrays = [np.array(numbers, np.int32), painted, color, ids, table, mixed]
        kernels.launch(MIX, (-(-size[0] * size[1] // 128), 1), 128, arrays)
        expected = composite(painted.copy(), frame, Mix(strength, engine_alpha))
        if weights is None and strength >= 1.0 and not engine_alpha:
            expected[..., 3] = 255
        np.testing.assert_array_equal(mixed, expected)
        if strength == 0.0:
            np.testing.assert_array_equal(mixed, engine_picture(frame, *size, engine_alpha=engine_alpha))


@pytest.mark.parametrize(("noise", "width"), [(0, 96), (1, 96), (2, 500), (4, 500), (30, 96), (9, 2)])
def test_how_finished_a_picture_is_is_counted(kernels: HostKernels, noise: int, width: int) -> None:
    draw = np.random.default_rng(4)
    color = np.full((47, width, 4), 90, np.uint8)
    color[:, width // 3 :] = 180
    color[..., :3] += draw.integers(0, noise + 1, (47, width, 3), dtype=np.uint8)
    counts = np.zeros(64, np.uint32)
    grid = (max(1, -(-(width - 2) * 10 // 128)), 1)
    kernels.launch(TEXTURE, grid, 128, [np.array([width, 47], np.int32), color, counts])
    assert counts.sum() == (width - 2) * 10
    # One level of the counts is this much of the way from a grey box to a finished picture.
    assert abs(textured_of_counts(counts, width) - textured(color)) <= 1 / 64 / (_FINISHED - _GREYBOX)


def shade_with_cuda(folder: Path, libcuda: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    kernels = library(folder)
    environment = stand_in_environment(libcuda, folder, kernels=kernels, **settings)
    command = [sys.executable, str(HERE / "shade_with_cuda.py"), str(folder / "pictures.npz")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("lag_us", [0, 3000])
def test_the_driver_is_used_as_it_wants_to_be(tmp_path: Path, libcuda: Path, lag_us: int) -> None:
    """The daemon's own code, NVIDIA's bindings and compiler, and the stand-in for the driver, also where everything happens late."""
    done = shade_with_cuda(tmp_path, libcuda, lag_us=lag_us)
    assert done.returncode == 0, done.stderr
    found = np.load(tmp_path / "pictures.npz")
    assert str(found["name"]) == "cuda (stand-in (no GPU))"
    for scene in scenes():
        expected = shaded(scene, LayeredShading(shipped_model().head, EagerBackend(torch.device("cpu"))))
        assert np.abs(found[scene.name].astype(int) - expected.astype(int)).max() <= 2, scene.name
    np.testing.assert_array_equal(found["again"], found[scenes()[0].name])
    assert (found["alone"] != found["again"]).mean() > 0.1
    counters = read_counters(tmp_path, next(int(p.name) for p in tmp_path.iterdir() if p.name.isdigit()))
    assert counters.faults == 0
    # A buffer for each plane, the constants, weights, slots, context and picture of a size, and not more with every frame.
    assert counters.allocations <= 10 * (len({scene.size for scene in scenes()}) + 1)


def test_a_card_without_the_kernel_is_not_used(tmp_path: Path, libcuda: Path) -> None:
    environment = stand_in_environment(libcuda)
    command = [sys.executable, str(HERE / "shade_with_cuda.py"), str(tmp_path / "pictures.npz")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (
        "CUDA can't shade here (The NVIDIA driver answered CUDA_ERROR_NOT_FOUND to cuModuleGetFunction)." in done.stderr
    )


def truncated(whole: bytes) -> bytes:
    return whole[:-200]


def foreign(whole: bytes) -> bytes:
    """Code for another architecture under this one's name."""
    head, code = whole.split(b"\n", 1)
    return head.replace(b"sm_89", b"sm_75") + b"\n" + code


def stale(whole: bytes) -> bytes:
    """Whole, and yet nothing that the driver takes."""
    said = json.loads(whole.split(b"\n", 1)[0])
    said["sha256"] = hashlib.sha256(b"not for this driver").hexdigest()
    return json.dumps(said).encode() + b"\nnot for this driver"


def earlier_format(whole: bytes) -> bytes:
    code = whole.split(b"\n", 1)[1]
    return hashlib.sha256(code).digest() + code


@pytest.mark.parametrize(
    ("damaged", "said"),
    [(truncated, "plan_damaged"), (foreign, "plan_damaged"), (earlier_format, "plan_damaged"), (stale, "plan_stale")],
)
def test_compiled_code_is_kept_and_made_again_where_it_is_of_no_use(
    tmp_path: Path, libcuda: Path, damaged: Callable[[bytes], bytes], said: str
) -> None:
    folder = tmp_path / "cache" / "kernels"
    environment = stand_in_environment(libcuda, kernels=library(tmp_path)) | {"MIRAGE_LSD_CACHE": str(folder.parent)}
    command = [sys.executable, "-c", "from mirage_lsd.cuda.kernels import MIX, kernels_of; kernels_of().prepare(MIX)"]

    def kept() -> tuple[Path, bytes, int, str]:
        """The one file, its inode, and what was said."""
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        (file,) = folder.iterdir()
        return file, file.read_bytes(), file.stat().st_ino, done.stdout + done.stderr

    file, whole, written, log = kept()
    assert whole.split(b"\n", 1)[1].startswith(b"\x7fELF")
    assert "plan" not in log
    assert kept()[:3] == (file, whole, written)
    file.write_bytes(damaged(whole))
    _, again, _, log = kept()
    assert again == whole
    assert said in log
