# Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
"""Builds the grey-box sample as a map. In the editor (plugin "Python Editor Script Plugin" enabled): Tools > Execute Python Script, this file.

It makes /Game/MirageLSD/Greybox: boxes, columns, balls and ramps of the engine's basic shapes, a sun, a sky light, a player start, and the sample's game
mode, whose pawn flies and carries a MirageLSD Stream. Press Play.
"""

import json
import math
import os

import unreal

MAP = "/Game/MirageLSD/Greybox"
SHAPES = "/Engine/BasicShapes/"
LEVEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "greybox_level.json")


def read_level(path=LEVEL):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def sun_rotation(towards):
    """A light looks the way its rays go: away from the sun. Pitch and yaw in degrees."""
    x, y, z = (-v for v in towards)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def spawn(actor_class, location, pitch=0.0, yaw=0.0, label=""):
    actors = unreal.get_editor_subsystem(unreal.EditorActorSubsystem)
    rotation = unreal.Rotator(roll=0.0, pitch=pitch, yaw=yaw)
    actor = actors.spawn_actor_from_class(actor_class, unreal.Vector(*location), rotation)
    actor.set_actor_label(label)
    return actor


def add_shape(shape, index):
    actor = spawn(unreal.StaticMeshActor, shape["location_cm"], pitch=shape["pitch_deg"], label=f"Greybox{index:02d}")
    mesh = unreal.EditorAssetLibrary.load_asset(SHAPES + shape["shape"])
    actor.static_mesh_component.set_static_mesh(mesh)
    actor.set_actor_scale3d(unreal.Vector(*shape["scale"]))


def build():
    level = read_level()
    levels = unreal.get_editor_subsystem(unreal.LevelEditorSubsystem)
    if unreal.EditorAssetLibrary.does_asset_exist(MAP):
        unreal.log_error(f"{MAP} exists; delete or rename it, then run the script again.")
        return False
    levels.new_level(MAP)
    for index, shape in enumerate(level["shapes"]):
        add_shape(shape, index)
    pitch, yaw = sun_rotation(level["sun"]["towards"])
    spawn(unreal.DirectionalLight, (0.0, 0.0, 1000.0), pitch, yaw, "Sun")
    spawn(unreal.SkyLight, (0.0, 0.0, 1000.0), label="SkyLight")
    spawn(unreal.SkyAtmosphere, (0.0, 0.0, 0.0), label="Sky")
    spawn(unreal.PlayerStart, level["start_cm"], label="Start")
    world = unreal.get_editor_subsystem(unreal.UnrealEditorSubsystem).get_editor_world()
    settings = world.get_world_settings()
    settings.set_editor_property("default_game_mode", unreal.LSDGreyboxGameMode.static_class())
    levels.save_current_level()
    unreal.log(f"{MAP} is built: press Play.")
    return True


if __name__ == "__main__":
    build()
