"""The fused pixel kernels, which shade on a CPU."""

from __future__ import annotations

import platform

from .finding import Finding

_NAME = "pixel kernels"
_X86 = ("x86_64", "amd64")
# What a frame's shading costs beside AVX-512 with bfloat16, roughly: docs/PERFORMANCE.md.
_SLOWER = {"avx512": "about twice", "avx2": "several times", "portable": "many times"}


def check_kernels(instructions: str | None = None, machine: str | None = None) -> Finding:
    """They load, and for which instructions.

    Args:
        instructions: as if the kernels had said so; None: they are asked.
        machine: as `platform.machine()` names it; None: this one.
    """
    machine = machine or platform.machine()
    if instructions is None:
        from ..accel.fused_cpu import PixelShader

        try:
            instructions = PixelShader().instructions
        except OSError as error:
            hint = (
                "install with a C++ compiler and CMake there (Debian: apt-get install g++ cmake ninja-build), or from a wheel; "
                "without them a CPU shades layer by layer, ten times slower and more"
            )
            return Finding(_NAME, "warning", str(error), hint)
    if instructions not in _SLOWER:
        return Finding(_NAME, "ok", instructions)
    if instructions == "portable" and machine.lower() not in _X86:
        return Finding(_NAME, "ok", f"{instructions}, as everywhere on {machine}")
    hint = f"nothing to do, but shading takes {_SLOWER[instructions]} as long as with AVX-512; a smaller output helps"
    if instructions == "portable":
        hint = (
            "this CPU has no AVX2, or a virtual machine hides it (choose the host's CPU type there): shading takes "
            f"{_SLOWER[instructions]} as long as with AVX-512"
        )
    return Finding(_NAME, "warning", instructions, hint)
