"""The plugin's folder: descriptor, build files, and Fab's rules, as far as they can be read off files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

COPYRIGHT = "// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0."
# Modules of the engine that the build files may name, each with a header that the code includes from it (none of them is left to another module to bring in).
ENGINE_MODULES = {
    "Core": "CoreMinimal.h",
    "CoreUObject": "UObject/Object.h",
    "DeveloperSettings": "Engine/DeveloperSettings.h",
    "Engine": "SceneView.h",
    "InputCore": "InputCoreTypes.h",
    "Projects": "Interfaces/IPluginManager.h",
    "RHI": "RHI.h",
    "RenderCore": "RenderGraphUtils.h",
    "Renderer": "ScreenPass.h",
    "Slate": "Widgets/Input/SButton.h",
    "SlateCore": "Widgets/SCompoundWidget.h",
    "UnrealEd": "Editor.h",
    "WorkspaceMenuStructure": "WorkspaceMenuStructure.h",
}
# Files of the engine whose names a plugin must not repeat.
ENGINE_FILES = {
    "Engine.h",
    "Editor.h",
    "Settings.h",
    "StreamComponent.h",
    "Module.h",
    "Texture.h",
    "Conventions.usf",
    "Common.ush",
}


@pytest.fixture(scope="module")
def descriptor(plugin: Path) -> dict[str, Any]:
    text = (plugin / "MirageLSD.uplugin").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def build_file(path: Path) -> dict[str, Any]:
    """The parts of a Build.cs: class name, base call, module names by list, libraries, run-time files."""
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")
    lists = {
        name: re.findall(r'"([^"]+)"', body)
        for name, body in re.findall(r"(\w+DependencyModuleNames)\.AddRange\(new string\[\]\s*\{([^}]*)\}", text)
    }
    return {
        "class": re.search(r"public class (\w+) : ModuleRules", text)[1],  # type: ignore[index]
        "constructor": re.search(r"public (\w+)\(ReadOnlyTargetRules Target\) : base\(Target\)", text)[1],  # type: ignore[index]
        "modules": lists,
        "external": "Type = ModuleType.External;" in text,
        "libraries": re.findall(r'PublicAdditionalLibraries\.Add\(Path\.Combine\(Library, "([^"]+)"\)\)', text),
        "runtime": re.findall(r'RuntimeDependencies\.Add\("([^"]+)", Path\.Combine\(Library, "([^"]+)"\)\)', text),
        "runtime_in_place": re.findall(r'RuntimeDependencies\.Add\(Path\.Combine\(Library, "([^"]+)"\)\)', text),
        "delayed": re.findall(r'PublicDelayLoadDLLs\.Add\((?:Path\.Combine\(Library, )?"([^"]+)"\)', text),
        "platforms": re.findall(r"UnrealTargetPlatform\.(\w+)", text),
    }


def test_descriptor(descriptor: dict[str, Any], plugin: Path) -> None:
    assert descriptor["FileVersion"] == 3
    assert "EngineVersion" not in descriptor  # written per release: unreal_plugin/package.py --engine-version
    assert descriptor["SupportedTargetPlatforms"] == ["Win64", "Linux", "LinuxArm64", "Mac"]
    modules = {module["Name"]: module for module in descriptor["Modules"]}
    assert {name: module["Type"] for name, module in modules.items()} == {
        "MirageLSD": "Runtime",
        "MirageLSDEditor": "Editor",
    }
    # Shaders must be known before the engine compiles its own.
    assert modules["MirageLSD"]["LoadingPhase"] == "PostConfigInit"
    for name, module in modules.items():
        # Games run on ARM processors under Linux, the editor does not.
        arm = ["LinuxArm64"] if module["Type"] == "Runtime" else []
        assert module["PlatformAllowList"] == ["Win64", "Linux", *arm, "Mac"]
        assert (plugin / "Source" / name / f"{name}.Build.cs").is_file()
    # Left out, a plugin in a project's Plugins folder is on.
    assert "EnabledByDefault" not in descriptor
    assert not any("Whitelist" in key for module in descriptor["Modules"] for key in module)


def test_version_is_the_projects(descriptor: dict[str, Any], repository: Path) -> None:
    project = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{descriptor["VersionName"]}"' in project


def test_build_files(plugin: Path) -> None:
    files = {path.name.removesuffix(".Build.cs"): build_file(path) for path in plugin.rglob("*.Build.cs")}
    assert set(files) == {"MirageLSD", "MirageLSDEditor", "LSDCore"}
    for name, file in files.items():
        assert file["class"] == file["constructor"] == name
        for modules in file["modules"].values():
            assert modules == sorted(modules)
            assert set(modules) <= set(ENGINE_MODULES) | set(files)
    core = files["LSDCore"]
    assert core["external"]
    assert core["platforms"] == ["Win64", "Linux", "LinuxArm64", "Mac"]
    assert core["libraries"] == ["lsd.lib", "liblsd.so"]
    assert core["runtime"] == [(f"$(BinaryOutputDir)/{n}", n) for n in ("lsd.dll", "liblsd.so")]
    # On a Mac the program's search path leads to where the library was linked from: it is linked and staged there.
    assert core["runtime_in_place"] == ["liblsd.dylib"]
    assert core["delayed"] == ["lsd.dll", "liblsd.dylib"]
    assert "LSDCore" in files["MirageLSD"]["modules"]["PrivateDependencyModuleNames"]
    assert not {"UnrealEd", "MirageLSDEditor"} & {m for ms in files["MirageLSD"]["modules"].values() for m in ms}


@pytest.mark.parametrize("module", ["MirageLSD", "MirageLSDEditor"])
def test_modules_are_named_for_what_is_included(plugin: Path, module: str) -> None:
    folder = plugin / "Source" / module
    named = {m for ms in build_file(folder / f"{module}.Build.cs")["modules"].values() for m in ms}
    included = {
        header for path in folder.rglob("*") if path.suffix in (".h", ".cpp")
        for header in re.findall(r'#include "([^"]+)"', path.read_text(encoding="utf-8"))
    }  # fmt: skip
    for name, header in ENGINE_MODULES.items():
        if header is not None and header in included:
            assert name in named, f"{header} is included, but {name} is not named"
        if header is not None and name in named and module == "MirageLSD":
            assert header in included, f"{name} is named, but {header} is not included"


def test_secrets_and_paths_of_one_machine_stay_out_of_the_project(plugin: Path) -> None:
    """What a DefaultConfig class has goes into Config, and with it into version control and packaged games."""
    public = plugin / "Source" / "MirageLSD" / "Public"
    of_project = (public / "LSDSettings.h").read_text(encoding="utf-8")
    of_user = (public / "LSDUserSettings.h").read_text(encoding="utf-8")
    assert "UCLASS(Config = Game, DefaultConfig" in of_project
    assert "UCLASS(Config = EditorPerProjectUserSettings, meta" in of_user
    for name in ("DaemonCommand", "Token", "ClientSecretKey", "ServerKeyFile"):
        declared = re.compile(rf"^\tFString {name}\b", re.M)
        assert declared.search(of_user)
        assert not declared.search(of_project)


def test_every_source_file_begins_with_the_copyright_line(plugin: Path) -> None:
    files = [p for p in plugin.rglob("*") if p.suffix in (".h", ".cpp", ".cs", ".usf", ".ush")]
    assert len(files) > 40
    assert [p.name for p in files if p.read_text(encoding="utf-8").splitlines()[0] != COPYRIGHT] == []


def test_no_file_has_an_engine_files_name(plugin: Path) -> None:
    names = {p.name for p in plugin.rglob("*") if p.is_file()}
    assert not names & ENGINE_FILES
    # Unreal's own files begin with a capital and have no prefix; ours are LSD..., MirageLSD... or of the engine-free part.
    ours = re.compile(r"^(S?LSD|MirageLSD|[a-z0-9_]+\.(h|cpp|py)$)")
    for path in plugin.rglob("Source/**/*"):
        if path.is_file():
            assert ours.match(path.name), path.name


def test_paths_are_short_and_plain(plugin: Path) -> None:
    for path in plugin.rglob("*"):
        relative = path.relative_to(plugin).as_posix()
        assert len(relative) <= 140  # Fab: 170 with the plugin's own folders
        assert relative.isascii()


def test_files_stay_small(plugin: Path) -> None:
    for path in plugin.rglob("*"):
        if path.suffix in (".h", ".cpp", ".usf", ".ush", ".py"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name


def test_nothing_stalls_an_engine_thread(plugin: Path) -> None:
    """Calls that wait for the GPU or for another thread."""
    waiting = re.compile(
        r"\b(FlushRenderingCommands|ReadPixels|BlockUntilGPUIdle|SubmitAndBlockUntilGPUIdle|FRenderCommandFence|WaitUntilComplete|FScopeLock)\b"
    )
    for path in plugin.rglob("Source/**/*.cpp"):
        if path.name == "LSDOffline.cpp":
            continue  # that is what an offline render is for
        assert not waiting.search(path.read_text(encoding="utf-8")), path.name
    sleeping = {p.name for p in plugin.rglob("Source/**/*.cpp") if "Sleep(" in p.read_text(encoding="utf-8")}
    assert sleeping == {"LSDBackgroundRelease.cpp", "LSDOffline.cpp"}  # at the module's shutdown, and in renders
