"""Stages the Unreal plugin with the native libraries and writes the zip that a developer unpacks into a project's Plugins folder.

    python unreal_plugin/package.py --native build/native-all --stage build/unreal-plugin --zip dist/MirageLSD-UE5.zip

`--platforms linux-x64` (comma-separated) takes fewer than all; the plugin's descriptor then names only those. `--engine-version 5.7.0` writes
the version that Fab wants, one release each.
"""

from __future__ import annotations

import argparse
import json
import shutil
import struct
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
PLUGIN = HERE / "MirageLSD"
CORE = Path("Source") / "ThirdParty" / "LSDCore"
# What `make native-all` leaves, and Unreal's name of the platform.
FILES = {
    "windows-x64": ("lsd.dll", "lsd.lib"),
    "linux-x64": ("liblsd.so",),
    "linux-arm64": ("liblsd.so",),
    "macos-arm64": ("liblsd.dylib",),
    "macos-x64": ("liblsd.dylib",),
}
UNREAL_NAMES = {
    "windows-x64": "Win64",
    "linux-x64": "Linux",
    "linux-arm64": "LinuxArm64",
    "macos-arm64": "Mac",
    "macos-x64": "Mac",
}
# What the engine shades with, under Unreal's kind of name; /Plugin/MirageLSD/Private/ is where they are included from.
SHADERS = {"lsd_shade.hlsl": "LSDShade.ush", "lsd_reproject.hlsl": "LSDReproject.ush"}
# e_machine of an ELF file.
ELF_MACHINES = {"linux-x64": 0x3E, "linux-arm64": 0xB7}
MACHO_64 = 0xFEEDFACF
FAT_MAGIC = 0xCAFEBABE
FAT_ALIGNMENT = 14  # as a power of two: pages of 16 KiB


class PackageError(Exception):
    """The text is one sentence that says what to do."""


def universal(thin: Sequence[bytes]) -> bytes:
    """One Mach-O file for several processors: what `lipo -create` makes."""
    page = 1 << FAT_ALIGNMENT
    header = struct.pack(">II", FAT_MAGIC, len(thin))
    body = b""
    offset = page
    for library in thin:
        magic, cpu, subtype = struct.unpack_from("<IiI", library.ljust(12, b"\0"))
        if magic != MACHO_64:
            raise PackageError("A macOS library is no 64-bit Mach-O file: run `make native-all` again.")
        header += struct.pack(">iIIII", cpu, subtype & 0x00FFFFFF, offset, len(library), FAT_ALIGNMENT)
        padded = library.ljust(-(-len(library) // page) * page, b"\0")
        body += padded
        offset += len(padded)
    return header.ljust(page, b"\0") + body


def check_processor(platform: str, library: Path) -> None:
    """Otherwise the first to find the wrong processor is the linker of whoever packages a game."""
    if platform not in ELF_MACHINES:
        return
    header = library.read_bytes()[:20]
    if header[:4] != b"\x7fELF" or int.from_bytes(header[18:20], "little") != ELF_MACHINES[platform]:
        raise PackageError(f"{library} is not made for {platform}: run `make native-all` again.")


def stage(native: Path, target: Path, platforms: Sequence[str], engine_version: str | None) -> None:
    """Makes `target` a complete plugin folder."""
    libraries = {platform: [native / platform / name for name in FILES[platform]] for platform in platforms}
    for platform, files in libraries.items():
        for file in files:
            if not file.is_file():
                raise PackageError(
                    f"{file} is missing: run `make native-all`, or take fewer platforms, such as --platforms linux-x64."
                )
            check_processor(platform, file)
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(PLUGIN, target, ignore=shutil.ignore_patterns(".*", "Binaries", "Intermediate"))
    (target / "Content").mkdir(exist_ok=True)
    include = target / CORE / "Include" / "lsd"
    include.mkdir(parents=True)
    shutil.copy2(REPOSITORY / "shared_protocol" / "native" / "include" / "lsd" / "lsd.h", include)
    for shared, name in SHADERS.items():
        shutil.copy2(REPOSITORY / "shared_protocol" / "shading" / shared, target / "Shaders" / "Private" / name)
    shutil.copy2(REPOSITORY / "LICENSE", target)
    macs = [
        file.read_bytes() for platform in platforms if UNREAL_NAMES[platform] == "Mac" for file in libraries[platform]
    ]
    for platform in platforms:
        folder = target / CORE / "Lib" / UNREAL_NAMES[platform]
        folder.mkdir(parents=True, exist_ok=True)
        if UNREAL_NAMES[platform] == "Mac":
            (folder / "liblsd.dylib").write_bytes(universal(macs))
            continue
        for file in libraries[platform]:
            shutil.copy2(file, folder)
    write_descriptor(target / "MirageLSD.uplugin", [UNREAL_NAMES[p] for p in platforms], engine_version)


def write_descriptor(path: Path, unreal_platforms: Sequence[str], engine_version: str | None) -> None:
    """Leaves in the descriptor the platforms that are there."""
    descriptor: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept = [name for name in descriptor["SupportedTargetPlatforms"] if name in unreal_platforms]
    descriptor["SupportedTargetPlatforms"] = kept
    for module in descriptor["Modules"]:
        module["PlatformAllowList"] = [name for name in module["PlatformAllowList"] if name in kept]
    if engine_version is not None:
        descriptor["EngineVersion"] = engine_version
    path.write_text(json.dumps(descriptor, indent="\t") + "\n", encoding="utf-8", newline="\n")


def write_zip(folder: Path, path: Path) -> None:
    """The same folder gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(f"MirageLSD/{file.relative_to(folder).as_posix()}", (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Builds MirageLSD-UE5.zip.")
    parser.add_argument("--native", type=Path, default=REPOSITORY / "build" / "native-all", metavar="FOLDER")
    parser.add_argument("--stage", type=Path, default=REPOSITORY / "build" / "unreal-plugin", metavar="FOLDER")
    parser.add_argument("--zip", type=Path, default=REPOSITORY / "dist" / "MirageLSD-UE5.zip", metavar="FILE")
    parser.add_argument("--platforms", default=",".join(FILES), metavar="NAMES")
    parser.add_argument("--engine-version", metavar="5.X.0")
    options = parser.parse_args(arguments)
    platforms = [name for name in options.platforms.split(",") if name]
    unknown = [name for name in platforms if name not in FILES]
    if unknown or not platforms:
        print(f"--platforms takes some of {', '.join(FILES)}, not {', '.join(unknown) or 'none'}.", file=sys.stderr)
        return 2
    try:
        stage(options.native, options.stage / "MirageLSD", platforms, options.engine_version)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    write_zip(options.stage / "MirageLSD", options.zip)
    print(f"{options.zip} ({options.zip.stat().st_size / 1e6:.1f} MB): {', '.join(platforms)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
