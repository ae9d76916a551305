"""Fetches what is too large for the package, or not ours to ship, into this user's cache folder. Nothing is fetched without being asked.

    mirage-lsd get people      the networks that find hands (`mirage-lsd stream --gestures`) and people (`--set background=world`,
                               `--set appearance="a red shirt"`); 36 MB to fetch, 19 MB to keep

They are Google's, under the Apache License 2.0, and come out of the package mediapipe on PyPI by way of pip: of exactly one file, whose
hash is checked. MediaPipe itself is not installed. `MIRAGE_LSD_CACHE` chooses another folder.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ..people.files import HANDS, PEOPLE, models_folder
from ..picture import DeviceError

HELP = "fetch optional networks: those that find hands and people"

_REQUIREMENT = "mediapipe==0.10.21 --hash=sha256:05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
# One and the same file on every machine: the networks in it are data.
_PLATFORM = (
    "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"
)  # fmt: skip
_WHEEL_BYTES = 35_622_638
_LICENSE = "LICENSE"

Progress = Callable[[int, int], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to fetch."""
    parser.add_argument("what", choices=("people",), help="people: the networks that find hands and people")


def run(args: argparse.Namespace) -> int:
    """Fetches; one sentence and status 1 when it can't."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bar

    folder = models_folder()
    if HANDS.whole() and PEOPLE.whole():
        print(f"The networks that find hands and people are here already, in {folder}.")
        return 0
    console = Console(stderr=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="mirage-lsd-get-") as temporary,
            Bar(
                TextColumn("fetching mediapipe"), BarColumn(), DownloadColumn(), console=console, transient=True
            ) as bar,
        ):
            task = bar.add_task("", total=None)
            wheel = fetch_wheel(Path(temporary), lambda done, total: bar.update(task, completed=done, total=total))
            take_out(wheel, folder, {**HANDS.hashes, **PEOPLE.hashes})
    except DeviceError as error:
        print(f"mirage-lsd get: {error}", file=sys.stderr)
        return 1
    print(
        f"The networks that find hands and people are in {folder}: mirage-lsd stream --gestures --set background=world"
    )
    return 0


def fetch_wheel(folder: Path, progress: Progress) -> Path:
    """The wheel, fetched into `folder` by pip, which checks its hash.

    Raises:
        DeviceError: pip isn't there, or it failed; one sentence.
    """
    requirements, log = folder / "requirements.txt", folder / "pip.log"
    requirements.write_text(_REQUIREMENT + "\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", *_PLATFORM,
        "--require-hashes", "--progress-bar", "off", "--dest", str(folder), "--requirement", str(requirements),
    ]  # fmt: skip
    # How far pip is, it tells people only: what it has written so far lies in its folder for temporary files.
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            while process.poll() is None:
                progress(min(_WHEEL_BYTES, _bytes_under(folder)), _WHEEL_BYTES)
                time.sleep(0.1)
        except BaseException:
            process.kill()
            process.wait()
            raise
    wheels = list(folder.glob("*.whl"))
    if process.returncode or not wheels:
        raise DeviceError(_fault(log.read_text(encoding="utf-8", errors="replace").splitlines()))
    return wheels[0]


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip removes them meanwhile
            total += path.stat().st_size if path.is_file() else 0
    return total


def _fault(said: list[str]) -> str:
    """What pip said, as one sentence that says what to do."""
    text = " ".join(said)
    if "No module named pip" in text:
        return "This Python has no pip, which fetches the networks: python -m ensurepip"
    if "DO NOT MATCH THE HASHES" in text:
        return "What the package index gave is not the file that was asked for (its hash differs); nothing was kept. Use another index."
    errors = (
        [line for line in said if line.startswith("ERROR")] or [line for line in said if line.strip()] or ["nothing"]
    )
    reason = errors[-1].removeprefix("ERROR: ").rstrip(".")
    return f"The networks could not be fetched; look whether PyPI can be reached, then try again. pip said: {reason[:300]}."


def take_out(wheel: Path, folder: Path, hashes: Mapping[str, str]) -> None:
    """Takes the files named by `hashes`, and their license, out of a wheel. Each is there wholly or not at all.

    Raises:
        DeviceError: the wheel lacks one or it isn't the one that is wanted, or the folder can't be written; one sentence.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = {name.rpartition("/")[2]: name for name in archive.namelist()}
            contents = {name: archive.read(members[name]) for name in (*hashes, _LICENSE)}
    except (OSError, KeyError, zipfile.BadZipFile):
        raise DeviceError(f"{wheel.name} doesn't hold the networks that find hands and people; try again.") from None
    for name, wanted in hashes.items():
        if hashlib.sha256(contents[name]).hexdigest() != wanted:
            raise DeviceError(
                f"{name} in {wheel.name} is not the file that is wanted (its hash differs); nothing was kept."
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            _write_whole(folder / name, content)
    except OSError as error:
        raise DeviceError(
            f"{folder} can't be written ({error.strerror}); make room, or set MIRAGE_LSD_CACHE."
        ) from None


def _write_whole(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
