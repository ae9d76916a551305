"""Draws the package's larger shaders (MirageLSDShade, MirageLSDReproject) on a graphics driver (Mesa's lavapipe here), for the stand-in of Unity: the text that Unity compiles.

A request is lines up to an empty one, then the bytes that they announce, in their order:

    shader NAME
    size WIDTH HEIGHT
    keyword NAME
    global NAME BYTES            float4 or an array of them
    buffer NAME BYTES            a constant buffer
    texture NAME WIDTH HEIGHT KIND CHANNELS BYTES

The answer is HEIGHT x WIDTH x 4 float32, in the order of SV_Position. It ends when its input does.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "shading"))

import vulkan  # noqa: E402

RESOURCES = REPOSITORY / "unity_package" / "com.miragelsd.bridge" / "Runtime" / "Resources"
# The package build puts them there (tools/build_unitypackage.py).
SHARED = {
    f"MirageLSD{name}.hlsl": REPOSITORY / "shared_protocol" / "shading" / f"lsd_{name.lower()}.hlsl"
    for name in ("Shade", "Reproject")
}


@dataclass
class Request:
    shader: str = ""
    size: tuple[int, int] = (0, 0)
    keywords: list[str] = field(default_factory=list)
    constants: dict[str, bytes] = field(default_factory=dict)
    textures: dict[str, npt.NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """The pass, and what it is bound to, in the order of the bindings; of the globals, how many float4 each has."""

    shaders: vulkan.Shaders
    global_sizes: dict[str, int]
    buffers: list[str]
    textures: list[str]


def hlsl(name: str) -> str:
    """The shader's text with what it includes, without what only Unity's compiler reads."""
    shader = (RESOURCES / f"{name}.shader").read_text()
    body = shader.partition("HLSLINCLUDE")[2].partition("ENDHLSL")[0]
    body = re.sub(r"#pragma multi_compile.*", "", body)
    return re.sub(r'#include "../Shading/(\w+\.hlsl)"', lambda match: SHARED[match[1]].read_text(), body)


@cache
def compiled(name: str, keywords: tuple[str, ...]) -> Compiled:
    """With a number for each binding, which Unity gives out by itself: globals 0, buffers, textures."""
    text = "".join(f"#define {keyword} 1\n" for keyword in keywords) + hlsl(name)
    text = preprocessed(text)
    sizes = {
        match[1]: int(match[2] or 1)
        for match in re.finditer(r"^ *float4 (_LSD\w+)(?:\[(\d+)\])?;", outside(text), re.M)
    }
    declared = "".join(f"float4 {constant}{f'[{size}]' if size > 1 else ''};\n" for constant, size in sizes.items())
    for constant in sizes:
        text = re.sub(rf"^ *float4 {constant}(\[\d+\])?;", "", text, count=1, flags=re.M)
    buffers = re.findall(r"^ *cbuffer (\w+)", text, re.M)
    textures = re.findall(r"^ *Texture2D<float4> (\w+);", text, re.M)
    for number, bound in enumerate([*buffers, *textures], 1):
        text = re.sub(
            rf"^ *((?:cbuffer|Texture2D<float4>) {bound}\b)", rf"[[vk::binding({number})]] \1", text, flags=re.M
        )
    text = f"[[vk::binding(0)]] cbuffer Globals {{\n{declared}}};\n{text}"
    fragment_entry = name.removeprefix("MirageLSD")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "shader.hlsl"
        source.write_text(text)
        vertex, fragment = (
            vulkan._spirv(["-D", "-S", stage, "-e", entry, str(source)], Path(folder) / stage)
            for stage, entry in (("vert", "Vertex"), ("frag", fragment_entry))
        )
    return Compiled(vulkan.Shaders(vertex, fragment, ("Vertex", fragment_entry)), sizes, buffers, textures)


def preprocessed(text: str) -> str:
    """Without the branches of `#if defined` that are not taken; all else stays as it is for the compiler."""
    defined = set(re.findall(r"^#define (LSD_WEIGHTS_\w+)", text, re.M))
    lines, taken = [], []
    for line in text.splitlines():
        word = line.strip()
        if match := re.match(r"#if defined\((LSD_WEIGHTS_\w+)\)", word):
            taken.append(match[1] in defined)
        elif taken and word == "#else":
            taken[-1] = not taken[-1]
        elif taken and word == "#endif":
            taken.pop()
        elif all(taken):
            lines.append(line)
    return "\n".join(lines)


def outside(text: str) -> str:
    """What stands outside of braces."""
    depth, kept = 0, []
    for part in re.split(r"([{}])", text):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if depth == 0:
            kept.append(part)
    return "".join(kept)


def draw(request: Request) -> npt.NDArray[np.float32]:
    """H x W x 4."""
    made = compiled(request.shader, tuple(request.keywords))
    values = b"".join(fitting(name, request.constants[name], 16 * size) for name, size in made.global_sizes.items())
    uniforms = [np.frombuffer(values, np.float32)]
    uniforms += [np.frombuffer(request.constants[name], np.float32) for name in made.buffers]
    textures = [request.textures[name] for name in made.textures]
    return vulkan.draw(made.shaders, uniforms, textures, request.size, kind="rgba32float")[0]


def fitting(name: str, values: bytes, size: int) -> bytes:
    assert len(values) == size, f"{name} has {len(values)} bytes, the shader reads {size}"
    return values


def read_request(stream: BinaryIO) -> Request | None:
    request, announced = Request(), []
    line = stream.readline()
    if not line:
        return None
    while line.strip():
        words = line.decode().split()
        if words[0] == "shader":
            request.shader = words[1]
        elif words[0] == "size":
            request.size = (int(words[2]), int(words[1]))
        elif words[0] == "keyword":
            request.keywords.append(words[1])
        else:
            announced.append(words)
        line = stream.readline()
    for kind, name, *rest in announced:
        data = stream.read(int(rest[-1]))
        if kind == "texture":
            width, height, channels = int(rest[0]), int(rest[1]), int(rest[3])
            plane = np.frombuffer(data, rest[2]).reshape(height, width, channels)
            request.textures[name] = plane[..., 0] if channels == 1 else plane
        else:
            request.constants[name] = data
    return request


def main() -> None:
    while (request := read_request(sys.stdin.buffer)) is not None:
        sys.stdout.buffer.write(draw(request).tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
