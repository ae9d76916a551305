"""Draws a full-screen pass with wgpu, on Mesa's lavapipe where there is no other device."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import wgpu

FOLDER = Path(__file__).parents[2] / "shared_protocol" / "shading"

_FORMATS = {
    ("u1", 1): "r8unorm", ("u1", 4): "rgba8unorm", ("f4", 1): "r32float", ("f4", 4): "rgba32float",
    ("f4", 2): "rg32float", ("f2", 4): "rgba16float",
}  # fmt: skip


@dataclass(frozen=True)
class Shaders:
    """A vertex and a fragment shader, WGSL or SPIR-V, and the fragment shader's entry point and the vertex shader's."""

    vertex: str | bytes
    fragment: str | bytes
    entries: tuple[str, str] = ("lsd_vertex", "lsd_fragment")


def from_wgsl(name: str) -> Shaders:
    """One of the committed `generated/*.wgsl`."""
    text = (FOLDER / "generated" / f"{name}.wgsl").read_text()
    return Shaders(text, text)


def from_hlsl(name: str, folder: Path) -> Shaders:
    """One of the `*_pass.hlsl`, through glslangValidator. `folder`: for what it writes."""
    source = FOLDER / f"{name}.hlsl"
    stages = {"vert": "lsd_vertex", "frag": "lsd_fragment"}
    vertex, fragment = (
        _spirv(["-D", "-S", stage, "-e", entry, str(source)], folder / f"{name}.{stage}.spv")
        for stage, entry in stages.items()
    )
    return Shaders(vertex, fragment)


def from_glsl(name: str, folder: Path) -> Shaders:
    """The file of that name beside this one, in Vulkan's GLSL; it may include files of `shared_protocol/shading`."""
    source = Path(__file__).parent / f"{name}_vulkan.frag"
    compiled = _spirv(["-S", "frag", f"-I{FOLDER}", str(source)], folder / f"{name}.spv")
    return Shaders((FOLDER / "generated" / f"{name}_pass.wgsl").read_text(), compiled, ("lsd_vertex", "main"))


def _spirv(arguments: list[str], out: Path) -> bytes:
    tool = shutil.which("glslangValidator")
    assert tool is not None, "glslangValidator is missing: apt-get install glslang-tools"
    done = subprocess.run([tool, "-V", *arguments, "-o", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out.read_bytes()


@cache
def device() -> Any:
    """The first adapter there is.

    Raises:
        AssertionError: none, with what to install.
    """
    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    except RuntimeError as error:
        raise AssertionError("no Vulkan driver: apt-get install mesa-vulkan-drivers") from error
    return adapter.request_device_sync()


def draw(
    shaders: Shaders,
    uniforms: list[npt.NDArray[Any]],
    textures: list[npt.NDArray[Any]],
    size: tuple[int, int],
    targets: int = 1,
    kind: str = "rgba8unorm",
) -> list[npt.NDArray[Any]]:
    """Draws once; bindings are numbered in the order of `uniforms`, then `textures`. Returns H x W x 4 for each target.

    Args:
        textures: H x W or H x W x channels; uint8 is read as 0..1. size: height and width of the targets.
        kind: format of the targets, rgba8unorm or rgba32float.
    """
    gpu, usage = device(), wgpu.BufferUsage
    entries, layouts = [], []
    for values in uniforms:
        buffer = gpu.create_buffer_with_data(data=np.ascontiguousarray(values).tobytes(), usage=usage.UNIFORM)
        layouts.append(
            {"binding": len(entries), "visibility": wgpu.ShaderStage.FRAGMENT, "buffer": {"type": "uniform"}}
        )
        entries.append({"binding": len(entries), "resource": {"buffer": buffer, "offset": 0, "size": buffer.size}})
    for plane in textures:
        read = {"sample_type": "unfilterable-float", "view_dimension": "2d"}
        layouts.append({"binding": len(entries), "visibility": wgpu.ShaderStage.FRAGMENT, "texture": read})
        entries.append({"binding": len(entries), "resource": _texture(plane).create_view()})
    pipeline, layout = _pipeline(shaders, json.dumps(layouts), targets, kind)
    height, width = size
    made = [
        gpu.create_texture(
            size=(width, height, 1),
            format=kind,
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC,
        )
        for _ in range(targets)
    ]
    encoder = gpu.create_command_encoder()
    attachments = [
        {"view": t.create_view(), "load_op": "clear", "store_op": "store", "clear_value": (0, 0, 0, 0)} for t in made
    ]
    render = encoder.begin_render_pass(color_attachments=attachments)
    render.set_pipeline(pipeline)
    render.set_bind_group(0, gpu.create_bind_group(layout=layout, entries=entries))
    render.draw(3)
    render.end()
    gpu.queue.submit([encoder.finish()])
    return [_read(t, height, width, np.float32 if kind == "rgba32float" else np.uint8) for t in made]


@cache
def _pipeline(shaders: Shaders, layouts: str, targets: int, kind: str) -> tuple[Any, Any]:
    """Made once for all frames, as an engine does: compiling takes seconds here."""
    gpu = device()
    layout = gpu.create_bind_group_layout(entries=json.loads(layouts))
    pipeline = gpu.create_render_pipeline(
        layout=gpu.create_pipeline_layout(bind_group_layouts=[layout]),
        vertex={"module": gpu.create_shader_module(code=shaders.vertex), "entry_point": shaders.entries[0]},
        fragment={
            "module": gpu.create_shader_module(code=shaders.fragment),
            "entry_point": shaders.entries[1],
            "targets": [{"format": kind}] * targets,
        },
        primitive={"topology": "triangle-list"},
    )
    return pipeline, layout


def _texture(plane: npt.NDArray[Any]) -> Any:
    height, width = plane.shape[:2]
    channels = 1 if plane.ndim == 2 else plane.shape[2]
    kind = _FORMATS[(plane.dtype.str[1:], channels)]
    gpu = device()
    texture = gpu.create_texture(
        size=(width, height, 1), format=kind, usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST
    )
    layout = {"bytes_per_row": width * channels * plane.itemsize, "rows_per_image": height}
    gpu.queue.write_texture({"texture": texture}, np.ascontiguousarray(plane).tobytes(), layout, (width, height, 1))
    return texture


def _read(texture: Any, height: int, width: int, number: type[np.generic]) -> npt.NDArray[Any]:
    layout = {"bytes_per_row": width * 4 * np.dtype(number).itemsize, "rows_per_image": height}
    data = device().queue.read_texture({"texture": texture}, layout, (width, height, 1))
    return np.frombuffer(data, number).reshape(height, width, 4)
