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


@pytest.mark.parametrize(("name", "machine"), [("linux-x64", 62), ("linux-arm64", 183)])
def test_linux_exports_and_needs_little(name: str, machine: int) -> None:
    library = built(f"{name}/liblsd.so")
    assert struct.unpack_from("<H", library.read_bytes(), 18)[0] == machine
    symbols = {line.split()[2].split("@")[0] for line in output("nm", "-D", "--defined-only", library).splitlines()}
    assert symbols == DECLARED
    needed = [
        tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", output("nm", "-D", library))
    ]
    assert max(needed) <= (2, 17)
    libraries = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", library)))
    assert not {name for name in libraries if "stdc++" in name or "zmq" in name}


@pytest.mark.parametrize(("name", "machine"), [("windows-x64", 0x8664), ("windows-arm64", 0xAA64)])
def test_windows_is_for_its_processor_and_exports(name: str, machine: int) -> None:
    content = built(f"{name}/lsd.dll").read_bytes()
    header = struct.unpack_from("<I", content, 0x3C)[0]
    assert struct.unpack_from("<4sH", content, header) == (b"PE\0\0", machine)
    assert exported_by_windows(content, header) == DECLARED
    assert built(f"{name}/lsd.lib").stat().st_size > 0


def exported_by_windows(library: bytes, header: int) -> set[str]:
    """The names in a 64-bit PE file's export table."""
    count, optional = (
        struct.unpack_from("<H", library, header + 6)[0],
        struct.unpack_from("<H", library, header + 20)[0],
    )
    sections = [struct.unpack_from("<8sIIII", library, header + 24 + optional + 40 * i) for i in range(count)]

    def at(address: int) -> int:
        for _, size, start, raw, offset in sections:
            if start <= address < start + max(size, raw):
                return address - start + offset
        raise AssertionError("an address outside of all sections")

    table = at(struct.unpack_from("<I", library, header + 24 + 112)[0])
    names, entries = (
        struct.unpack_from("<I", library, table + 24)[0],
        at(struct.unpack_from("<I", library, table + 32)[0]),
    )
    found = set()
    for i in range(names):
        start = at(struct.unpack_from("<I", library, entries + 4 * i)[0])
        found.add(library[start : library.index(b"\0", start)].decode())
    return found


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
