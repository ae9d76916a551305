"""A native library that is missing, foreign or of another version is one sentence, not a crash."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from csharp import Workshop

PROBE = """
using System;
static class Probe {
    static void Main() {
        try { new MirageLSD.LSDStreamEngine("passthrough"); Console.WriteLine("made"); }
        catch (MirageLSD.LSDException problem) { Console.WriteLine(problem.Message); }
    }
}
"""


@pytest.fixture
def probe(own_folder: Workshop, tmp_path: Path) -> Workshop:
    (tmp_path / "Probe.cs").write_text(PROBE)
    references = [f"-r:{own_folder.folder / name}.dll" for name in ("UnityEngine", "MirageLSD.Runtime")]
    target = own_folder.folder / "Probe.exe"
    subprocess.run(["mcs", "-nologo", f"-out:{target}", *references, str(tmp_path / "Probe.cs")], check=True)
    return own_folder


def say(probe: Workshop) -> str:
    done = subprocess.run(
        ["mono", str(probe.folder / "Probe.exe")], env=probe.environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def replace_library(probe: Workshop, code: str) -> None:
    source = probe.folder / "other.c"
    source.write_text(code)
    library = probe.folder / "liblsd.so"
    library.unlink()
    subprocess.run(["gcc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)


def test_with_the_right_library_an_engine_is_made(probe: Workshop) -> None:
    assert say(probe) == "made"


def test_missing(probe: Workshop) -> None:
    (probe.folder / "liblsd.so").unlink()
    assert "the native library 'lsd' is not there for this platform: import the whole package again" in say(probe)


def test_another_version(probe: Workshop) -> None:
    replace_library(probe, 'const char* lsd_version(void) { return "9.4.2"; }')
    assert "the native library is version 9.4.2, this package needs 0.1.x" in say(probe)


def test_another_library_of_the_same_name(probe: Workshop) -> None:
    replace_library(probe, "int something_else(void) { return 1; }")
    assert "another library named 'lsd' is in the way" in say(probe)
