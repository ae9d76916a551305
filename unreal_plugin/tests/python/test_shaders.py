"""The shader files and the C++ that binds them say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from usf import compile_pixel_shader, uniform_buffers, whole_source

TYPES = {
    "FVector2f": "float2",
    "FMatrix44f": "float4x4",
    "float": "float",
    "uint32": "uint",
    "SamplerState": "SamplerState",
    "FUintVector4": "uint4",
    "FVector4f": "float4",
}


def shader_classes(plugin: Path) -> dict[str, dict[str, str]]:
    """HLSL type by parameter, by class."""
    text = (plugin / "Source/MirageLSD/Private/LSDShaders.h").read_text(encoding="utf-8")
    classes = {}
    for name, body in re.findall(r"class (\w+) : public FGlobalShader\n\{(.*?)\n\};", text, re.S):
        found = re.findall(
            r"SHADER_PARAMETER(?:_RDG_TEXTURE(?:_SRV)?|_RDG_BUFFER_SRV|_SAMPLER|_ARRAY)?\(([\w<>]+), (\w+)(?:, (\[\d+\]))?\)",
            body,
        )
        classes[name] = {parameter + size: TYPES.get(kind, kind) for kind, parameter, size in found}
    return classes


def compiled_with(name: str) -> list[str]:
    """The defines that its permutations have."""
    return ["", "LSD_WEIGHTS_IN_BUFFER"] if name == "LSDShadePass" else [""]


def implemented(plugin: Path) -> dict[str, tuple[str, str]]:
    """Path and entry by class."""
    text = "".join(p.read_text(encoding="utf-8") for p in sorted((plugin / "Source/MirageLSD/Private").glob("*.cpp")))
    return {
        c: (p, e) for c, p, e in re.findall(r'IMPLEMENT_GLOBAL_SHADER\((\w+), "([^"]+)", "(\w+)", SF_Pixel\);', text)
    }


@pytest.mark.parametrize(
    "name", ["FLSDCaptureGeometryPS", "FLSDCaptureIdsPS", "FLSDCopyPS", "FLSDShadePS", "FLSDReprojectPS"]
)
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


@pytest.mark.parametrize("name", ["LSDCaptureGeometry", "LSDCopy", "LSDShadePass", "LSDReprojectPass"])
def test_they_are_valid_hlsl(plugin: Path, repository: Path, tmp_path: Path, name: str) -> None:
    for define in compiled_with(name):
        compile_pixel_shader(whole_source(plugin, repository, name, define=define), tmp_path)


def test_permutations_are_the_shaders_own(plugin: Path) -> None:
    text = (plugin / "Source/MirageLSD/Private/LSDShaders.h").read_text(encoding="utf-8")
    for define in re.findall(r'SHADER_PERMUTATION_BOOL\("(\w+)"\)', text):
        assert define in compiled_with("LSDShadePass")
        source = (plugin / "Shaders/Private/LSDShadePass.usf").read_text(encoding="utf-8")
        assert re.search(rf"^#if {define}$", source, re.M)


def test_constants_fit_into_a_constant_buffer(plugin: Path) -> None:
    """64 KB in Direct3D, in Vulkan on desktops and in Metal."""
    declared = uniform_buffers(plugin)
    assert set(declared) == {"LSDWeights"}
    for text in declared.values():
        assert 16 * sum(int(size) for size in re.findall(r"\[(\d+)\]", text)) <= 65536
