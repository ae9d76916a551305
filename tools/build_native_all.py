"""Builds the native core (libzmq inside), the daemon's pixel kernels and late reprojection for Windows, Linux and macOS
on this machine, with zig as the compiler.

    python tools/build_native_all.py                        every platform that is out of date
    python tools/build_native_all.py windows-x64            only this one

The libraries land in build/native-all/<platform>/. A platform is built again when a source of it changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

from macos_binding import bind_locally

REPOSITORY = Path(__file__).resolve().parent.parent
NATIVE = REPOSITORY / "shared_protocol" / "native"
SHADER = REPOSITORY / "bridge_server" / "shader"
REPROJECTION = REPOSITORY / "shared_protocol" / "reprojection"
OUT = REPOSITORY / "build" / "native-all"
TOOLS = OUT / ".tools"
ZIG = "ziglang==0.17.0"
# pyzmq's source distribution carries libzmq 4.3.4 in full; nothing else of it is used.
LIBZMQ = ("pyzmq==25.1.2", "93f1aa311e8bb912e34f004cf186407a4e90eec4f0ecc0efd26056bf7eda0226")


@dataclass(frozen=True, slots=True)
class Platform:
    """One build: zig's and CMake's names for the system, and the files that are kept."""

    zig_target: str
    cmake_system: str
    cmake_processor: str
    files: tuple[str, ...]


_LINUX = ("liblsd.so", "libmirage_shader.so", "liblsd_reproject.so")
_WINDOWS = ("lsd.dll", "lsd.lib", "mirage_shader.dll", "lsd_reproject.dll")
_MACOS = ("liblsd.dylib", "libmirage_shader.dylib", "liblsd_reproject.dylib")
PLATFORMS = {
    "linux-x64": Platform("x86_64-linux-gnu.2.17", "Linux", "x86_64", _LINUX),
    "linux-arm64": Platform("aarch64-linux-gnu.2.17", "Linux", "aarch64", _LINUX),
    "windows-arm64": Platform("aarch64-windows-gnu", "Windows", "ARM64", _WINDOWS),
    "windows-x64": Platform("x86_64-windows-gnu", "Windows", "AMD64", _WINDOWS),
    "macos-arm64": Platform("aarch64-macos.11.0", "Darwin", "arm64", _MACOS),
    "macos-x64": Platform("x86_64-macos.11.0", "Darwin", "x86_64", _MACOS),
}


def main(names: list[str]) -> int:
    for name in names or list(PLATFORMS):
        if name not in PLATFORMS:
            print(f"{name} is not a platform; choose from {', '.join(PLATFORMS)}.", file=sys.stderr)
            return 2
        fingerprint = source_fingerprint(PLATFORMS[name])
        stamp = OUT / name / ".fingerprint"
        if stamp.is_file() and stamp.read_text() == fingerprint:
            print(f"{name}: up to date")
            continue
        print(f"{name}: building (libzmq the first time takes a minute or two)", flush=True)
        build(name, PLATFORMS[name])
        stamp.write_text(fingerprint)
    return 0


def source_fingerprint(platform: Platform) -> str:
    """What the platform's library depends on: sources, build files and the versions of the tools."""
    digest = hashlib.sha256(repr((platform, ZIG, LIBZMQ)).encode())
    folders = [
        *(NATIVE / folder for folder in ("include", "src", "cmake", "cross")),
        *(part / folder for part in (SHADER, REPROJECTION) for folder in ("include", "src")),
    ]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    own = (Path(__file__), REPOSITORY / "tools" / "macos_binding.py")
    files += [NATIVE / "CMakeLists.txt", REPROJECTION.parent / "cmake" / "SmallLibrary.cmake", *own]
    files += [part / file for part in (SHADER, REPROJECTION) for file in ("CMakeLists.txt", "exports.map")]
    for path in sorted(files):
        digest.update(path.relative_to(REPOSITORY).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def build(name: str, platform: Platform) -> None:
    """Configures, compiles, and copies the files of one platform to build/native-all/<name>/."""
    work = OUT / ".work" / name
    configure = [
        *("cmake", "-G", "Ninja", "-S", str(NATIVE / "cross"), "-B", str(work)),
        f"-DCMAKE_SYSTEM_NAME={platform.cmake_system}",
        f"-DCMAKE_SYSTEM_PROCESSOR={platform.cmake_processor}",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_TRY_COMPILE_CONFIGURATION=Release",
        f"-DLSD_LIBZMQ_SOURCE={libzmq_source()}",
        f"-DLSD_MSGPACK_INCLUDE={msgpack_include()}",
        f"-DLSD_LIBCXX_SOURCE={zig_program().parent / 'lib' / 'libcxx'}",
        # zig knows its own system libraries; CMake's searches for Apple's would find none here.
        "-DCMAKE_OSX_SYSROOT=",
        "-DCMAKE_OSX_DEPLOYMENT_TARGET=",
        *(f"-D{key}={value}" for key, value in compiler(name, platform).items()),
    ]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(work)], check=True)
    target = OUT / name
    target.mkdir(parents=True, exist_ok=True)
    for file in platform.files:
        folder = next((part for part in ("shader", "reproject") if part in file), "native")
        shutil.copy2(work / folder / file, target / file)
        if file.endswith(".dylib"):
            bind_locally(target / file)


def compiler(name: str, platform: Platform) -> dict[str, str]:
    """CMake's compiler variables; each tool is a small script, because CMake wants one program a tool."""
    zig = zig_program()
    folder = TOOLS / name
    folder.mkdir(parents=True, exist_ok=True)
    # Without the address-of-null traps that zig adds to every build of its own. Optimized and stripped even where CMake only
    # looks at the compiler: zig builds its run-time libraries, C++'s among them, once for each such choice, in minutes.
    flags = f"-target {platform.zig_target} -fno-sanitize=undefined -O3 -s"
    scripts = {
        "CMAKE_C_COMPILER": ("cc", f"cc {flags}"),
        "CMAKE_CXX_COMPILER": ("c++", f"c++ {flags}"),
        "CMAKE_AR": ("ar", "ar"),
        "CMAKE_RANLIB": ("ranlib", "ranlib"),
        "CMAKE_RC_COMPILER": ("rc", "rc"),
    }
    variables = {}
    for variable, (file, command) in scripts.items():
        path = folder / file
        path.write_text(f'#!/bin/sh\nexec "{zig}" {command} "$@"\n')
        path.chmod(0o755)
        variables[variable] = str(path)
    return variables


def zig_program() -> Path:
    """zig out of its wheel, in an environment of its own: only this build needs it."""
    environment = TOOLS / "zig"
    found = list(environment.glob("lib/python*/site-packages/ziglang/zig"))
    if not found:
        venv.create(environment, with_pip=True)
        pip(environment, "install", ZIG)
        found = list(environment.glob("lib/python*/site-packages/ziglang/zig"))
    return found[0]


def libzmq_source() -> Path:
    """libzmq's folder out of pyzmq's source distribution, fetched once and checked against its hash."""
    requirement, expected = LIBZMQ
    folder = TOOLS / "libzmq"
    if not folder.is_dir():
        zig_program()
        download = TOOLS / "download"
        pip(TOOLS / "zig", "download", "--no-deps", "--no-binary", "pyzmq", "-d", str(download), requirement)
        archive = next(download.glob("pyzmq-*.tar.gz"))
        actual = hashlib.sha256(archive.read_bytes()).hexdigest()
        if actual != expected:
            raise SystemExit(f"{archive} has the hash {actual}, not {expected}: delete it and try again.")
        with tarfile.open(archive) as tar:
            tar.extractall(download, filter="data")
        bundled = next(download.glob("pyzmq-*/bundled/zeromq"))
        hide_symbols(bundled / "include" / "zmq.h")
        bundled.rename(folder)
    return folder


def hide_symbols(header: Path) -> None:
    """libzmq's header exports its functions whatever the compiler is told, and zig's linker has no list for macOS."""
    text = header.read_text()
    header.write_text(text.replace('visibility ("default")', 'visibility ("hidden")'))


def msgpack_include() -> Path:
    """msgpack's headers alone in a folder: the rest of /usr/include is this system's, not the target's."""
    folder = TOOLS / "msgpack"
    folder.mkdir(parents=True, exist_ok=True)
    for entry in ("msgpack.hpp", "msgpack"):
        source, link = Path("/usr/include") / entry, folder / entry
        if not source.exists():
            raise SystemExit(f"{source} is missing: run `make setup`, or install libmsgpack-cxx-dev.")
        if not link.is_symlink():
            link.symlink_to(source)
    return folder


def pip(environment: Path, *arguments: str) -> None:
    subprocess.run(
        [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q", *arguments], check=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
