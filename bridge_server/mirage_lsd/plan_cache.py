"""Networks and kernels compiled for one card, kept in files: read only by the card, driver and versions that they were made for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
_SUFFIX = ".plan"
# A few models in all sizes; the oldest go first.
_LIMIT_BYTES = 1 << 30
_LONGEST_HEAD = 1 << 14


class PlanCache:
    """A folder of plans.

    Args:
        folder: may not exist yet. limit_bytes: of all plans in it.
    """

    def __init__(self, folder: Path, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._folder, self._limit = folder, limit_bytes

    def read(self, made_for: Mapping[str, str]) -> bytes | None:
        """The plan that was written for exactly this; None, with a line in the log where a file is damaged or somebody else's, if there is none.

        A plan holds code that the driver will run, so it isn't even handed out when its file says something else than its name does.
        """
        path = self._path(made_for)
        try:
            with path.open("rb") as file:
                head = json.loads(file.readline(_LONGEST_HEAD))
                plan = file.read()
            if head["made_for"] != dict(made_for):
                raise ValueError("it was made for something else")
            if head["sha256"] != hashlib.sha256(plan).hexdigest():
                raise ValueError("its checksum is another")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("plan_damaged", path=str(path), error=str(error), consequence="building again")
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the newest
        return plan

    def write(self, made_for: Mapping[str, str], plan: bytes) -> None:
        """Keeps a plan, whole or not at all, and lets the oldest go; a folder that can't be written costs a line in the log."""
        path = self._path(made_for)
        partial = path.with_name(f"partial-{os.getpid()}-{threading.get_ident()}-{path.name}")
        head = {"made_for": dict(made_for), "sha256": hashlib.sha256(plan).hexdigest()}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(json.dumps(head).encode() + b"\n")
                file.write(plan)
            partial.replace(path)
            self._forget_oldest(path)
        except OSError as error:  # only costs the next start some seconds
            _log.warning("plan_not_kept", path=str(path), error=str(error), consequence="the next start builds again")
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def drop(self, made_for: Mapping[str, str]) -> None:
        """Removes a plan that turned out to be of no use."""
        with contextlib.suppress(OSError):
            self._path(made_for).unlink(missing_ok=True)

    def _path(self, made_for: Mapping[str, str]) -> Path:
        digest = hashlib.sha256(json.dumps(dict(made_for), sort_keys=True).encode())
        return self._folder / f"{digest.hexdigest()[:32]}{_SUFFIX}"

    def _forget_oldest(self, written: Path) -> None:
        plans = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for path in plans:
            total += path.stat().st_size
            if total > self._limit and path != written:
                path.unlink(missing_ok=True)
