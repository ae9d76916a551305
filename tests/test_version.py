"""Every file that repeats the version says what `mirage_lsd.__version__` does."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from mirage_lsd import __version__

REPOSITORY = Path(__file__).parents[1]


def text(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def test_all_places_agree() -> None:
    numbers = re.findall(
        r"#define LSD_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text("shared_protocol/native/include/lsd/lsd.h")
    )
    lab = tomllib.loads(text("bridge_server/mirage_lsd_lab/pyproject.toml"))["project"]
    assert {
        "lab": lab["version"],
        "lsd.h": ".".join(numbers),
        "pyproject.toml": tomllib.loads(text("pyproject.toml"))["project"]["version"],
        "package.json": json.loads(text("unity_package/com.miragelsd.bridge/package.json"))["version"],
        "uplugin": json.loads(text("unreal_plugin/MirageLSD/MirageLSD.uplugin"))["VersionName"],
    } == dict.fromkeys(("lab", "lsd.h", "pyproject.toml", "package.json", "uplugin"), __version__)
