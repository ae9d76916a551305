"""Games that are not hooked, and why: one sentence for the user."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from .profile import Profile

_ANTI_CHEAT = ("easyanticheat", "battleye", "beclient", "vanguard", "nprotect")
_OPENGL = (b"libGL.so", b"libOpenGL.so", b"libEGL.so", b"glXSwapBuffers", b"SDL_GL_", b"glfw")
_VULKAN = (b"libvulkan.so", b"vkCreateInstance")
_LOOKED_AT_BYTES = 256 << 20


class RefusedError(RuntimeError):
    """The game is not hooked; one sentence that says why, and what to do instead."""


def check(program: Path, arguments: Sequence[str], profile: Profile | None) -> None:
    """Looks at a program before it is started.

    Raises:
        RefusedError: setuid, Vulkan only, with anti-cheat, or on its way to a server.
    """
    mode = program.stat().st_mode
    if mode & (stat.S_ISUID | stat.S_ISGID):
        raise RefusedError(
            f"{program} runs with another user's rights (setuid), where Linux loads no hook; start one that does not."
        )
    found = _anti_cheat(program)
    if found is not None:
        raise RefusedError(f"{found} is anti-cheat: a hook would get you banned; play another game.")
    if profile is not None and any(
        word in profile.refused_arguments or word.partition("=")[0] in profile.refused_arguments for word in arguments
    ):
        raise RefusedError(f"{profile.name} with these arguments is refused: {profile.refused_reason}")
    if _only_vulkan(program):
        raise RefusedError(
            f"{program.name} draws with Vulkan, the hook takes OpenGL; choose OpenGL in the game's settings or another game."
        )


def _anti_cheat(program: Path) -> Path | None:
    """A file or folder beside the program with the name of an anti-cheat."""
    beside = list(program.parent.iterdir()) if program.parent.name not in ("bin", "games", "sbin") else []
    return next((path for path in beside if any(name in path.name.lower() for name in _ANTI_CHEAT)), None)


def _only_vulkan(program: Path) -> bool:
    with program.open("rb") as file:
        content = file.read(_LOOKED_AT_BYTES)
    return any(word in content for word in _VULKAN) and not any(word in content for word in _OPENGL)
