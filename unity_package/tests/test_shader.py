"""The conversion shader is HLSL that a compiler takes, in every variant and pass (its numbers: behaviour/ShaderTests.cs)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from csharp import PACKAGE

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
