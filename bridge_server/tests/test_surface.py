"""What `import mirage_lsd` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import mirage_lsd


def test_every_name_is_there() -> None:
    for name in mirage_lsd.__all__:
        assert getattr(mirage_lsd, name) is not None
    assert set(mirage_lsd.__all__) <= set(dir(mirage_lsd))


def test_importing_costs_no_torch() -> None:
    code = (
        "import sys, mirage_lsd, mirage_lsd.frame; print([m for m in ('torch', 'openvino', 'zmq') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
