"""Runs a pixel shader of the plugin: its HLSL through glslangValidator, on Mesa's lavapipe, with parameters by their names."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# What the shaders take from the engine's Common.ush: `decode_velocity` of ../portable/hlsl.h. Matrices come as the engine passes them: rows.
ENGINE_COMMON = """#pragma pack_matrix(row_major)
float3 DecodeVelocityFromTexture(float4 Encoded)
{
    const float Inverse = 1.0f / (0.499f * 0.5f);
    float2 V = Encoded.xy * Inverse - 32767.0f / 65535.0f * Inverse;
    return float3(V * abs(V) * 0.5f, 0.0f);
}
"""
# One triangle that covers the target.
VERTEX = """@vertex fn main(@builtin(vertex_index) id: u32) -> @builtin(position) vec4<f32> {
    return vec4<f32>(vec2<f32>(f32((id << 1u) & 2u), f32(id & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}"""
_NAME, _MEMBER_NAME, _DECORATE, _MEMBER_DECORATE = 5, 6, 71, 72
_TYPE_POINTER, _VARIABLE = 32, 59
_BINDING, _OFFSET = 33, 35


def uniform_buffers(plugin: Path) -> dict[str, str]:
    """What the engine's Common.ush declares of the plugin's constant buffers, by name."""
    sources = plugin / "Source" / "MirageLSD" / "Private"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(sources.glob("LSD*.*")))
    names = dict(re.findall(r'IMPLEMENT_GLOBAL_SHADER_PARAMETER_STRUCT\((\w+), "(\w+)"\);', text))
    declared = {}
    for kind, body in re.findall(r"BEGIN_GLOBAL_SHADER_PARAMETER_STRUCT\((\w+), \)(.*?)END_GLOBAL", text, re.S):
        members = re.findall(r"SHADER_PARAMETER_ARRAY\(FVector4f, (\w+), (\[\d+\])\)", body)
        rows = "".join(f"float4 {names[kind]}_{member}{size};" for member, size in members)
        declared[names[kind]] = f"cbuffer {names[kind]} {{ {rows} }};\n"
    return declared


def whole_source(plugin: Path, repository: Path, name: str, *, define: str = "") -> str:
    """`Shaders/Private/NAME.usf` with all that it includes; LSDShade.ush is what the package build puts there. `define` is 1, as a permutation has it."""
    buffers = uniform_buffers(plugin)
    private = plugin / "Shaders" / "Private"
    shared = {"LSDShade.ush": "lsd_shade.hlsl", "LSDReproject.ush": "lsd_reproject.hlsl"}

    def included(match: re.Match[str]) -> str:
        path = match[1]
        if path == "/Engine/Private/Common.ush":
            return ENGINE_COMMON + "".join(declared for buffer, declared in buffers.items() if f"{buffer}." in text)
        file = Path(path).name
        assert path == f"/Plugin/MirageLSD/Private/{file}"
        source = repository / "shared_protocol" / "shading" / shared[file] if file in shared else private / file
        return source.read_text(encoding="utf-8").replace("#pragma once", "")

    text = (private / f"{name}.usf").read_text(encoding="utf-8")
    whole = re.sub(r'^#include "([^"]+)"', included, text, flags=re.M)
    for buffer in buffers:
        # As the engine does: Buffer.Member is one name.
        whole = whole.replace(f"{buffer}.", f"{buffer}_")
    return f"#define {define} 1\n{whole}" if define else whole


def compile_pixel_shader(source: str, folder: Path) -> bytes:
    """SPIR-V of `MainPS`."""
    tool = shutil.which("glslangValidator")
    assert tool is not None, "glslangValidator is missing: apt-get install glslang-tools"
    (folder / "whole.frag").write_text(source, encoding="utf-8")
    command = [tool, "-D", "-V", "-S", "frag", "-e", "MainPS", "--auto-map-bindings", "--auto-map-locations"]
    done = subprocess.run(
        [*command, "-o", str(folder / "out.spv"), str(folder / "whole.frag")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return (folder / "out.spv").read_bytes()


def layout_of(spirv: bytes) -> tuple[dict[str, int], dict[str, int]]:
    """Bindings by name, "" for the loose parameters; offsets of the loose parameters in bytes."""
    words = struct.unpack(f"<{len(spirv) // 4}I", spirv)
    names: dict[int, str] = {}
    members: dict[tuple[int, int], str] = {}
    bindings: dict[int, int] = {}
    offsets: dict[tuple[int, int], int] = {}
    pointed: dict[int, int] = {}
    variables: dict[int, int] = {}

    def text(first: int, last: int) -> str:
        return struct.pack(f"<{last - first}I", *words[first:last]).split(b"\0")[0].decode()

    at = 5
    while at < len(words):
        count, opcode = words[at] >> 16, words[at] & 0xFFFF
        if opcode == _NAME:
            names[words[at + 1]] = text(at + 2, at + count)
        elif opcode == _MEMBER_NAME:
            members[words[at + 1], words[at + 2]] = text(at + 3, at + count)
        elif opcode == _DECORATE and words[at + 2] == _BINDING:
            bindings[words[at + 1]] = words[at + 3]
        elif opcode == _MEMBER_DECORATE and words[at + 3] == _OFFSET:
            offsets[words[at + 1], words[at + 2]] = words[at + 4]
        elif opcode == _TYPE_POINTER:
            pointed[words[at + 1]] = words[at + 3]
        elif opcode == _VARIABLE:
            variables[words[at + 2]] = words[at + 1]
        at += count

    def name_of(variable: int) -> str:
        """Constant buffers have their name as a type; that of the loose parameters is none of ours."""
        name = names.get(variable) or names.get(pointed[variables[variable]], "")
        return "" if name in ("_Global", "$Global") else name

    loose = {members[key]: offset for key, offset in offsets.items() if names.get(key[0]) in ("_Global", "$Global")}
    return {name_of(key): binding for key, binding in bindings.items()}, loose


def draw(
    spirv: bytes,
    textures: dict[str, npt.NDArray[np.float32]],
    buffers: dict[str, npt.NDArray[np.float32]],
    constants: dict[str, npt.NDArray[np.float32]],
    loose: dict[str, npt.NDArray[Any]],
    size: tuple[int, int],
) -> npt.NDArray[np.uint8]:
    """H x W x 4, 8 bits. `textures`: H x W x 4; `buffers`, `constants`: any number of float4; `size`: height and width."""
    import wgpu

    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    except RuntimeError as error:
        raise AssertionError("no Vulkan driver: apt-get install mesa-vulkan-drivers") from error
    gpu = adapter.request_device_sync()
    bindings, offsets = layout_of(spirv)
    assert set(offsets) == set(loose), "the shader's loose parameters and those of the C++ are the same"
    assert set(bindings) - {""} == set(textures) | set(buffers) | set(constants)
    uniform = bytearray(max(offsets[name] + np.asarray(value).nbytes for name, value in loose.items()) + 15 & ~15)
    for name, value in loose.items():
        uniform[offsets[name] : offsets[name] + np.asarray(value).nbytes] = np.asarray(value).tobytes()

    entries: list[dict[str, Any]] = []
    layouts: list[dict[str, Any]] = []

    def bind(binding: int, kind: dict[str, Any], resource: Any) -> None:
        layouts.append({"binding": binding, "visibility": wgpu.ShaderStage.FRAGMENT, **kind})
        entries.append({"binding": binding, "resource": resource})

    def buffer_of(data: bytes, usage: Any) -> dict[str, Any]:
        made = gpu.create_buffer_with_data(data=data, usage=usage)
        return {"buffer": made, "offset": 0, "size": made.size}

    for name, texels in textures.items():
        height, width = texels.shape[:2]
        texture = gpu.create_texture(
            size=(width, height, 1),
            format="rgba32float",
            usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
        )
        rows = {"bytes_per_row": width * 16, "rows_per_image": height}
        gpu.queue.write_texture({"texture": texture}, np.ascontiguousarray(texels).tobytes(), rows, (width, height, 1))
        kind = {"texture": {"sample_type": "unfilterable-float", "view_dimension": "2d"}}
        bind(bindings[name], kind, texture.create_view())
    for name, numbers in buffers.items():
        resource = buffer_of(np.ascontiguousarray(numbers).tobytes(), wgpu.BufferUsage.STORAGE)
        bind(bindings[name], {"buffer": {"type": "read-only-storage"}}, resource)
    for name, numbers in constants.items():
        resource = buffer_of(np.ascontiguousarray(numbers).tobytes(), wgpu.BufferUsage.UNIFORM)
        bind(bindings[name], {"buffer": {"type": "uniform"}}, resource)
    bind(bindings[""], {"buffer": {"type": "uniform"}}, buffer_of(bytes(uniform), wgpu.BufferUsage.UNIFORM))

    height, width = size
    layout = gpu.create_bind_group_layout(entries=layouts)
    pipeline = gpu.create_render_pipeline(
        layout=gpu.create_pipeline_layout(bind_group_layouts=[layout]),
        vertex={"module": gpu.create_shader_module(code=VERTEX), "entry_point": "main"},
        fragment={
            "module": gpu.create_shader_module(code=spirv),
            "entry_point": "MainPS",
            "targets": [{"format": "rgba8unorm"}],
        },
        primitive={"topology": "triangle-list"},
    )
    target = gpu.create_texture(
        size=(width, height, 1),
        format="rgba8unorm",
        usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC,
    )
    encoder = gpu.create_command_encoder()
    attachment = {"view": target.create_view(), "load_op": "clear", "store_op": "store", "clear_value": (0, 0, 0, 0)}
    render = encoder.begin_render_pass(color_attachments=[attachment])
    render.set_pipeline(pipeline)
    render.set_bind_group(0, gpu.create_bind_group(layout=layout, entries=entries))
    render.draw(3)
    render.end()
    gpu.queue.submit([encoder.finish()])
    rows = {"bytes_per_row": width * 4, "rows_per_image": height}
    return np.frombuffer(gpu.queue.read_texture({"texture": target}, rows, (width, height, 1)), np.uint8).reshape(
        height, width, 4
    )
