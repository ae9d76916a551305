"""`mirage-lsd` with float32 kernels: bfloat16's round everything to 8 bits themselves, which hides what an engine's shader does.

python exact_daemon.py serve --exact ...
"""

from __future__ import annotations

import sys

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.cli import main

if __name__ == "__main__":
    kernels = PixelShader()
    assert any(kernels.use(name) for name in ("avx512", "avx2", "portable"))
    sys.exit(main())
