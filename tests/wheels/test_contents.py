"""What lies in each wheel, and what its libraries ask of the system."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from binaries import Binary, read_binary
from conftest import REPOSITORY, VERSION, WHEEL_OF, wheel_of

PLATFORMS = list(WHEEL_OF)
HEADER = (REPOSITORY / "shared_protocol" / "native" / "include" / "lsd" / "lsd.h").read_text()
LSD_FUNCTIONS = set(re.findall(r"^LSD_API [^;(]*?(lsd_\w+)\(", HEADER, re.MULTILINE))
MLS_FUNCTIONS = {"mls_guide", "mls_instructions", "mls_reproject", "mls_shade", "mls_use"}
FUNCTIONS = {"lsd": LSD_FUNCTIONS, "mirage_shader": MLS_FUNCTIONS, "lsd_reproject": {"lsd_reproject"}}
# Of every Windows since 10, of glibc, and of macOS: nothing that one would have to install. PyTorch's own Visual C++
# run-time library is not among them: these are built without it.
SYSTEM_LIBRARIES = {
    "windows": r"(kernel32|ws2_32|iphlpapi|rpcrt4|advapi32|user32|ntdll|api-ms-win-crt-[a-z]+-l1-1-0)\.dll",
    "linux": r"(libc|libm|libdl|libpthread|librt|ld-linux-(x86-64|aarch64))\.so\.\d+",
    "macos": r"/usr/lib/libSystem\.B\.dylib",
}


def system(platform: str) -> str:
    return platform.partition("-")[0]


def libraries(platform: str, tmp_path: Path) -> dict[str, Binary]:
    with zipfile.ZipFile(wheel_of(platform)) as archive:
        names = [f"mirage_lsd/_native/{name}" for name in WHEEL_OF[platform].libraries]
        return {Path(name).name: read_binary(Path(archive.extract(name, tmp_path))) for name in names}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_files(platform: str) -> None:
    names = zipfile.ZipFile(wheel_of(platform)).namelist()
    assert len(names) == len(set(names))
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"mirage_lsd", f"mirage_lsd-{VERSION}.dist-info"}  # and so no lab, no tests
    for wanted in ("models/weights/mirage-lsd-v1.safetensors", "samples/greybox/level.py", "py.typed", "cli.py"):
        assert f"mirage_lsd/{wanted}" in names
    native = {Path(name).name for name in names if name.startswith("mirage_lsd/_native/")}
    assert native == set(WHEEL_OF[platform].libraries)
    assert not [name for name in names if re.search(r"__pycache__|\.pyc$|/tests?/|conftest|test_", name)]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_module_of_the_checkout_is_there(platform: str) -> None:
    package = REPOSITORY / "bridge_server" / "mirage_lsd"
    modules = {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}
    assert modules <= set(zipfile.ZipFile(wheel_of(platform)).namelist())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_record(platform: str) -> None:
    archive = zipfile.ZipFile(wheel_of(platform))
    (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(archive.read(record).decode()))}
    assert set(rows) == set(archive.namelist())
    assert rows.pop(record) == ["", ""]
    for name, (said, size) in rows.items():
        data = archive.read(name)
        assert len(data) == int(size), name
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        assert said == f"sha256={digest}", name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_tags_and_metadata(platform: str) -> None:
    wheel = wheel_of(platform)
    archive = zipfile.ZipFile(wheel)
    texts = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist() if ".dist-info/" in name}
    said = Parser().parsestr(texts["WHEEL"].decode())
    assert said["Root-Is-Purelib"] == "false"
    assert said.get_all("Tag") == [f"py3-none-{tag}" for tag in WHEEL_OF[platform].tags]
    assert wheel.stem.split("-")[2:4] == ["py3", "none"]
    metadata = Parser().parsestr(texts["METADATA"].decode())
    assert (metadata["Name"], metadata["Version"], metadata["Requires-Python"]) == ("mirage-lsd", VERSION, ">=3.11")
    assert b"mirage-lsd=mirage_lsd.cli:main" in texts["entry_points.txt"].replace(b" ", b"")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_licences(platform: str) -> None:
    archive = zipfile.ZipFile(wheel_of(platform))
    texts = {
        name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist() if "/licenses/" in name
    }
    assert "Apache License" in texts["LICENSE"]
    assert "SPECIAL EXCEPTION GRANTED BY COPYRIGHT HOLDERS" in texts["libzmq-COPYING.LESSER"]
    assert "Boost Software License" in texts["msgpack-cxx.txt"]
    assert "LLVM Exceptions" in texts["libcxx.txt"]
    assert ("wepoll.txt" in texts) == ("mingw-w64.txt" in texts) == (system(platform) == "windows")
    for name in texts.keys() - {"LICENSE", "NOTICE.txt"}:
        assert name in texts["NOTICE.txt"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_libraries_fit_the_tag(platform: str, tmp_path: Path) -> None:
    tag = WHEEL_OF[platform].tags[0]
    for name, binary in libraries(platform, tmp_path).items():
        machine = "arm64" if platform.endswith("arm64") else "x86_64"
        assert binary.machine == machine, name
        if system(platform) == "linux":
            promised = re.match(r"manylinux_(\d+)_(\d+)_", tag)
        elif system(platform) == "macos":
            promised = re.match(r"macosx_(\d+)_(\d+)_", tag)
            assert binary.signed or machine == "x86_64", name
        else:
            assert tag == "win_amd64"
            continue
        assert promised is not None
        assert binary.minimum[:2] <= (int(promised[1]), int(promised[2])), name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_libraries_need_the_system_only(platform: str, tmp_path: Path) -> None:
    for name, binary in libraries(platform, tmp_path).items():
        assert binary.needed
        strangers = {need for need in binary.needed if not re.fullmatch(SYSTEM_LIBRARIES[system(platform)], need)}
        assert strangers == set(), name
        assert binary.search_paths == (), name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_libraries_export_their_interface_alone(platform: str, tmp_path: Path) -> None:
    """A C++ run-time library that looks out would take the place of the engine's or Python's own."""
    for name, binary in libraries(platform, tmp_path).items():
        assert binary.exports == FUNCTIONS[name.removeprefix("lib").partition(".")[0]], name
        assert not binary.replaceable, name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_path_of_the_machine_that_built_it(platform: str) -> None:
    archive = zipfile.ZipFile(wheel_of(platform))
    homes = (str(REPOSITORY), str(Path.home()))
    for name in archive.namelist():
        data = archive.read(name)
        for home in homes:
            assert home.encode() not in data, (name, home)
        if name.startswith("mirage_lsd/_native/"):
            assert not re.search(rb"(?<![\w.-])/(home|Users|root|work|tmp|build)/[\w.]", data), name
            assert b".debug_info" not in data, name
