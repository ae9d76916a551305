"""The process of `sources.engine`: a daemon whose only model hands each frame's color to the source and gives the engine its picture back.

It stands beside the sources, not among them, since it knows the daemon and no source does.
"""

from __future__ import annotations

import threading
import time

import numpy as np

from .controls import Controls
from .device_process.child import Port
from .fit import fit
from .frame import InputFrame, OutputFrame
from .picture import DeviceError
from .pipelines.passthrough import PassthroughPipeline
from .pipelines.registry import available_models
from .server.daemon import Daemon, DaemonConfig, StartError
from .server.limits import Limits

_LOOK_S = 0.1
_BIND_OPTION = "--source engine:"
_ONE_ONLY = (
    "`mirage-lsd stream --source engine` takes one engine with one picture, and has one; "
    f"close that one, or start another stream with `{_BIND_OPTION}tcp://127.0.0.1:PORT`."
)
_GONE = "The engine is gone; the stream goes on when one sends frames again."


class HandingPipeline(PassthroughPipeline):
    """Passthrough that hands what it is given to the source; never waits for it.

    Attributes:
        handed: set with every frame; for others to clear.
    """

    accepts = frozenset({"cpu"})  # a source's pictures are in memory

    def __init__(self, port: Port) -> None:
        self._port = port
        self.handed = threading.Event()
        self._size, self._fit = port.options["size"], port.options["fit"]

    def process(
        self, frame: InputFrame, state: tuple[np.ndarray, np.ndarray] | None, controls: Controls
    ) -> OutputFrame:
        """The engine's own picture."""
        now = time.monotonic_ns()
        pixels = np.array(frame.color)
        pixels[..., 3] = 255  # an engine's alpha says what is to be painted, not what is seen through
        if self._size is not None:
            pixels = fit(pixels, self._size[0], self._size[1], self._fit)
        if not self._port.put(pixels, now):
            self._port.tell("dropped", count=1)
        self.handed.set()
        return super().process(frame, state, controls)


def run(port: Port) -> None:
    """Listens until it is told to finish.

    Raises:
        DeviceError: the address can't be had; one sentence.
    """
    pipeline = HandingPipeline(port)
    # Whatever shipped model the engine asks for: which one paints is the stream's choice.
    models = dict.fromkeys(available_models(), pipeline)
    limits = Limits(max_sessions=1, max_streams=1, when_full=_ONE_ONLY)
    daemon = Daemon(models, DaemonConfig(port.options["endpoint"], _BIND_OPTION, limits=limits))
    threading.Thread(target=_look, args=(port, daemon, pipeline), name="look", daemon=True).start()
    try:
        daemon.run()
    except StartError as error:
        raise DeviceError(str(error)) from None


def _look(port: Port, daemon: Daemon, pipeline: HandingPipeline) -> None:
    """Tells the source how the daemon does, and the daemon when to finish."""
    opened = False
    while not port.closing.wait(_LOOK_S):
        if not opened and daemon.ready.is_set():
            opened = True
            port.tell("open", address=daemon.endpoint)
        if opened:
            port.tell("alive")
        # Not by comparing sessions: an engine may come and go between two looks.
        if pipeline.handed.is_set() and daemon.sessions == 0:
            pipeline.handed.clear()
            port.tell("absent", message=_GONE)
    daemon.stop()
