"""dist/MirageLSD.unitypackage: the same bytes from the same tree, and what another program unpacks from it."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from csharp import PACKAGE, REPOSITORY
from unitypackage_extractor.extractor import extractPackage


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build script, writing to a folder of the test's, with stand-ins for the native libraries."""
    spec = importlib.util.spec_from_file_location("build_unitypackage", REPOSITORY / "tools" / "build_unitypackage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "build_unitypackage", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "DIST", tmp_path / "dist")
    monkeypatch.setattr(module, "NATIVE", tmp_path / "native-all")
    for platform, name in module.LIBRARIES.items():
        folder = tmp_path / "native-all" / platform
        folder.mkdir(parents=True)
        (folder / name).write_bytes(f"library of {platform}".encode())
    return module


def test_same_tree_same_bytes(builder: ModuleType) -> None:
    assert builder.main() == 0
    first = {path.name: path.read_bytes() for path in builder.DIST.iterdir() if path.is_file()}
    assert builder.main() == 0
    assert {path.name: path.read_bytes() for path in builder.DIST.iterdir() if path.is_file()} == first
    names = {"MirageLSD.unitypackage", "MirageLSD.Samples.unitypackage", "com.miragelsd.bridge-0.1.0.tgz"}
    assert set(first) == names


def test_another_program_unpacks_it(builder: ModuleType, tmp_path: Path) -> None:
    builder.main()
    extractPackage(str(builder.DIST / "MirageLSD.unitypackage"), outputPath=str(tmp_path / "project"))
    imported = tmp_path / "project" / "Assets" / "MirageLSD"
    expected = {
        builder.RENAMED.get(path.relative_to(PACKAGE).parts[0], path.relative_to(PACKAGE).parts[0])
        + "".join(f"/{part}" for part in path.relative_to(PACKAGE).parts[1:])
        for path in PACKAGE.rglob("*")
        if path.is_file()
        and path.suffix != ".meta"
        and path.name not in builder.LIBRARIES.values()
        and path.relative_to(PACKAGE).parts[0] not in {"package.json", "Tests", "Samples~"}
    }
    expected |= {f"Runtime/Plugins/{platform}/{name}" for platform, name in builder.LIBRARIES.items()}
    expected |= {f"Runtime/Shading/{name}" for name in builder.SHADERS}
    found = {path.relative_to(imported).as_posix() for path in imported.rglob("*") if path.is_file()}
    assert found == expected
    source = PACKAGE / "Runtime" / "Engine" / "LSDStreamEngine.cs"
    assert (imported / "Runtime" / "Engine" / "LSDStreamEngine.cs").read_bytes() == source.read_bytes()
    assert (imported / "Runtime/Plugins/windows-x64/lsd.dll").read_bytes() == b"library of windows-x64"
    extractPackage(str(builder.DIST / "MirageLSD.Samples.unitypackage"), outputPath=str(tmp_path / "samples"))
    samples = tmp_path / "samples" / "Assets" / "MirageLSD"
    assert (samples / "Samples" / "Webcam" / "WebcamStream.cs").is_file()
    assert {path.name for path in samples.iterdir()} == {"Samples"}


def test_entries_have_what_unity_reads(builder: ModuleType) -> None:
    builder.main()
    with tarfile.open(builder.DIST / "MirageLSD.unitypackage") as tar:
        names = tar.getnames()
        guids = {name.split("/")[0] for name in names}
        for guid in guids:
            assert f"{guid}/asset.meta" in names
            pathname = tar.extractfile(f"{guid}/pathname")
            assert pathname is not None
            target = pathname.read().decode()
            assert "~" not in target
            assert target.startswith("Assets/MirageLSD")
            meta = tar.extractfile(f"{guid}/asset.meta")
            assert meta is not None
            assert f"guid: {guid}\n".encode() in meta.read()


def test_the_package_archive_is_the_package(builder: ModuleType) -> None:
    builder.main()
    content = (builder.DIST / "com.miragelsd.bridge-0.1.0.tgz").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        names = set(tar.getnames())
    assert {"package/package.json", "package/Samples~/Webcam/WebcamStream.cs", "package/LICENSE.md"} <= names
    assert "package/Runtime/Plugins/linux-x64/liblsd.so" in names


def test_the_release_branch_has_everything_inside(builder: ModuleType) -> None:
    """What a Git URL installs: the package at the root, with every library beside its .meta."""
    (builder.DIST / "upm").mkdir(parents=True)
    (builder.DIST / "upm" / "Old.cs").write_text("of another version")
    builder.main()
    root = builder.DIST / "upm"
    assert not (root / "Old.cs").exists()
    assert json.loads((root / "package.json").read_text())["name"] == "com.miragelsd.bridge"
    for platform, name in builder.LIBRARIES.items():
        assert (root / "Runtime" / "Plugins" / platform / name).is_file()
    metas = {path.relative_to(root).as_posix() for path in root.rglob("*.meta")}
    assert {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.meta")} == metas
    for meta in metas:
        assert (root / meta.removesuffix(".meta")).exists(), meta


def test_the_package_managers_links_lead_to_the_release_branch(builder: ModuleType) -> None:
    """Without a repository there are none: the Package Manager opens the files that are installed then, and no page that is missing."""
    builder.main()
    package = json.loads((builder.DIST / "upm" / "package.json").read_text())
    assert package == json.loads((PACKAGE / "package.json").read_text())
    assert not [key for key in package if key.endswith("Url")]
    builder.main("https://example.org/owner/name.git")
    package = json.loads((builder.DIST / "upm" / "package.json").read_text())
    for key, file in {
        "documentationUrl": "Documentation~/index.md",
        "changelogUrl": "CHANGELOG.md",
        "licensesUrl": "LICENSE.md",
    }.items():
        assert package[key] == f"https://example.org/owner/name/blob/upm/{file}"
        assert (builder.DIST / "upm" / file).is_file()
    assert not (builder.DIST / "package.json").exists()


def test_missing_libraries_are_a_sentence(builder: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    (builder.NATIVE / "windows-x64" / "lsd.dll").unlink()
    builder.REPOSITORY = builder.NATIVE.parent
    assert builder.main() == 1
    assert "native-all/windows-x64/lsd.dll is missing: run `make native-all` first." in capsys.readouterr().err
