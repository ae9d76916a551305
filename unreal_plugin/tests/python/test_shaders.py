"""The shader files and the C++ that binds them say the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

TYPES = {
    "FVector2f": "float2",
    "FMatrix44f": "float4x4",
    "float": "float",
    "uint32": "uint",
    "SamplerState": "SamplerState",
    "FUintVector4": "uint4",
}


def shader_classes(plugin: Path) -> dict[str, dict[str, str]]:
    """HLSL type by parameter, by class."""
    text = (plugin / "Source/MirageLSD/Private/LSDShaders.h").read_text(encoding="utf-8")
    classes = {}
    for name, body in re.findall(r"class (\w+) : public FGlobalShader\n\{(.*?)\n\};", text, re.S):
        found = re.findall(
            r"SHADER_PARAMETER(?:_RDG_TEXTURE(?:_SRV)?|_SAMPLER|_ARRAY)?\(([\w<>]+), (\w+)(?:, (\[\d+\]))?\)", body
        )
        classes[name] = {parameter + size: TYPES.get(kind, kind) for kind, parameter, size in found}
    return classes


def implemented(plugin: Path) -> dict[str, tuple[str, str]]:
    """Path and entry by class."""
    text = (plugin / "Source/MirageLSD/Private/LSDCapturePass.cpp").read_text(encoding="utf-8")
    return {
        c: (p, e) for c, p, e in re.findall(r'IMPLEMENT_GLOBAL_SHADER\((\w+), "([^"]+)", "(\w+)", SF_Pixel\);', text)
    }


@pytest.mark.parametrize("name", ["FLSDCaptureGeometryPS", "FLSDCaptureIdsPS", "FLSDCopyPS"])
def test_parameters_are_declared_on_both_sides(plugin: Path, name: str) -> None:
    virtual, entry = implemented(plugin)[name]
    assert virtual.startswith("/Plugin/MirageLSD/")
    source = (plugin / "Shaders" / virtual.removeprefix("/Plugin/MirageLSD/")).read_text(encoding="utf-8")
    declared = {p: t for t, p in re.findall(r"^([\w<>]+) (\w+(?:\[\d+\])?);$", source, re.M)}
    assert declared == shader_classes(plugin)[name]
    assert f"void {entry}(" in source
    assert '#include "/Engine/Private/Common.ush"' in source


def test_every_shader_is_used(plugin: Path) -> None:
    used = {Path(path).name for path, _ in implemented(plugin).values()}
    assert {p.name for p in (plugin / "Shaders").rglob("*.usf")} == used


def test_the_mapping_is_the_one_that_the_module_adds(plugin: Path) -> None:
    module = (plugin / "Source/MirageLSD/Private/MirageLSDModule.cpp").read_text(encoding="utf-8")
    assert 'AddShaderSourceDirectoryMapping(TEXT("/Plugin/MirageLSD")' in module


def test_the_shared_arithmetic_stays_within_both_languages(plugin: Path) -> None:
    text = (plugin / "Shaders/Private/LSDConventions.ush").read_text(encoding="utf-8")
    code = re.sub(r"//.*", "", text)
    assert not re.search(r"\bmul\(|\.(xy|xyz|rgb|zw)\b|\bfloat3\b", code)
    assert not re.search(r"[^\w.]\d+\.\d+(?!\d*f)\b", code), "floats need their f: C++ would take them for doubles"


# What the shaders take from the engine's Common.ush; any body will do.
ENGINE_COMMON = "float3 DecodeVelocityFromTexture(float4 Encoded) { return float3(Encoded.xy, 0.0f); }\n"


def assert_is_hlsl(whole: Path) -> None:
    """A pixel shader whose entry point is MainPS, in one file."""
    command = [
        "glslangValidator",
        "-D",
        "-V",
        "-S",
        "frag",
        "-e",
        "MainPS",
        "--auto-map-bindings",
        "--auto-map-locations",
    ]
    done = subprocess.run(
        [*command, "-o", str(whole.with_name("out.spv")), str(whole)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["LSDCaptureGeometry", "LSDCopy"])
def test_they_are_valid_hlsl(plugin: Path, tmp_path: Path, name: str) -> None:
    folder = plugin / "Shaders" / "Private"
    shared = (folder / "LSDConventions.ush").read_text(encoding="utf-8").replace("#pragma once", "")
    source = (folder / f"{name}.usf").read_text(encoding="utf-8")
    source = source.replace('#include "/Engine/Private/Common.ush"', ENGINE_COMMON)
    source = source.replace('#include "/Plugin/MirageLSD/Private/LSDConventions.ush"', shared)
    assert "#include" not in source
    whole = tmp_path / f"{name}.frag"
    whole.write_text(source, encoding="utf-8")
    assert_is_hlsl(whole)


# As a global shader of the plugin would: scene textures, a uniform buffer's arrays, and the target.
SHADING = """
Texture2D LSDColor; Texture2D LSDDepth; Texture2D LSDNormals; Texture2D LSDIds; Texture2D LSDSlots; Texture2D LSDContext;
cbuffer LSDShading { float4 LSDConstants[17]; float4 LSDWeights[1801]; };
#define LSD_CONSTANT(i) LSDConstants[i]
#define LSD_WEIGHT(i) LSDWeights[i]
#define LSD_CONTEXT(cell, part) LSDContext.Load(int3((cell).x * 4 + (part), (cell).y, 0))
#define LSD_COLOR(pixel) float4(lsd_encode_srgb(LSDColor.Load(int3(pixel, 0)).xyz), 1.0f)
#define LSD_DEPTH(pixel) (LSDDepth.Load(int3(pixel, 0)).x * 0.01f)
#define LSD_NORMAL(pixel) LSDNormals.Load(int3(pixel, 0))
#define LSD_SLOT(pixel) (LSDSlots.Load(int3(int(LSDIds.Load(int3(pixel, 0)).x * 255.0f + 0.5f), 0, 0)).xy * float2(255.0f, 1.0f))
float3 lsd_encode_srgb(float3 color);
#include "LSDShade.ush"
void MainPS(float4 Position : SV_Position, out float4 OutColor : SV_Target0)
{
    OutColor = float4(lsd_decode_srgb(lsd_shaded(int2(Position.xy)).xyz), 1.0f);
}
"""
REPROJECTION = """
Texture2D LSDDepth; Texture2D LSDFill; Texture2D LSDMotion; Texture2D LSDIds; Texture2D LSDSlots;
Texture2DArray LSDKeyColors; Texture2DArray LSDKeyDepths;
cbuffer LSDReprojection { float4 LSDConstants[23]; };
#define LSD_R_CONSTANT(i) LSDConstants[i]
#define LSD_R_DEPTH(pixel) LSDDepth.Load(int3(pixel, 0)).x
#define LSD_R_FILL(pixel) LSDFill.Load(int3(pixel, 0))
#define LSD_R_MOTION(pixel) LSDMotion.Load(int3(pixel, 0)).xy
#define LSD_R_SLOT_ROW(pixel, key, row) LSDSlots.Load(int3(int(LSDIds.Load(int3(pixel, 0)).x * 255.0f + 0.5f), (key) * 3 + (row), 0))
#define LSD_R_KEY_COLOR(key, texel) LSDKeyColors.Load(int4(texel, key, 0))
#define LSD_R_KEY_DEPTH(key, texel) LSDKeyDepths.Load(int4(texel, key, 0)).x
#include "LSDReproject.ush"
void MainPS(float4 Position : SV_Position, out float4 OutColor : SV_Target0)
{
    float Unseen;
    OutColor = lsd_reproject(int2(Position.xy), Unseen);
}
"""


@pytest.mark.parametrize(("source", "shared"), [(SHADING, "lsd_shade.hlsl"), (REPROJECTION, "lsd_reproject.hlsl")])
def test_the_shared_shading_is_valid_where_the_plugin_includes_it(
    repository: Path, tmp_path: Path, source: str, shared: str
) -> None:
    """The zip carries it (test_package.py); no shader of the plugin uses it yet."""
    text = (repository / "shared_protocol" / "shading" / shared).read_text(encoding="utf-8")
    whole = tmp_path / "shading.frag"
    whole.write_text(re.sub(r'#include "LSD\w+\.ush"', lambda _: text, source), encoding="utf-8")
    assert_is_hlsl(whole)
