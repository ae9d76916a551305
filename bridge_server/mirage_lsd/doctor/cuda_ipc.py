"""Whether frames can stay on the card between an engine and the daemon, and why not."""

from __future__ import annotations

import sys

from ..cuda.driver import MISSING
from ..cuda.probe import ipc_problem, textures_problem
from .device import nvidia_card
from .finding import Finding

_NAME = "frames on the card"


def check_cuda_ipc() -> Finding:
    """CUDA IPC, tried between two processes."""
    problem = ipc_problem()
    if not problem:
        shared = "Vulkan or Direct3D" if sys.platform == "win32" else "Vulkan"
        textures = textures_problem() or f"so do textures that an engine shares by {shared}."
        return Finding(
            _NAME,
            "ok",
            f"CUDA IPC works; models that compute on the card get frames that never leave it (docs/GPU.md); {textures}",
        )
    card = nvidia_card()
    if not card:
        return Finding(_NAME, "ok", "there is no NVIDIA card; frames go through shared memory, or over the network")
    hint = "pip install 'mirage-lsd[cuda]'" if problem == MISSING else "docs/TROUBLESHOOTING.md says what can be done"
    return Finding(_NAME, "warning", f"frames of {card} go through shared memory: {problem}", hint)
