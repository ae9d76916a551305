"""Takes the weak binding out of a macOS library, and makes its signature fit again.

zig's linker has weak symbols of the C++ run-time library that is linked in looked up in every library of the process, hidden as they
are: the system's own C++ library would take their place. Each place already holds the address in this library, as if there were no
binding, so the list of what to look up is emptied. Nothing moves.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

# mach-o/loader.h; little-endian
_HEADER_BYTES = 32
_DYLD_INFO_ONLY, _CODE_SIGNATURE = 0x80000022, 0x1D
# cs_blobs.h; big-endian
_CODE_DIRECTORY, _SHA256 = 0xFADE0C02, 2


def bind_locally(library: Path) -> None:
    """Rewrites a 64-bit library in place. Its ad-hoc signature, where it has one, fits what was written."""
    file = bytearray(library.read_bytes())
    commands = _load_commands(file)
    at = commands[_DYLD_INFO_ONLY]
    offset, size = struct.unpack_from("<II", file, at + 24)  # weak_bind_off, weak_bind_size
    file[offset : offset + size] = bytes(size)  # BIND_OPCODE_DONE
    if _CODE_SIGNATURE in commands:
        start, _ = struct.unpack_from("<II", file, commands[_CODE_SIGNATURE] + 8)
        _sign(file, start)
    library.write_bytes(file)


def _load_commands(file: bytearray) -> dict[int, int]:
    """Where each kind of load command is; of several of a kind, the last."""
    found = {}
    at = _HEADER_BYTES
    for _ in range(struct.unpack_from("<I", file, 16)[0]):
        command, size = struct.unpack_from("<II", file, at)
        found[command] = at
        at += size
    return found


def _sign(file: bytearray, start: int) -> None:
    """Writes the hash of every page before the signature into its code directory."""
    (count,) = struct.unpack_from(">I", file, start + 8)
    blobs = [start + struct.unpack_from(">II", file, start + 12 + 8 * i)[1] for i in range(count)]
    (directory,) = (blob for blob in blobs if struct.unpack_from(">I", file, blob) == (_CODE_DIRECTORY,))
    hashes, _, _, pages, limit = struct.unpack_from(">5I", file, directory + 16)
    size, kind, _, page_bits = struct.unpack_from(">4B", file, directory + 36)
    if (size, kind) != (32, _SHA256):
        raise SystemExit("zig signs in another way than it did: look at tools/macos_binding.py.")
    for i in range(pages):
        page = file[i << page_bits : min((i + 1) << page_bits, limit)]
        at = directory + hashes + size * i
        file[at : at + size] = hashlib.sha256(page).digest()
