"""The fused kernels compute what PyTorch defines. (The kernels among themselves: bridge_server/shader/test.)

The kernel for AMX runs by a stand-in of its instructions where the CPU has none: the same source, compiled for any x86 CPU.
"""

import platform
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from amx_stand_in import build_kernels

from mirage_lsd.accel import fused_cpu
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.fused_cpu import PixelShader, Scene, ShaderUnavailableError
from mirage_lsd.models.fields import anchored_noise
from mirage_lsd.models.guide import GUIDE_CHANNELS, build_guide
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
from mirage_lsd.pipelines.mirage.frame_inputs import FrameInputs
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.select_shading import select_shading
from mirage_lsd.pipelines.reprojection import PreviousFrame, reproject
from mirage_lsd_lab.evaluation.scenario import camera_of, opaque
from mirage_lsd_lab.training.dataset import exact_motion
from mirage_lsd_lab.training.worlds.sample import a_frame_later, random_world, render

WIDTH, HEIGHT = 101, 60
INSTRUCTIONS = ("amx-bf16", "avx512-bf16", "avx512", "avx2", "portable")
ON_X86 = platform.machine().lower() in ("x86_64", "amd64")


@pytest.fixture(scope="module")
def world():
    world = replace(random_world(7, WIDTH / HEIGHT), shadows=True)
    world.palette[:, 6:] = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    return world


@pytest.fixture(scope="module")
def picture(world):
    return render(world, HEIGHT, WIDTH)


@pytest.fixture(scope="session")
def kernels_by_stand_in(tmp_path_factory):
    if not ON_X86 or sys.platform != "linux":
        pytest.skip("tiles are for Linux on x86")
    return build_kernels(tmp_path_factory.mktemp("kernels"))


@pytest.fixture(params=INSTRUCTIONS)
def kernels(request, monkeypatch):
    found = PixelShader()
    if request.param == "amx-bf16" and not found.use(request.param):
        library = request.getfixturevalue("kernels_by_stand_in")
        monkeypatch.setattr(fused_cpu, "_library_path", lambda: library)
        found = PixelShader()
    before = found.instructions
    if not found.use(request.param):
        pytest.skip(f"this CPU lacks {request.param}")
    yield found
    found.use(before)


def planes(picture, world, *, normal: bool):
    rgb = (picture.guide[:3] * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    color = opaque(rgb)
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    ids[20:30, 40:60] = np.arange(20) % 6
    packed = None
    if normal:
        vectors = ((picture.guide[5:8] * 0.5 + 0.5) * 255).permute(1, 2, 0).to(torch.uint8).numpy()
        packed = opaque(vectors)
    return color, picture.depth[0].contiguous().numpy(), packed, ids


def scene_of(picture, world, *, normal: bool = False) -> Scene:
    view = world.view
    return Scene(
        *planes(picture, world, normal=normal),
        view.world_from_camera.numpy(), view.intrinsics.numpy(), world.sun.numpy(), world.seed_offset.numpy(), world.palette.numpy(),
    )  # fmt: skip


def reference(picture, world, *, normal: bool = False):
    color, _, packed, ids = planes(picture, world, normal=normal)
    unit = None
    if packed is not None:
        unit = torch.from_numpy(packed[..., :3].copy()).permute(2, 0, 1)[None].float() * (2 / 255) - 1
        unit = unit * torch.rsqrt((unit * unit).sum(1, keepdim=True) + 1e-6)
    return build_guide(
        torch.from_numpy(color[..., :3].copy()).permute(2, 0, 1)[None].float() / 255, picture.depth[None], unit,
        world.view.world_from_camera[None], world.view.intrinsics[None], world.sun[None], world.seed_offset[None], None,
        torch.from_numpy(ids)[None, None].float(), world.palette[None],
    )  # fmt: skip


@pytest.mark.parametrize("normal", [False, True])
def test_the_guide_is_the_reference_guide(kernels, world, picture, normal):
    found = np.empty((HEIGHT, WIDTH, GUIDE_CHANNELS), np.float32)
    noise = np.empty((3, HEIGHT, WIDTH), np.float32)
    depth = np.empty((HEIGHT, WIDTH), np.float32)
    kernels.guide(scene_of(picture, world, normal=normal), found, noise, depth)
    np.testing.assert_array_equal(depth, picture.depth[0].numpy())
    expected, geometry = reference(picture, world, normal=normal)
    # A position on a cell's border may fall to either side.
    guide = torch.from_numpy(found).permute(2, 0, 1)
    assert ((guide - expected[0]).abs() > 5e-3).float().mean() < 0.002
    normals = expected[:, 5:8]
    anchored = anchored_noise(geometry.p, normals, geometry.footprint(normals))
    assert ((torch.from_numpy(noise) - anchored[0]).abs() > 1e-2).float().mean() < 0.01


def test_the_picture_is_the_reference_picture(kernels, world, picture):
    torch.manual_seed(0)
    head = MirageLSDv1().head
    for parameter in head.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.05)
    context = torch.randn(1, 16, 33, 50)
    controls = torch.zeros(1, head.scenes + 6)
    controls[0, 2], controls[0, 3], controls[0, head.scenes + 1] = 0.7, 0.3, 1.0
    with torch.no_grad():
        guide, _ = reference(picture, world)
        expected = ((head(guide, context, controls)[0] * 127.5 + 128).clamp(0, 255)).to(torch.uint8).permute(1, 2, 0)
        matrices, biases = head.weights(controls)
    weights = [m[0].contiguous().numpy() for m in matrices], [b[0].contiguous().numpy() for b in biases]
    found = np.empty((HEIGHT, WIDTH, 4), np.uint8)
    kernels.shade(scene_of(picture, world), weights, context[0].permute(1, 2, 0).contiguous().numpy(), found)
    difference = np.abs(found[..., :3].astype(int) - expected.numpy().astype(int))
    assert expected.float().std() > 10
    # bfloat16 rounds each layer's inputs to eight bits.
    assert np.percentile(difference, 99) <= (4 if "bf16" in kernels.instructions else 1)


@pytest.mark.parametrize("vectors", [False, True])
def test_the_past_is_the_reference_past(kernels, world, picture, vectors):
    """By depth and both cameras, and by motion vectors."""
    h, w = 48, 80
    later = a_frame_later(world, 3)
    now, was = render(later, h, w), render(world, h, w)
    color = np.zeros((h, w, 4), np.uint8)
    pose, intrinsics = later.view.world_from_camera.numpy(), later.view.intrinsics.numpy()
    unused = np.zeros(3, np.float32)
    inputs = FrameInputs(
        color, now.depth[0].numpy(), None, None, pose, intrinsics, unused, unused, np.zeros((3, 3), np.float32)
    )
    before = PreviousFrame(camera_of(world.view), was.depth[None])
    motion = exact_motion(now, was, world)[None, :2] if vectors else None
    expected = reproject(inputs, now.depth[None], before, motion)
    flow_at_eighth = np.empty((3, h // 8, w // 8), np.float32)
    clip = (before.camera.projection @ before.camera.view).astype(np.float32)
    share = kernels.reproject(
        Scene(color, inputs.depth, world_from_camera=pose, intrinsics=intrinsics), clip, was.depth[0].contiguous().numpy(),
        now.depth[0].contiguous().numpy(),
        None if motion is None else motion[0].contiguous().numpy(), flow_at_eighth,
    )  # fmt: skip
    assert 0.3 < share < 1
    assert share == pytest.approx(expected.visible_fraction, abs=0.01)
    assert ((torch.from_numpy(flow_at_eighth) - expected.flow_at_eighth[0]).abs() > 0.05).float().mean() < 0.03


@pytest.mark.parametrize(
    ("fault", "chosen"), [("", "amx-bf16"), ("AMX_STAND_IN_REFUSED", "portable"), ("AMX_STAND_IN_WRONG", "portable")]
)
def test_tiles_are_used_where_the_system_lends_them_and_they_paint(kernels_by_stand_in, monkeypatch, fault, chosen):
    """A process of its own, as a library chooses once."""
    if fault:
        monkeypatch.setenv(fault, "1")
    code = (
        "import pathlib, sys; from mirage_lsd.accel import fused_cpu; fused_cpu._library_path = lambda: pathlib.Path(sys.argv[1]);"
        "found = fused_cpu.PixelShader(); print(found.instructions, found.use('amx-bf16'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(kernels_by_stand_in)], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [chosen, str(not fault)]


@pytest.mark.skipif(not ON_X86 or sys.platform != "linux", reason="tiles are for Linux on x86")
def test_the_installed_library_multiplies_by_tiles():
    """The stand-in can't show that the instructions themselves are in it: each thread's shapes, loads, products, stores and the release."""
    said = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(fused_cpu._library_path())],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = set(re.findall(r"\b(ldtilecfg|tileloadd|tdpbf16ps|tilestored|tilerelease)\b", said))
    assert found == {"ldtilecfg", "tileloadd", "tdpbf16ps", "tilestored", "tilerelease"}


def test_without_the_library_the_layers_run(monkeypatch, tmp_path):
    """And the log says so; nothing else changes."""
    monkeypatch.setattr(fused_cpu, "_library_path", lambda: tmp_path / "nothing.so")
    with pytest.raises(ShaderUnavailableError, match=r"nothing.so can't be loaded \(there is no such file\)"):
        PixelShader()
    device = torch.device("cpu")
    assert isinstance(select_shading(MirageLSDv1(), EagerBackend(device), device), LayeredShading)
