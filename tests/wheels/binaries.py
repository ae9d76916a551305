"""What a shared library says of itself, in the same words for ELF, PE and Mach-O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import lief


@dataclass(frozen=True, slots=True)
class Binary:
    """A shared library.

    Attributes:
        machine: "x86_64" or "arm64".
        needed: names of the libraries that it wants.
        exports: names of the functions that it gives.
        minimum: the oldest system that it runs on: glibc's version, macOS' version, () for Windows.
        signed: whether it has a signature (Apple's ARM machines load no library without).
        search_paths: folders in which it looks for others.
    """

    machine: str
    needed: frozenset[str]
    exports: frozenset[str]
    minimum: tuple[int, ...]
    signed: bool
    search_paths: tuple[str, ...]


def read_binary(path: Path) -> Binary:
    """Reads one."""
    binary = lief.parse(str(path))
    if isinstance(binary, lief.ELF.Binary):
        return _read_elf(binary)
    if isinstance(binary, lief.PE.Binary):
        return _read_pe(binary)
    assert isinstance(binary, lief.MachO.Binary), f"{path} is no shared library"
    return _read_macho(binary)


def _read_elf(binary: lief.ELF.Binary) -> Binary:
    machine = {lief.ELF.ARCH.X86_64: "x86_64", lief.ELF.ARCH.AARCH64: "arm64"}[binary.header.machine_type]
    versions = [
        tuple(int(part) for part in match[1].split("."))
        for requirement in binary.symbols_version_requirement
        for symbol in requirement.get_auxiliary_symbols()
        if (match := re.fullmatch(r"GLIBC_([\d.]+)", symbol.name))
    ]
    paths = [
        str(entry)
        for entry in binary.dynamic_entries
        if type(entry).__name__ in ("DynamicEntryRpath", "DynamicEntryRunPath")
    ]
    exports = {symbol.name for symbol in binary.exported_symbols if not symbol.name.startswith("__")}
    return Binary(
        machine, frozenset(map(str, binary.libraries)), frozenset(map(str, exports)), max(versions), False, tuple(paths)
    )


def _read_pe(binary: lief.PE.Binary) -> Binary:
    machine = {lief.PE.Header.MACHINE_TYPES.AMD64: "x86_64", lief.PE.Header.MACHINE_TYPES.ARM64: "arm64"}
    needed = {entry.name.lower() for entry in binary.imports}
    exports = {entry.name for entry in binary.get_export().entries}
    return Binary(machine[binary.header.machine], frozenset(needed), frozenset(exports), (), False, ())


def _read_macho(binary: lief.MachO.Binary) -> Binary:
    machine = {lief.MachO.Header.CPU_TYPE.X86_64: "x86_64", lief.MachO.Header.CPU_TYPE.ARM64: "arm64"}
    minimum = binary.build_version.minos if binary.has_build_version else binary.version_min.version
    own = binary.get(lief.MachO.LoadCommand.TYPE.ID_DYLIB)
    needed = {library.name for library in binary.libraries if own is None or library.name != own.name}
    exports = {symbol.name.removeprefix("_") for symbol in binary.exported_symbols}
    return Binary(
        machine[binary.header.cpu_type],
        frozenset(map(str, needed)),
        frozenset(map(str, exports)),
        tuple(minimum),
        binary.has_code_signature,
        tuple(str(path) for path in ([binary.rpath.path] if binary.has_rpath else [])),
    )
