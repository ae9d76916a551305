"""The sample level and the editor script that builds its map, run against a stand-in of the editor's Python module."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

LEVEL = "Content/Python/greybox_level.json"


@pytest.fixture
def level(plugin: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((plugin / LEVEL).read_text(encoding="utf-8"))
    return found


def test_the_level_is_the_other_samples(repository: Path, plugin: Path, tmp_path: Path) -> None:
    made = tmp_path / "level.json"
    subprocess.run([sys.executable, str(repository / "unreal_plugin/generate_greybox_level.py"), str(made)], check=True)
    assert made.read_bytes() == (plugin / LEVEL).read_bytes()


def test_the_first_building_stands_left_of_the_way(level: dict[str, Any]) -> None:
    """Panda3D's (-12, -29, 4) is ahead -29 m, 12 m to the left."""
    building = level["shapes"][1]
    assert building["location_cm"] == [-2900.0, -1200.0, 400.0]
    assert building["scale"] == [12.0, 10.0, 8.0]


def test_ramps_rise_forwards_and_touch_the_ground(level: dict[str, Any]) -> None:
    ramps = [s for s in level["shapes"] if s["pitch_deg"] > 0]
    assert len(ramps) == 2
    for ramp in ramps:
        pitch = np.radians(ramp["pitch_deg"])
        along, up = np.array([np.cos(pitch), np.sin(pitch)]), np.array([-np.sin(pitch), np.cos(pitch)])
        center = np.array([ramp["location_cm"][0], ramp["location_cm"][2]])
        low = center - along * ramp["scale"][0] * 50 + up * ramp["scale"][2] * 50
        assert low[1] == pytest.approx(0.0, abs=0.1)


class Editor(ModuleType):
    """The part of the module `unreal` that the script uses; every actor that is spawned is kept."""

    def __init__(self) -> None:
        super().__init__("unreal")
        self.spawned: list[MagicMock] = []
        self.EditorActorSubsystem, self.LevelEditorSubsystem, self.UnrealEditorSubsystem = "actors", "levels", "editor"
        self.systems = {"actors": MagicMock(), "levels": MagicMock(), "editor": MagicMock()}
        self.systems["actors"].spawn_actor_from_class.side_effect = self.spawn
        self.EditorAssetLibrary = MagicMock()
        self.EditorAssetLibrary.does_asset_exist.return_value = False
        self.LSDGreyboxGameMode = MagicMock()
        self.log, self.log_error = MagicMock(), MagicMock()
        for name in ("StaticMeshActor", "DirectionalLight", "SkyLight", "SkyAtmosphere", "PlayerStart"):
            setattr(self, name, name)

    @staticmethod
    def Vector(*values: float) -> tuple[float, ...]:
        return values

    @staticmethod
    def Rotator(roll: float, pitch: float, yaw: float) -> tuple[float, float, float]:
        return roll, pitch, yaw

    def get_editor_subsystem(self, name: str) -> MagicMock:
        return self.systems[name]

    def spawn(self, kind: str, location: tuple[float, ...], rotation: tuple[float, float, float]) -> MagicMock:
        actor = MagicMock(kind=kind, location=location, rotation=rotation)
        self.spawned.append(actor)
        return actor


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch) -> Editor:
    stand_in = Editor()
    monkeypatch.setitem(sys.modules, "unreal", stand_in)
    return stand_in


def test_the_script_builds_the_map(editor: Editor, plugin: Path, level: dict[str, Any]) -> None:
    runpy.run_path(str(plugin / "Content/Python/build_greybox_map.py"), run_name="__main__")
    kinds = [actor.kind for actor in editor.spawned]
    assert kinds.count("StaticMeshActor") == len(level["shapes"])
    assert {"DirectionalLight", "SkyLight", "SkyAtmosphere", "PlayerStart"} <= set(kinds)
    editor.systems["levels"].new_level.assert_called_once_with("/Game/MirageLSD/Greybox")
    editor.systems["levels"].save_current_level.assert_called_once()
    settings = editor.systems["editor"].get_editor_world().get_world_settings()
    assert settings.set_editor_property.call_args[0][0] == "default_game_mode"
    meshes = {call[0][0] for call in editor.EditorAssetLibrary.load_asset.call_args_list}
    assert meshes == {f"/Engine/BasicShapes/{name}" for name in ("Cube", "Cylinder", "Sphere")}


def test_the_sun_shines_from_where_the_theme_says(editor: Editor, plugin: Path, level: dict[str, Any]) -> None:
    runpy.run_path(str(plugin / "Content/Python/build_greybox_map.py"), run_name="__main__")
    (sun,) = [actor for actor in editor.spawned if actor.kind == "DirectionalLight"]
    _, pitch, yaw = np.radians(sun.rotation)
    rays = np.array([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)])
    towards = np.array(level["sun"]["towards"])
    np.testing.assert_allclose(-rays, towards / np.linalg.norm(towards), atol=1e-6)


def test_an_existing_map_is_not_overwritten(editor: Editor, plugin: Path) -> None:
    editor.EditorAssetLibrary.does_asset_exist.return_value = True
    runpy.run_path(str(plugin / "Content/Python/build_greybox_map.py"), run_name="__main__")
    assert editor.spawned == []
    assert "delete or rename" in editor.log_error.call_args[0][0]
