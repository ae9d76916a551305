"""The libraries of `make native-all`, where they have been built: what they export and what they ask of a system."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from csharp import HEADER, REPOSITORY

NATIVE = REPOSITORY / "build" / "native-all"
DECLARED = set(re.findall(r"^LSD_API .*[ *](lsd_\w+)\(", (HEADER / "lsd" / "lsd.h").read_text(), re.MULTILINE))
# Marks of its own that zig's linker adds to a macOS library.
MACOS_MARKS = {"___dso_handle", "__mh_dylib_header"}


def built(name: str) -> Path:
    path = NATIVE / name
    if not path.is_file():
        pytest.skip(f"{name} is not built: `make native-all`")
    return path


def output(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


def test_linux_exports_and_needs_little() -> None:
    library = built("linux-x64/liblsd.so")
    symbols = {line.split()[2].split("@")[0] for line in output("nm", "-D", "--defined-only", library).splitlines()}
    assert symbols == DECLARED
    needed = [
        tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", output("nm", "-D", library))
    ]
    assert max(needed) <= (2, 17)
    libraries = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", library)))
    assert not {name for name in libraries if "stdc++" in name or "zmq" in name}


def test_windows_exports() -> None:
    library = built("windows-x64/lsd.dll")
    table = output("objdump", "-p", library).partition("[Ordinal/Name Pointer] Table")[2]
    assert set(re.findall(r"\b(lsd_\w+)$", table.partition("\n\n")[0], re.MULTILINE)) == DECLARED
    assert built("windows-x64/lsd.lib").stat().st_size > 0


@pytest.mark.parametrize(("name", "processor"), [("macos-arm64", 0x0100000C), ("macos-x64", 0x01000007)])
def test_macos_is_for_its_processor_and_exports(name: str, processor: int) -> None:
    content = built(f"{name}/liblsd.dylib").read_bytes()
    assert int.from_bytes(content[:4], "little") == 0xFEEDFACF
    assert int.from_bytes(content[4:8], "little") == processor
    assert exported(content) - MACOS_MARKS == {f"_{name}" for name in DECLARED}


def exported(library: bytes) -> set[str]:
    """The external symbols that a Mach-O file defines (mach-o/loader.h, mach-o/nlist.h)."""
    commands, offset = struct.unpack_from("<I", library, 16)[0], 32
    for _ in range(commands):
        command, size = struct.unpack_from("<II", library, offset)
        if command == 0x2:  # LC_SYMTAB
            table, count, strings, _ = struct.unpack_from("<IIII", library, offset + 8)
            break
        offset += size
    symbols = set()
    for i in range(count):
        at, kind = struct.unpack_from("<IB", library, table + 16 * i)
        if kind & 0x01 and not kind & 0x10 and kind & 0x0E == 0x0E:  # external, not private, in a section
            start = strings + at
            symbols.add(library[start : library.index(b"\0", start)].decode())
    return symbols
