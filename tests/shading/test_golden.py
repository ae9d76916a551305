"""The same picture from every form of the shading: PyTorch, the kernels for CPUs, HLSL, GLSL and WGSL (in Chromium: test_browser.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cuda_on_host
import numpy as np
import numpy.typing as npt
import opengl
import pytest
import torch
import vulkan
from reference import by_kernels, by_pytorch, by_wgpu
from scenes import ShadedScene, scenes
from shading_pass import constants_of, textures_of, weights_of

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.models.guide import world_rays
from mirage_lsd.pipelines.mirage.layered_shade import Guide, _guide_arguments

Picture = npt.NDArray[np.uint8]
Draw = Callable[[ShadedScene], Picture]

# What an 8-bit value may differ by.
MOST = 2
PLANES = ("lsd_color", "lsd_depth", "lsd_normals", "lsd_ids", "lsd_slots", "lsd_context", "lsd_objects")
RENDERED = frozenset(PLANES[:4])
METRES = np.array([0, 0, 0, 1], np.float32)
FORMS = (
    "kernels",
    "daemon on vulkan",
    "hlsl on vulkan",
    "glsl on vulkan",
    "wgsl on vulkan",
    "glsl on opengl",
    "cuda on the host",
)


def edge_on(scene: ShadedScene) -> npt.NDArray[np.bool_]:
    """H x W: the surface is seen exactly from the side, so rounding decides which way its normal points: both are right."""
    if scene.frame.depth is None or scene.frame.normal is not None:
        return np.zeros(scene.size, np.bool_)
    (guide,) = Guide(False, scene.inputs.numbers is not None)(*_guide_arguments(scene.inputs, scene.size))
    pose, lens = torch.from_numpy(scene.inputs.world_from_camera), torch.from_numpy(scene.inputs.intrinsics)
    rays = world_rays(pose[None], lens[None], *scene.size)
    facing = (guide[:, 5:8] * torch.nn.functional.normalize(rays, dim=1)).sum(1)[0].abs()
    return ((facing < 1e-3) & (guide[0, 8] == 0)).numpy()


def on_vulkan(shaders: vulkan.Shaders) -> Draw:
    return lambda scene: vulkan.draw(
        shaders, [constants_of(scene), weights_of(scene).reshape(-1, 4)[:1801]], textures_of(scene), scene.size
    )[0]


def on_opengl(scene: ShadedScene, half: bool = False) -> Picture:
    fragment = (vulkan.FOLDER / "generated" / "lsd_shade_pass.frag").read_text()
    textures = dict(zip(PLANES, textures_of(scene), strict=True))
    textures["lsd_weights"] = weights_of(scene).astype(np.float16 if half else np.float32)
    uniforms = {"lsd_constants": constants_of(scene), "lsd_depth_decode": METRES}
    return opengl.draw(fragment, uniforms, textures, scene.size, RENDERED)[0]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draw]:
    folder = tmp_path_factory.mktemp("spirv")
    kernels = cuda_on_host.HostKernels(tmp_path_factory.mktemp("cuda"))
    return {
        "kernels": by_kernels,
        "daemon on vulkan": by_wgpu,
        "hlsl on vulkan": on_vulkan(vulkan.from_hlsl("lsd_shade_pass", folder)),
        "glsl on vulkan": on_vulkan(vulkan.from_glsl("lsd_shade", folder)),
        "wgsl on vulkan": on_vulkan(vulkan.from_wgsl("lsd_shade_pass")),
        "glsl on opengl": on_opengl,
        "cuda on the host": lambda scene: cuda_on_host.run(kernels, scene),
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_form_paints_the_reference_picture(
    forms: dict[str, Draw], form: str, record_property: Callable[[str, object], None]
) -> None:
    shader = PixelShader()
    instructions = shader.instructions
    if form == "kernels":
        # bfloat16 has eight bits, on purpose: the same kernels in float32.
        shader.use("avx2") or shader.use("portable")
    try:
        for scene in scenes():
            expected, found = by_pytorch(scene), forms[form](scene)
            assert expected[..., :3].std() > 5, f"{scene.name} shows nothing that could differ"
            difference = np.abs(found.astype(int) - expected.astype(int)).max(-1)
            skipped = edge_on(scene) if form == "kernels" else np.zeros(scene.size, np.bool_)
            differing = int((found != expected).sum())
            report = f"{form}, {scene.name}: {differing} of {found.size} bytes differ, by {difference[~skipped].max()} at most"
            record_property(scene.name, report)
            print(report)
            # Random depths, pixel by pixel, have many such.
            assert skipped.mean() < (0.07 if scene.name == "extreme depths" else 0.01)
            assert difference[~skipped].max() <= MOST, report
    finally:
        shader.use(instructions)


def test_weights_in_half_precision_are_enough() -> None:
    scene = scenes()[0]
    difference = np.abs(on_opengl(scene, half=True).astype(int) - by_pytorch(scene).astype(int))
    assert 0 < difference.max() <= MOST


def test_a_depth_buffer_is_read_as_it_is() -> None:
    """OpenGL's own: 1 / metres is linear in what is stored, and 1.0 is nothing."""
    scene = scenes()[0]
    assert scene.frame.depth is not None
    near, far = 0.1, 2000.0
    metres = np.where(scene.frame.depth > 0, scene.frame.depth, far)
    stored = ((far - far * near / metres) / (far - near)).astype(np.float32)
    stored[scene.frame.depth <= 0] = 1.0
    textures = dict(zip(PLANES, textures_of(scene), strict=True)) | {
        "lsd_depth": stored,
        "lsd_weights": weights_of(scene),
    }
    decode = np.array([(near - far) / (far * near), 1 / near, 1.0, 0.0], np.float32)
    fragment = (vulkan.FOLDER / "generated" / "lsd_shade_pass.frag").read_text()
    uniforms = {"lsd_constants": constants_of(scene), "lsd_depth_decode": decode}
    found = opengl.draw(fragment, uniforms, textures, scene.size, RENDERED)[0]
    difference = np.abs(found.astype(int) - by_pytorch(scene).astype(int)).max(-1)
    # Far away a float32 depth buffer has few digits left: normals there are noise.
    assert (difference <= MOST)[scene.frame.depth < 20].mean() > 0.98


def test_no_strength_is_the_engines_own_picture() -> None:
    """To the bit, alpha included."""
    scene = scenes()[2]
    ids = scene.frame.ids
    assert ids is not None
    alone = [slot.slot for slot in scene.frame.slots if slot.strength == 0]
    untouched = np.isin(ids, alone)
    assert untouched.any()
    np.testing.assert_array_equal(on_opengl(scene)[untouched], scene.frame.color[untouched])


def test_what_is_generated_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(vulkan.FOLDER / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_text_is_the_same_language_twice() -> None:
    """What is only HLSL, or only GLSL, has no place in the shared text."""
    for name in sorted(Path(vulkan.FOLDER).glob("lsd_*.hlsl")):
        if not name.stem.endswith(("_pass", "_kernel")):
            text = name.read_text()
            for word in ("mul(", "frac(", "vec3", "static const", "SV_"):
                assert word not in text, f"{word} in {name.name}"


@pytest.mark.parametrize("name", ["lsd_shade_pass", "lsd_reproject_pass"])
def test_the_glsl_is_valid_on_phones_too(name: str, tmp_path: Path) -> None:
    """OpenGL ES 3.0, but for the version and the precisions, which an including file says."""
    text = (vulkan.FOLDER / "generated" / f"{name}.frag").read_text()
    precisions = "".join(f"precision highp {kind};\n" for kind in ("float", "int", "sampler2D"))
    mobile = tmp_path / f"{name}.frag"
    mobile.write_text(text.replace("#version 330 core\n", f"#version 300 es\n{precisions}"))
    done = subprocess.run(["glslangValidator", str(mobile)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
