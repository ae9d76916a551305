"""The Python interpreter and the packages that MirageLSD stands on."""

from __future__ import annotations

import importlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from .finding import Finding, Status

_OLDEST_PYTHON = (3, 11)
_REINSTALL = "pip install --force-reinstall mirage-lsd"


def check_python() -> Finding:
    """Python 3.11 or newer."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("Python", "problem", found, "install Python 3.11 or newer and MirageLSD into it")
    return Finding("Python", "ok", found)


def check_torch() -> Finding:
    """PyTorch can be imported."""
    return _check_import("torch", "PyTorch", "problem", _REINSTALL)


def check_openvino() -> Finding:
    """OpenVINO can be imported; without it a CPU runs the model several times slower."""
    return _check_import(
        "openvino", "OpenVINO", "warning", "pip install openvino; without it a CPU is several times slower"
    )


def check_panda3d() -> Finding:
    """The optional game engine of the demo."""
    hint = 'pip install "mirage-lsd[demo]"; only `mirage-lsd demo` and the sample game need it'
    return _check_import("panda3d.core", "Panda3D", "warning", hint)


def check_ffmpeg() -> Finding:
    """imageio-ffmpeg has its own ffmpeg or finds the system's."""
    finding = _check_import(
        "imageio_ffmpeg", "ffmpeg", "warning", "pip install imageio-ffmpeg; it writes the demo's video"
    )
    if finding.status != "ok":
        return finding
    import imageio_ffmpeg

    try:
        return Finding("ffmpeg", "ok", imageio_ffmpeg.get_ffmpeg_version())
    except (RuntimeError, OSError) as error:
        hint = "install ffmpeg (apt-get install ffmpeg, brew install ffmpeg); it writes the demo's video"
        return Finding("ffmpeg", "warning", f"there is none that runs ({error})", hint)


def _check_import(module: str, name: str, status_if_missing: Status, hint: str) -> Finding:
    try:
        importlib.import_module(module)
    except Exception as error:  # a broken package can raise anything while it is imported
        return Finding(name, status_if_missing, f"can't be imported ({error})", hint)
    package = module.partition(".")[0]
    try:
        return Finding(name, "ok", version(package.replace("_", "-")))
    except PackageNotFoundError:
        return Finding(name, "ok", "there, of an unknown version")


def check_checkpoints() -> Finding:
    """What own checkpoints need; looked for, not imported, which would take seconds."""
    name, wanted = "own checkpoints", ("diffusers", "transformers", "peft")
    try:
        found = ", ".join(f"{package} {version(package)}" for package in wanted)
    except PackageNotFoundError as error:
        hint = "pip install 'mirage-lsd[diffusers]'; only `mirage-lsd serve --model FOLDER` needs it"
        return Finding(name, "warning", f"{error.name} is not installed", hint)
    return Finding(name, "ok", found)
