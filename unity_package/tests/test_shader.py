"""The shaders are HLSL that compilers take, in every variant and pass (the conversion's numbers: behaviour/ShaderTests.cs)."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import run_shader
from csharp import PACKAGE, REPOSITORY

FOLDER = PACKAGE / "Runtime" / "Resources"
SHADER = (FOLDER / "MirageLSDConvert.shader").read_text()


@pytest.mark.parametrize(
    "variant",
    [
        "",
        "LSD_ARRAY",
        "LSD_BUILTIN",
        "LSD_GLOBAL_DEPTH",
        "LSD_GLOBAL_MOTION",
        "LSD_GLOBAL_NORMALS",
        "_GBUFFER_NORMALS_OCT",
    ],
)
@pytest.mark.parametrize(
    ("stage", "entry"),
    [
        ("vert", "Vertex"),
        ("vert", "MarkedVertex"),
        ("vert", "PresentedVertex"),
        *[("frag", name) for name in ("Color", "Depth", "Motion", "Normal", "Present", "Id")],
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
        *[("Vertex", name) for name in ("Color", "Depth", "Motion")],
        ("PresentedVertex", "Present"),
        ("MarkedVertex", "Id"),
        ("Vertex", "Normal"),
    ]


@pytest.mark.parametrize(
    ("name", "variant"), [("Shade", ""), ("Shade", "LSD_WEIGHTS_BUFFER"), ("Reproject", "")], ids=lambda word: word
)
@pytest.mark.parametrize("stage", ["vert", "frag"])
def test_a_larger_shader_compiles(tmp_path: Path, name: str, variant: str, stage: str) -> None:
    """By two compilers of HLSL; what they draw: behaviour/ShadingTests.cs, ReprojectionTests.cs, pipelines/PipelineTests.cs."""
    entry = name if stage == "frag" else "Vertex"
    source = tmp_path / "shade.hlsl"
    source.write_text((f"#define {variant} 1\n" if variant else "") + run_shader.hlsl(f"MirageLSD{name}"))
    command = ["glslangValidator", "-D", "-V", "--auto-map-bindings", "--auto-map-locations", "-S", stage, "-e", entry]
    done = subprocess.run([*command, str(source), "-o", str(tmp_path / "shade.spv")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert f"fn {entry}" in slang().translated(source, entry, {"vert": "vertex", "frag": "fragment"}[stage])


@pytest.mark.parametrize("name", ["Shade", "Reproject"])
def test_a_larger_shader_includes_the_shared_text(name: str) -> None:
    """Nothing of it is written twice: the package build puts the file there (test_unitypackage.py compares the bytes)."""
    shader = (FOLDER / f"MirageLSD{name}.shader").read_text()
    assert re.findall(r'#include "(.+)"', shader) == [f"../Shading/MirageLSD{name}.hlsl"]
    assert re.findall(r"#pragma vertex (\w+)\s+#pragma fragment (\w+)", shader) == [("Vertex", name)]
    assert not re.search(r"^ *float\d? lsd_\w+\(", shader, re.M), "a function of the shared text"


def slang() -> Any:
    """The compiler as shared_protocol/shading/generate.py uses it."""
    path = REPOSITORY / "shared_protocol" / "shading" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate_shaders", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._Slang()
