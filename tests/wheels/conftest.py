"""The wheels of dist/wheels (`make wheels`), and fresh environments to install them into."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))

from build_wheels import WHEEL_OF, WHEELS  # noqa: E402 (it lies in tools/)

VERSION = str(tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
# What pip needs to find its packages where they don't come from pypi.org; nothing else of this shell goes along.
_PIP = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "SSL_CERT_FILE")


def wheel_of(platform: str) -> Path:
    """The wheel of one of build_wheels' platforms."""
    found = list(WHEELS.glob(f"*-{'.'.join(WHEEL_OF[platform].tags)}.whl"))
    assert len(found) == 1, f"{len(found)} wheels for {platform} in {WHEELS}: run `make wheels`"
    return found[0]


def bare_environment(home: Path, path: str) -> dict[str, str]:
    """As a service would start: a home, a PATH, and what pip needs."""
    kept = {key: value for key, value in os.environ.items() if key in _PIP or key.startswith("PIP_")}
    return {**kept, "HOME": str(home), "PATH": path, "LANG": "C.UTF-8"}


@pytest.fixture
def new_environment(tmp_path: Path) -> Callable[..., Path]:
    """Function that makes a virtual environment with some Python; returns its folder `bin`."""

    def make(python: str = sys.executable) -> Path:
        base = subprocess.run(
            [python, "-c", "import sys; print(sys._base_executable)"], check=True, capture_output=True, text=True
        ).stdout.strip()
        folder = tmp_path / f"venv-{len(list(tmp_path.iterdir()))}"
        subprocess.run([base, "-m", "venv", str(folder)], check=True)
        return folder / "bin"

    return make
