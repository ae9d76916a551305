"""The examples are compiled as their README says, and run against a daemon."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DaemonProcess

from mirage_lsd.client import library_path

REPOSITORY = Path(__file__).parents[1]
EXAMPLES = REPOSITORY / "examples"
INCLUDE = REPOSITORY / "shared_protocol" / "native" / "include"


def built(tmp_path: Path, language: str) -> list[str]:
    """The command that runs the example."""
    folder = library_path().parent
    link = ["-I", str(INCLUDE), "-L", str(folder), "-llsd", f"-Wl,-rpath,{folder}", "-Wall", "-Wextra", "-Werror"]
    program = str(tmp_path / "client")
    commands = {
        "c": ["cc", "-std=c11", str(EXAMPLES / "client.c"), *link, "-o", program],
        "c++": ["c++", "-std=c++17", str(EXAMPLES / "client.cpp"), *link, "-o", program],
        "c#": ["mcs", "-unsafe", "-warnaserror", f"-out:{program}.exe", str(EXAMPLES / "Client.cs")],
    }
    if language == "python":
        return [sys.executable, str(EXAMPLES / "client.py")]
    subprocess.run(commands[language], check=True, timeout=120)
    return ["mono", f"{program}.exe"] if language == "c#" else [program]


@pytest.mark.parametrize("language", ["c", "c++", "c#", "python"])
def test_an_example(tmp_path: Path, daemon: DaemonProcess, language: str) -> None:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library_path().parent)}
    command = [*built(tmp_path, language), daemon.endpoint]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    match = re.match(r"(\d+) results, latency .* (\d+[.,]\d+) ms", done.stdout)
    assert match, done.stdout
    assert int(match[1]) > 20
