"""A game engine's picture: whatever speaks the protocol sends it here as it would to a daemon."""

from __future__ import annotations

from typing import Self

from ..defaults import DEFAULT_ENDPOINT
from ..endpoint import is_local
from .base import DeviceError
from .options import read_options
from .process import ProcessSource


class EngineSource(ProcessSource):
    """Listens as a daemon does and takes the color of one engine's stream; the engine gets its own picture back.

    Args:
        endpoint: where it listens: tcp://127.0.0.1:PORT (0: a free one, which `facts["address"]` names), or ipc://PATH.
        size: width and height of the pictures; None: the engine's own.

    Raises:
        DeviceError: other machines could reach the address; one sentence.
    """

    name = "engine"
    help = "a game engine that takes this for a daemon: engine, engine:tcp://127.0.0.1:PORT"

    def __init__(
        self, endpoint: str = DEFAULT_ENDPOINT, *, size: tuple[int, int] | None = None, fit: str = "cover"
    ) -> None:
        if not endpoint.startswith(("tcp://", "ipc://")) or not is_local(endpoint):
            raise DeviceError(
                f"{endpoint!r} is no address where an engine of this machine alone finds a stream: "
                "give `--source engine:tcp://127.0.0.1:PORT`.",
                retry=False,
            )
        # By name: what listens knows the daemon, which no source does. An engine may pause for as long as it likes, so the silence that
        # counts is the process's own, which says every moment that it lives.
        options = {"endpoint": endpoint, "size": size, "fit": fit}
        super().__init__("mirage_lsd.engine_listener", options, "What listens for the engine", silence_s=4.0)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, colon, endpoint = text.partition(":")
        if kind != cls.name:
            return None
        given = read_options(options)
        return cls(endpoint if colon else DEFAULT_ENDPOINT, size=given.size, fit=given.fit)
