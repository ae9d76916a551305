"""Paths of the plugin, the shipped model, and the daemon's fixtures of the main tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mirage_lsd.pipelines.registry import load_pipeline

REPOSITORY = Path(__file__).resolve().parents[3]


def _main_fixtures() -> ModuleType:
    sys.path.insert(0, str(REPOSITORY / "tests"))
    spec = importlib.util.spec_from_file_location("main_conftest", REPOSITORY / "tests" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["main_conftest"] = module
    spec.loader.exec_module(module)
    return module


start_daemon = _main_fixtures().start_daemon


@pytest.fixture(scope="session")
def pipeline() -> Iterator[Any]:
    """The shipped model; each frame has a context of its own."""
    made = load_pipeline("mirage-lsd-v1")
    yield made
    made.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def plugin() -> Path:
    return REPOSITORY / "unreal_plugin" / "MirageLSD"
