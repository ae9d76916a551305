"""Builds the wheels: the Python package with the native libraries of one platform inside.

    python tools/build_wheels.py                        every platform
    python tools/build_wheels.py linux-x64              only this one

They land in dist/wheels. The libraries come from tools/build_native_all.py, which builds what is out of date. Python
talks to them with cffi in ABI mode, so that one wheel a platform does for every Python from 3.11 on.
The same tree gives the same bytes: entries are sorted, and nothing in them knows the time, the user or the folder.
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import build_native_all
from wheel_licences import third_party_licences

REPOSITORY = Path(__file__).resolve().parent.parent
WHEELS = REPOSITORY / "dist" / "wheels"
NATIVE_FOLDER = "mirage_lsd/_native"
_OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # a zip file can't say "none"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel: its platform tags, as pip compares them, and the libraries that it carries."""

    tags: tuple[str, ...]
    libraries: tuple[str, ...]


_LINUX = ("liblsd.so", "libmirage_shader.so", "liblsd_reproject.so")
_MACOS = ("liblsd.dylib", "libmirage_shader.dylib", "liblsd_reproject.dylib")
# The tags repeat what build_native_all's zig targets promise; tests/wheels holds them against the libraries.
WHEEL_OF = {
    "windows-x64": Wheel(("win_amd64",), ("lsd.dll", "mirage_shader.dll", "lsd_reproject.dll")),
    "linux-x64": Wheel(("manylinux_2_17_x86_64", "manylinux2014_x86_64"), _LINUX),
    "linux-arm64": Wheel(("manylinux_2_17_aarch64", "manylinux2014_aarch64"), _LINUX),
    "macos-arm64": Wheel(("macosx_11_0_arm64",), _MACOS),
    "macos-x64": Wheel(("macosx_11_0_x86_64",), _MACOS),
}


def main(names: list[str]) -> int:
    names = names or list(WHEEL_OF)
    for name in names:
        if name not in WHEEL_OF:
            print(f"{name} is not a platform; choose from {', '.join(WHEEL_OF)}.", file=sys.stderr)
            return 2
    status = build_native_all.main(names)
    if status != 0:
        return status
    with tempfile.TemporaryDirectory() as folder:
        pure = pure_wheel(Path(folder))
        for name in names:
            libraries = {file: build_native_all.OUT / name / file for file in WHEEL_OF[name].libraries}
            wheel = write_wheel(pure, WHEEL_OF[name].tags, libraries, third_party_licences(name), WHEELS)
            print(f"{wheel.relative_to(REPOSITORY)}: {wheel.stat().st_size / 1e6:.1f} MB")
    return 0


def pure_wheel(folder: Path) -> Path:
    """The package without libraries, by its own build backend: the files and the metadata are the backend's affair."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "wheel", "--no-deps"]
    command += ["--config-settings=wheel.cmake=false", "-w", str(folder), str(REPOSITORY)]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("mirage_lsd-*-py3-none-any.whl")
    return wheel


def write_wheel(
    pure: Path, tags: tuple[str, ...], libraries: dict[str, Path], licences: dict[str, bytes], target: Path
) -> Path:
    """Writes the wheel of one platform into the folder `target`.

    Args:
        pure: the wheel without libraries.
        tags: platform tags; the first ones are the more exact ones.
        libraries: file name in `mirage_lsd/_native` -> the library.
        licences: file name -> text, of what is linked into the libraries.
    """
    with zipfile.ZipFile(pure) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    (information,) = {name.partition("/")[0] for name in files if ".dist-info/" in name}
    files |= {f"{NATIVE_FOLDER}/{name}": path.read_bytes() for name, path in libraries.items()}
    files |= {f"{information}/licenses/third_party/{name}": text for name, text in licences.items()}
    files[f"{information}/WHEEL"] = wheel_file(files[f"{information}/WHEEL"].decode(), tags).encode()
    del files[f"{information}/RECORD"]
    # The metadata last: whoever reads a wheel over a network asks for its end.
    order = sorted(files, key=lambda name: (name.startswith(information), name))
    record = "".join(f"{name},sha256={digest(files[name])},{len(files[name])}\n" for name in order)
    target.mkdir(parents=True, exist_ok=True)
    wheel = target / f"{information.removesuffix('.dist-info')}-py3-none-{'.'.join(tags)}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in order:
            write_file(archive, name, files[name])
        write_file(archive, f"{information}/RECORD", f"{record}{information}/RECORD,,\n".encode())
    return wheel


def wheel_file(text: str, tags: tuple[str, ...]) -> str:
    """The file WHEEL with these platforms' tags; the package is no longer the same on every platform."""
    lines = [line for line in text.splitlines() if re.match(r"(Wheel-Version|Generator):", line)]
    return "\n".join([*lines, "Root-Is-Purelib: false", *(f"Tag: py3-none-{tag}" for tag in tags)]) + "\n"


def digest(data: bytes) -> str:
    """As RECORD wants it: URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write_file(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _OLDEST_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100755 if name.startswith(NATIVE_FOLDER) else 0o100644) << 16
    archive.writestr(entry, data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
