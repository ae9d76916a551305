"""The native core for Python: what an engine plugin does through the C ABI (`lsd/lsd.h`), with numpy arrays.

    with Client(engine="panda3d") as client, client.open_stream(640, 360, planes=("color", "depth")) as stream:
        stream.control(scene="forest", lighting="day")
        while True:
            stream.submit(color, depth, camera=camera)
            result = stream.acquire()

Nothing here waits for the daemon, except the two functions whose names begin with `wait`.
"""

from ..frame import Camera, Slot, Sun
from .client import Client
from .library import NativeLibraryError, library_path
from .stream import Stream
from .text import now_ns, version
from .types import ClientState, Context, ContextWeights, Control, LsdError, Notice, Progress, Result, Stats, StreamState

__all__ = [
    "Camera",
    "Client",
    "ClientState",
    "Context",
    "ContextWeights",
    "Control",
    "LsdError",
    "NativeLibraryError",
    "Notice",
    "Progress",
    "Result",
    "Slot",
    "Stats",
    "Stream",
    "StreamState",
    "Sun",
    "library_path",
    "now_ns",
    "version",
]
