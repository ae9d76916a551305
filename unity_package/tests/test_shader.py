"""The conversion shader is HLSL that a compiler takes, in every variant and pass (its numbers: behaviour/ShaderTests.cs)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from csharp import PACKAGE, REPOSITORY

FOLDER = PACKAGE / "Runtime" / "Resources"
SHADER = (FOLDER / "MirageLSDConvert.shader").read_text()


@pytest.mark.parametrize("variant", ["", "LSD_ARRAY", "LSD_GLOBAL_DEPTH", "LSD_GLOBAL_MOTION"])
@pytest.mark.parametrize(
    ("stage", "entry"),
    [
        ("vert", "Vertex"),
        ("vert", "MarkedVertex"),
        *[("frag", name) for name in ("Color", "Depth", "Motion", "Present", "Id")],
    ],
)
def test_it_compiles(tmp_path: Path, variant: str, stage: str, entry: str) -> None:
    body = SHADER.partition("HLSLINCLUDE")[2].partition("ENDHLSL")[0]
    body = re.sub(r"#pragma multi_compile.*", "", body)
    body = body.replace('#include "MirageLSDConvert.hlsl"', (FOLDER / "MirageLSDConvert.hlsl").read_text())
    source = tmp_path / "shader.hlsl"
    source.write_text((f"#define {variant} 1\n" if variant else "") + body)
    command = ["glslangValidator", "-D", "-V", "--auto-map-bindings", "--auto-map-locations", "-S", stage, "-e", entry]
    done = subprocess.run([*command, str(source), "-o", str(tmp_path / "shader.spv")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_pass_names_functions_that_are_there() -> None:
    passes = re.findall(r"#pragma vertex (\w+)\s+#pragma fragment (\w+)", SHADER)
    assert passes == [
        *[("Vertex", name) for name in ("Color", "Depth", "Motion", "Present")],
        ("MarkedVertex", "Id"),
    ]


# As a shader of the package would for a full-screen pass: Unity's textures, the target's own color read as a copy of it.
SHADING = """
Texture2D<float4> _LSDColor; Texture2D<float4> _LSDDepth; Texture2D<float4> _LSDNormals; Texture2D<float4> _LSDIds;
Texture2D<float4> _LSDSlots; Texture2D<float4> _LSDContext;
cbuffer LSDShading { float4 _LSDConstants[17]; float4 _LSDWeights[1801]; };
#define LSD_CONSTANT(i) _LSDConstants[i]
#define LSD_WEIGHT(i) _LSDWeights[i]
#define LSD_CONTEXT(cell, part) _LSDContext.Load(int3((cell).x * 4 + (part), (cell).y, 0))
#define LSD_COLOR(pixel) _LSDColor.Load(int3(pixel, 0))
#define LSD_DEPTH(pixel) _LSDDepth.Load(int3(pixel, 0)).x
#define LSD_NORMAL(pixel) _LSDNormals.Load(int3(pixel, 0))
#define LSD_SLOT(pixel) (_LSDSlots.Load(int3(int(_LSDIds.Load(int3(pixel, 0)).x * 255.0 + 0.5), 0, 0)).xy * float2(255.0, 1.0))
"""
SHADE_ENTRY = "float4 Shade(float4 position : SV_Position) : SV_Target { return lsd_shaded(int2(position.xy)); }"


def test_the_shared_shading_compiles(tmp_path: Path) -> None:
    """The package carries it (test_unitypackage.py); no shader of the package uses it yet."""
    text = (REPOSITORY / "shared_protocol" / "shading" / "lsd_shade.hlsl").read_text()
    source = tmp_path / "shade.hlsl"
    source.write_text(SHADING + text + SHADE_ENTRY)
    command = [
        "glslangValidator",
        "-D",
        "-V",
        "--auto-map-bindings",
        "--auto-map-locations",
        "-S",
        "frag",
        "-e",
        "Shade",
    ]
    done = subprocess.run([*command, str(source), "-o", str(tmp_path / "shade.spv")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
