"""What a shared library says of itself, in the same words for ELF, PE and Mach-O."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import lief

# zig's linker lists these marks of its own among the exports; every image has them, and none looks for another's.
_MACHO_MARKS = {"__mh_dylib_header", "___dso_handle"}
# Of Apple's cs_blobs.h; all of it is big-endian.
_SUPER_BLOB, _CODE_DIRECTORY, _AD_HOC, _SHA256 = 0xFADE0CC0, 0xFADE0C02, 0x2, 2


@dataclass(frozen=True, slots=True)
class Binary:
    """A shared library.

    Attributes:
        machine: "x86_64" or "arm64".
        needed: names of the libraries that it wants.
        exports: names of the functions that it gives.
        minimum: the oldest system that it runs on: glibc's version, macOS' version, () for Windows.
        signed: whether it has an ad-hoc signature that fits its content (Apple's ARM machines load no library without).
        search_paths: folders in which it looks for others.
        replaceable: whether another library's symbols may take the place of its own when it is loaded (macOS' weak binding).
    """

    machine: str
    needed: frozenset[str]
    exports: frozenset[str]
    minimum: tuple[int, ...]
    signed: bool
    search_paths: tuple[str, ...]
    replaceable: bool = False


def read_binary(path: Path) -> Binary:
    """Reads one."""
    binary = lief.parse(str(path))
    if isinstance(binary, lief.ELF.Binary):
        return _read_elf(binary)
    if isinstance(binary, lief.PE.Binary):
        return _read_pe(binary)
    assert isinstance(binary, lief.MachO.Binary), f"{path} is no shared library"
    return _read_macho(binary, path)


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


def _read_macho(binary: lief.MachO.Binary, path: Path) -> Binary:
    machine = {lief.MachO.Header.CPU_TYPE.X86_64: "x86_64", lief.MachO.Header.CPU_TYPE.ARM64: "arm64"}
    minimum = binary.build_version.minos if binary.has_build_version else binary.version_min.version
    own = binary.get(lief.MachO.LoadCommand.TYPE.ID_DYLIB)
    needed = {library.name for library in binary.libraries if own is None or library.name != own.name}
    exports = {symbol.name for symbol in binary.exported_symbols} - _MACHO_MARKS
    return Binary(
        machine[binary.header.cpu_type],
        frozenset(map(str, needed)),
        frozenset(str(name).removeprefix("_") for name in exports),
        tuple(minimum),
        binary.has_code_signature and _signature_fits(path.read_bytes(), binary.code_signature.data_offset),
        tuple(str(path) for path in ([binary.rpath.path] if binary.has_rpath else [])),
        any(bytes(binary.dyld_info.weak_bind_opcodes)),
    )


def _signature_fits(file: bytes, start: int) -> bool:
    """Whether the ad-hoc signature at `start` has the hash of each page before it: what the system compares when it loads one."""
    magic, _, count = struct.unpack_from(">III", file, start)
    assert magic == _SUPER_BLOB
    blobs = [struct.unpack_from(">II", file, start + 12 + 8 * i)[1] for i in range(count)]
    (directory,) = (
        start + blob for blob in blobs if struct.unpack_from(">I", file, start + blob) == (_CODE_DIRECTORY,)
    )
    flags, hashes, _, _, pages, limit = struct.unpack_from(">6I", file, directory + 12)
    size, kind, _, page_bits = struct.unpack_from(">4B", file, directory + 36)
    said = [file[directory + hashes + size * i :][:size] for i in range(pages)]
    page = 1 << page_bits
    found = [hashlib.sha256(file[at : min(at + page, limit)]).digest() for at in range(0, limit, page)]
    return bool(flags & _AD_HOC) and (size, kind) == (32, _SHA256) and limit == start and said == found
