"""Folders, .meta files, asmdefs, package.json and import settings, as Unity wants them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from csharp import PACKAGE

VISIBLE = [
    path
    for path in sorted(PACKAGE.rglob("*"))
    if path.suffix != ".meta" and not path.name.endswith("~") and not path.name.startswith(".")
]
METAS = sorted(PACKAGE.rglob("*.meta"))
ASMDEFS = sorted(PACKAGE.rglob("*.asmdef"))
PLUGINS = {
    "linux-x64/liblsd.so": ("Linux", "x86_64", "Linux64"),
    "macos-arm64/liblsd.dylib": ("OSX", "ARM64", "OSXUniversal"),
    "macos-x64/liblsd.dylib": ("OSX", "x86_64", "OSXUniversal"),
    "windows-arm64/lsd.dll": ("Windows", "ARM64", "Win64"),
    "windows-x64/lsd.dll": ("Windows", "x86_64", "Win64"),
}


def guid(meta: Path) -> str:
    match = re.search(r"^guid: ([0-9a-f]{32})$", meta.read_text(), re.MULTILINE)
    assert match is not None, meta
    return match[1]


def test_every_asset_has_a_meta() -> None:
    assert [path for path in VISIBLE if not path.with_name(path.name + ".meta").is_file()] == []


def test_every_meta_has_an_asset() -> None:
    # The libraries themselves are built and not in the repository; the shaders are put in from shared_protocol.
    built = {PACKAGE / "Runtime" / "Plugins" / name for name in PLUGINS}
    built |= {PACKAGE / "Runtime" / "Shading" / f"MirageLSD{name}.hlsl" for name in ("Shade", "Reproject")}
    orphans = [meta for meta in METAS if not meta.with_suffix("").exists() and meta.with_suffix("") not in built]
    assert orphans == []


def test_guids_are_unique() -> None:
    guids = [guid(meta) for meta in METAS]
    assert len(set(guids)) == len(guids)


def test_folders_are_marked() -> None:
    for meta in METAS:
        assert ("folderAsset: yes" in meta.read_text()) == meta.with_suffix("").is_dir(), meta


@pytest.mark.parametrize("path", ASMDEFS, ids=lambda path: path.stem)
def test_asmdefs(path: Path) -> None:
    asmdef = json.loads(path.read_text())
    assert asmdef["name"] == path.stem
    # Unity passes over a reference that a project does not have; what uses it is behind a version define.
    known = {other.stem for other in ASMDEFS} | {"Unity.Profiling.Core"}
    for reference in asmdef["references"]:
        assert reference in known or reference.startswith(("Unity.RenderPipelines.", "UnityEngine.", "UnityEditor.")), (
            reference
        )
    if path.stem == "MirageLSD.Runtime":
        assert asmdef["includePlatforms"] == []
    defined = {version["define"] for version in asmdef["versionDefines"]} | {"UNITY_INCLUDE_TESTS"}
    assert set(asmdef["defineConstraints"]) <= defined


def test_the_runtime_needs_no_editor() -> None:
    for path in (PACKAGE / "Runtime").rglob("*.cs"):
        of_players = re.sub(r"#if UNITY_EDITOR\n.*?#endif\n", "", path.read_text(), flags=re.DOTALL)
        assert "UnityEditor" not in of_players, path


def test_files_are_small() -> None:
    lines = [
        len(path.read_text().splitlines())
        for folder in ("Runtime", "Editor")
        for path in (PACKAGE / folder).rglob("*.cs")
    ]
    assert max(lines) <= 190
    assert sorted(lines)[len(lines) // 2] <= 75


def test_package_json() -> None:
    package = json.loads((PACKAGE / "package.json").read_text())
    assert package["name"] == PACKAGE.name
    assert package["unity"] == "2022.3"
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert f"## {package['version']}" in (PACKAGE / "CHANGELOG.md").read_text()
    for sample in package["samples"]:
        assert (PACKAGE / sample["path"]).is_dir()


def test_the_library_is_the_version_that_the_package_expects() -> None:
    package = json.loads((PACKAGE / "package.json").read_text())
    source = (PACKAGE / "Runtime" / "Interop" / "NativeLibrary.cs").read_text()
    match = re.search(r'Expected = "([0-9.]+)"', source)
    assert match is not None
    assert package["version"].startswith(match[1])


@pytest.mark.parametrize("name", PLUGINS)
def test_plugin_importers(name: str) -> None:
    system, cpu, player = PLUGINS[name]
    text = (PACKAGE / "Runtime" / "Plugins" / f"{name}.meta").read_text()
    assert "isPreloaded: 0" in text  # it draws nothing, so nothing of it is needed before its first call
    editor = re.search(
        r"Editor: Editor\n    second:\n      enabled: (\d)\n.*?CPU: (\w+)\n.*?OS: (\w+)", text, re.DOTALL
    )
    assert editor is not None
    assert editor.groups() == ("1", cpu, system)
    enabled = re.findall(
        r"Standalone: (\w+)\n    second:\n      enabled: 1\n      settings:\n        CPU: (\w+)\n", text
    )
    assert enabled == [(player, cpu)]


def test_no_player_is_given_two_libraries_at_one_place() -> None:
    """Unity refuses to build a player then ("is used from several locations"). Where it copies to: Editor/Mono/Plugins,
    CalculateFinalPluginPath: by processor on Windows and macOS, but on Linux until 6.5 by the file's name alone.
    """
    places = []
    for meta in (PACKAGE / "Runtime" / "Plugins").rglob("*.*.meta"):
        enabled = r"Standalone: (\w+)\n    second:\n      enabled: 1\n      settings:\n        CPU: (\w+)\n"
        for player, cpu in re.findall(enabled, meta.read_text()):
            places.append((player, "" if player == "Linux64" else cpu, meta.stem))
    assert len(set(places)) == len(places) == len(PLUGINS)


def test_nothing_takes_unitys_default_material() -> None:
    """In players of URP and HDRP that is the built-in pipeline's, and pink: what CreatePrimitive makes, and file 10303 of a scene."""
    for path in [*(PACKAGE / "Runtime").rglob("*.cs"), *(PACKAGE / "Samples~").rglob("*.cs")]:
        text = path.read_text()
        for word in ("CreatePrimitive", "Default-Material", 'Shader.Find("Standard"', "new Material(Shader.Find"):
            assert word not in text, path


def test_no_scene_is_written_by_hand() -> None:
    """Only an editor writes scenes that every version and pipeline reads; the package builds its level from code."""
    assert sorted(PACKAGE.rglob("*.unity")) == []


def test_the_readme_says_what_was_not_tried() -> None:
    assert "not yet run in a Unity editor" in (PACKAGE / "README.md").read_text()
