"""Compiles the Unity package with mono against the stand-in, one assembly for each asmdef, and runs NUnit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mirage_lsd.client.library import library_path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "unity_package" / "com.miragelsd.bridge"
TESTS = REPOSITORY / "unity_package" / "tests"
STAND_IN = TESTS / "stand_in"
HEADER = REPOSITORY / "shared_protocol" / "native" / "include"
# What Unity's compiler takes and mono's does not is not used; every warning is an error.
COMPILER = ("mcs", "-langversion:7", "-unsafe", "-warnaserror", "-nowarn:1685", "-nologo", "-target:library")


# A machine that is busy with much else takes minutes for what an idle one does in seconds.
PATIENCE_S = 1200


@dataclass(slots=True)
class Assembly:
    """One compilation: the sources, and the names of the assemblies it may use."""

    name: str
    sources: list[Path]
    references: list[str] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)


def sources(folder: Path) -> list[Path]:
    """The C# files of a folder that belong to its asmdef: not those of a folder below with an asmdef of its own."""
    others = [path.parent for path in folder.rglob("*.asmdef") if path.parent != folder]
    return [path for path in sorted(folder.rglob("*.cs")) if not any(other in path.parents for other in others)]


def nunit() -> Path:
    """Debian's NUnit."""
    found = sorted(Path("/usr/lib").glob("*/nunit*/**/nunit.framework.dll")) or sorted(
        Path("/usr/lib/cli").rglob("nunit.framework.dll")
    )
    if not found:
        raise RuntimeError("NUnit is missing: apt-get install libnunit-cil-dev nunit-console mono-mcs mono-runtime.")
    return found[0]


class Workshop:
    """Compiles into one folder; every assembly finds the others there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(nunit(), folder)
        shutil.copy(library_path(), folder)
        shutil.copy(library_path().with_name("liblsd_reproject.so"), folder)
        shader = folder / "libstand_in_shader.so"
        command = ["g++", "-O2", "-std=c++17", "-fPIC", "-shared", "-I", str(PACKAGE / "Runtime" / "Resources")]
        subprocess.run([*command, str(STAND_IN / "simulation" / "shader.cpp"), "-o", str(shader)], check=True)
        self.layout = folder / "layout.txt"
        self.layout.write_text(struct_layout(folder))
        self.conventions = folder / "conventions.txt"
        self.conventions.write_text(convention_numbers())
        self.launcher = folder / "launcher.txt"
        self.launcher.write_text(launcher_lines())

    def compile(self, assembly: Assembly) -> Path:
        """Raises AssertionError with the compiler's own words."""
        target = self.folder / f"{assembly.name}.dll"
        command = [*COMPILER, f"-out:{target}", *(f"-r:{self.folder / name}.dll" for name in assembly.references)]
        command += [f"-d:{define}" for define in assembly.defines]
        done = subprocess.run([*command, *map(str, assembly.sources)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return target

    def environment(self, **extra: str) -> dict[str, str]:
        python_path = os.pathsep.join(path for path in sys.path if path)
        return os.environ | {
            "LD_LIBRARY_PATH": str(self.folder),
            "LSD_TEST_PYTHON": sys.executable,
            "LSD_TEST_CONVENTIONS": str(self.conventions),
            "LSD_TEST_LAUNCHER": str(self.launcher),
            "LSD_TEST_LAYOUT": str(self.layout),
            "LSD_TEST_SHADER": str(TESTS / "run_shader.py"),
            "LSD_TEST_QUICK_DAEMON": str(TESTS / "quick_daemon.py"),
            "PYTHONPATH": python_path,
            **extra,
        }

    def run_tests(self, name: str, fixture: str, **extra: str) -> int:
        """Runs the fixtures below a namespace; returns how many tests passed, fails with those that did not."""
        report = self.folder / f"{name}.xml"
        command = ["nunit-console", "-nologo", "-noshadow", "-nothread", f"-run:{fixture}", f"-xml={report}"]
        done = subprocess.run(
            [*command, f"{name}.dll"],
            cwd=self.folder,
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert report.is_file(), done.stdout + done.stderr
        cases = ElementTree.parse(report).getroot().findall(".//test-case")
        failures = [
            f"{case.get('name')}: {(case.findtext('.//message') or '').strip()}"
            for case in cases
            if case.get("executed") != "True" or case.get("success") != "True"
        ]
        assert cases, done.stdout + done.stderr
        assert not failures, "\n".join(failures)
        return len(cases)


def struct_layout(folder: Path) -> str:
    """`struct field offset`, and `struct sizeof size`, as the C++ compiler lays lsd.h out."""
    header = re.sub(r"/\*.*?\*/", "", (HEADER / "lsd" / "lsd.h").read_text(), flags=re.DOTALL)
    lines = []
    for name, body in re.findall(r"typedef struct (lsd_\w+) \{(.*?)\}", header, re.DOTALL):
        lines.append(f'std::printf("{name} sizeof %zu\\n", sizeof({name}));')
        for part in re.split("[;,]", body):
            match = re.search(r"(\w+)(\[\w+\])?\s*$", part)
            if match:
                lines.append(f'std::printf("{name} {match[1]} %zu\\n", offsetof({name}, {match[1]}));')
    program = '#include <cstddef>\n#include <cstdio>\n#include "lsd/lsd.h"\nint main() {\n' + "\n".join(lines) + "\n}\n"
    (folder / "layout.cpp").write_text(program)
    subprocess.run(["g++", "-I", str(HEADER), "layout.cpp", "-o", "layout"], cwd=folder, check=True)
    return subprocess.run([str(folder / "layout")], capture_output=True, text=True, check=True).stdout


def convention_numbers() -> str:
    """Unity's part of conventions.json as lines `case name:number number ...`, which C# reads without a JSON library."""
    shared = REPOSITORY / "shared_protocol" / "vectors" / "conventions.json"
    data = json.loads(shared.read_text())
    lines = []
    for number, case in enumerate(data["cases"]):
        unity = case["engines"]["unity"]
        values = {f"expected.{name}": value for name, value in case["expected"].items()}
        values |= {f"camera.{name}": value for name, value in unity["camera"].items()} | unity
        for name, value in values.items():
            flat = list(flatten(value))
            if all(isinstance(item, int | float) for item in flat):
                lines.append(f"{number} {name}:" + " ".join(repr(float(item)) for item in flat))
    return "\n".join(lines) + "\n"


def launcher_lines() -> str:
    """launcher.json as lines of words with tabs between them, a blank line behind each case."""
    cases = json.loads((REPOSITORY / "shared_protocol" / "vectors" / "launcher.json").read_text())
    lines = []
    for kind in ("find", "serve", "next"):
        for case in cases[kind]:
            lines.append(f"kind\t{kind}")
            for name, value in case.items():
                if isinstance(value, dict):
                    rows = [[key, text] for key, text in value.items()]
                elif isinstance(value, list) and value and isinstance(value[0], str) and name != "existing":
                    rows = [value]
                elif isinstance(value, list):
                    rows = [row if isinstance(row, list) else [row] for row in value]
                else:
                    rows = [[str(value)]] if value is not None else []
                lines += ["\t".join([name, *row]).replace("\n", " ") for row in rows]
            lines.append("")
    return "\n".join(lines)


def flatten(value: Any) -> Iterator[Any]:
    """The numbers of nested lists, in order; what is no list, itself."""
    if isinstance(value, list):
        for item in value:
            yield from flatten(item)
    else:
        yield value
