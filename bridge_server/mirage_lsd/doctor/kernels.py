"""The fused pixel kernels, which shade on a CPU."""

from __future__ import annotations

from .finding import Finding

_NAME = "pixel kernels"
# What a frame's shading costs beside AVX-512 with bfloat16, roughly: docs/PERFORMANCE.md.
_SLOWER = {"avx512": "about twice", "avx2": "several times", "portable": "many times"}


def check_kernels(instructions: str | None = None) -> Finding:
    """They load, and for which instructions.

    Args:
        instructions: as if the kernels had said so; None: they are asked.
    """
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
    hint = f"nothing to do, but shading takes {_SLOWER[instructions]} as long as with AVX-512; a smaller output helps"
    return Finding(_NAME, "warning", instructions, hint)
