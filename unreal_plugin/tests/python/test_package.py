"""The zip that a developer unpacks: made from the real Linux library and small files in place of the others."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ARM64, X86_64 = 0x0100000C, 0x01000007
AARCH64, X64 = 0xB7, 0x3E


def macho(cpu: int, size: int = 20_000) -> bytes:
    return struct.pack("<IiI", 0xFEEDFACF, cpu, 3).ljust(size, bytes([cpu & 0xFF]))


def elf(machine: int) -> bytes:
    return (b"\x7fELF\x02\x01\x01".ljust(18, b"\0") + machine.to_bytes(2, "little")).ljust(64, b"\0")


@pytest.fixture
def native(tmp_path: Path, repository: Path) -> Path:
    folder = tmp_path / "native-all"
    library = repository / "build" / "native" / "liblsd.so"
    contents = {
        "windows-x64/lsd.dll": b"MZ dll",
        "windows-x64/lsd.lib": b"!<arch>\n",
        "linux-x64/liblsd.so": library.read_bytes(),
        "linux-arm64/liblsd.so": elf(AARCH64),
        "macos-arm64/liblsd.dylib": macho(ARM64),
        "macos-x64/liblsd.dylib": macho(X86_64, 33_000),
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def package(repository: Path, native: Path, out: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(repository / "unreal_plugin" / "package.py"), "--native", str(native)]
    command += ["--stage", str(out / "stage"), "--zip", str(out / "plugin.zip"), *extra]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_zip_is_a_complete_plugin(repository: Path, plugin: Path, native: Path, tmp_path: Path) -> None:
    done = package(repository, native, tmp_path)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "plugin.zip") as archive:
        assert archive.testzip() is None
        files = {name.removeprefix("MirageLSD/"): archive.read(name) for name in archive.namelist()}
        assert all(name.startswith("MirageLSD/") for name in archive.namelist())
    core = "Source/ThirdParty/LSDCore"
    header = (repository / "shared_protocol/native/include/lsd/lsd.h").read_bytes()
    assert files[f"{core}/Include/lsd/lsd.h"] == header
    for shared, name in (("lsd_shade", "LSDShade"), ("lsd_reproject", "LSDReproject")):
        text = (repository / "shared_protocol" / "shading" / f"{shared}.hlsl").read_bytes()
        assert files[f"Shaders/Private/{name}.ush"] == text
    assert files[f"{core}/Lib/Win64/lsd.dll"] == b"MZ dll"
    assert files[f"{core}/Lib/Win64/lsd.lib"] == b"!<arch>\n"
    assert files[f"{core}/Lib/Linux/liblsd.so"][:4] == b"\x7fELF"
    assert files[f"{core}/Lib/LinuxArm64/liblsd.so"] == elf(AARCH64)
    # Where the build file looks on each platform.
    build = (plugin / core / "LSDCore.Build.cs").read_text(encoding="utf-8")
    assert 'Path.Combine(ModuleDirectory, "Lib", Target.Platform.ToString())' in build
    staged = {name.split("/")[4] for name in files if name.startswith(f"{core}/Lib/")}
    assert staged == {"Win64", "Linux", "LinuxArm64", "Mac"}
    committed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."],
        cwd=plugin,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = {name for name in committed.stdout.split() if not Path(name).name.startswith(".")}
    assert wanted <= set(files)
    assert "LICENSE" in files
    assert not any("__pycache__" in name or name.startswith(("Binaries", "Intermediate")) for name in files)
    descriptor = json.loads(files["MirageLSD.uplugin"])
    assert descriptor["SupportedTargetPlatforms"] == ["Win64", "Linux", "LinuxArm64", "Mac"]
    assert [len(module["PlatformAllowList"]) for module in descriptor["Modules"]] == [4, 3]


def test_what_is_in_the_libraries_is_named(repository: Path, plugin: Path, native: Path, tmp_path: Path) -> None:
    assert package(repository, native, tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "plugin.zip") as archive:
        notices = archive.read("MirageLSD/ThirdPartyNotices.md").decode()
    unity = (repository / "unity_package/com.miragelsd.bridge/Third Party Notices.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\*\*([^*]+)\*\*", unity))
    assert len(named) >= 5
    assert named <= set(re.findall(r"\*\*([^*]+)\*\*", notices))
    assert "LGPL 3" in notices
    # The engine's packager takes only what is named there.
    assert "/ThirdPartyNotices.md" in (plugin / "Config/FilterPlugin.ini").read_text(encoding="utf-8").splitlines()


def test_the_mac_library_is_for_both_processors(repository: Path, native: Path, tmp_path: Path) -> None:
    assert package(repository, native, tmp_path).returncode == 0
    fat = (tmp_path / "stage/MirageLSD/Source/ThirdParty/LSDCore/Lib/Mac/liblsd.dylib").read_bytes()
    magic, count = struct.unpack_from(">II", fat)
    assert (magic, count) == (0xCAFEBABE, 2)
    for index, (cpu, size) in enumerate([(ARM64, 20_000), (X86_64, 33_000)]):
        found, _, offset, length, align = struct.unpack_from(">iIIII", fat, 8 + 20 * index)
        assert (found, length) == (cpu, size)
        assert offset % (1 << align) == 0
        assert fat[offset : offset + length] == macho(cpu, size)


def test_a_missing_platform_is_one_sentence(repository: Path, native: Path, tmp_path: Path) -> None:
    (native / "windows-x64/lsd.lib").unlink()
    done = package(repository, native, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "windows-x64/lsd.lib is missing" in done.stderr.replace(os.sep, "/")
    assert "make native-all" in done.stderr
    assert not (tmp_path / "plugin.zip").exists()


def test_a_library_of_another_processor_is_refused(repository: Path, native: Path, tmp_path: Path) -> None:
    for content in (elf(X64), b"no library"):
        (native / "linux-arm64/liblsd.so").write_bytes(content)
        done = package(repository, native, tmp_path)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "is not made for linux-arm64" in done.stderr


def test_fewer_platforms_are_named_in_the_descriptor(repository: Path, native: Path, tmp_path: Path) -> None:
    (native / "windows-x64/lsd.lib").unlink()
    done = package(repository, native, tmp_path, "--platforms", "linux-x64", "--engine-version", "5.7.0")
    assert done.returncode == 0, done.stderr
    descriptor = json.loads((tmp_path / "stage/MirageLSD/MirageLSD.uplugin").read_text(encoding="utf-8"))
    assert descriptor["SupportedTargetPlatforms"] == ["Linux"]
    assert all(module["PlatformAllowList"] == ["Linux"] for module in descriptor["Modules"])
    assert descriptor["EngineVersion"] == "5.7.0"
    assert package(repository, native, tmp_path, "--platforms", "amiga").returncode == 2


def test_the_same_input_gives_the_same_bytes(repository: Path, native: Path, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        assert package(repository, native, tmp_path / name).returncode == 0
        made.append((tmp_path / name / "plugin.zip").read_bytes())
    assert made[0] == made[1]
