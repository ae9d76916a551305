"""How each game is brought to where its camera moves, without a player. They run with an even clock (`observer`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Game:
    """A game and its way into the world.

    Attributes:
        name: of the test. program: in /usr/games. arguments: its own. keys: FRAME:KEY ..., pressed by the observer.
        first, last: frames (as shown) in which the world moves.
        core_profile: it draws with shaders only.
        files: of its home, (name, text); HOME in an argument is that folder.
        height: of its picture, which is 640 wide.
        variables: (name, value) of its environment.
        moving: things that move are in sight, with textures that stay on them.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    keys: str
    first: int
    last: int
    core_profile: bool = False
    files: tuple[tuple[str, str], ...] = ()
    height: int = 360
    variables: tuple[tuple[str, str], ...] = ()
    moving: bool = False


_OPENARENA = [
    "+set",
    "r_fullscreen",
    "0",
    "+set",
    "r_mode",
    "-1",
    "+set",
    "r_customwidth",
    "640",
    "+set",
    "r_customheight",
    "360",
    "+set",
    "s_initsound",
    "0",
    "+set",
    "r_swapInterval",
    "0",
    "+set",
    "com_introplayed",
    "1",
    "+set",
    "bot_enable",
    "1",
    "+set",
    "bot_minplayers",
    "3",
    "+set",
    "sv_pure",
    "0",
    "+set",
    "in_mouse",
    "0",
]
_WALK = ("+set", "activeAction", '"+forward;+left"', "+devmap", "aggressor")

GAMES = (
    Game("openarena", "openarena", (*_OPENARENA, "+set", "cl_renderer", "opengl1", *_WALK), "", 90, 200),
    Game("openarena-core", "openarena", (*_OPENARENA, "+set", "cl_renderer", "opengl2", *_WALK), "", 90, 200, True),
    # The camera flies from the level as a whole down to the ball.
    Game(
        "neverball",
        "neverball",
        ("-l", "map-easy/easy.sol"),
        "60:Return",
        74,
        112,
        files=((".neverball/neverballrc", "fullscreen 0\nwidth 640\nheight 360\nvsync 0\nmultisample 0\n"),),
        moving=True,
    ),
    # Practice, its first event, its first race; the camera swings down behind the car.
    Game(
        "trigger-rally",
        "trigger-rally",
        (),
        "10:@318,177 20:@170,101 30:@170,101 40:Return 50:@560,340 60:Return",
        76,
        98,
    ),
    # Its first mission begins; the camera is moved over the land. Anisotropic filtering would take llvmpipe most of its time.
    Game(
        "warzone2100",
        "warzone2100",
        ("--window", "--resolution=640x480", "--gfxbackend=opengl", "--noshadows", "--nosound", "--game=CAM_1A"),
        "52:+Up",
        57,
        74,
        True,
        files=((".local/share/warzone2100/config", "[general]\ncameraspeed=1000\ntexturesize=128\nconfigversion=2\n"),),
        height=480,
        variables=(
            (
                "MESA_EXTENSION_OVERRIDE",
                "-GL_EXT_texture_filter_anisotropic -GL_ARB_texture_filter_anisotropic",
            ),
        ),
    ),
    # The penguin slides on its belly; its parts are stretched spheres, made vertex by vertex.
    Game(
        "extremetuxracer",
        "etr",
        (),
        "40:Return 80:Return 120:Return 160:Return 200:Return 260:+Up",
        560,
        620,
        moving=True,
    ),
)
