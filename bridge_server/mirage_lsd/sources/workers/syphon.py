"""The worker of Syphon in (macOS): textures of other programs."""

from __future__ import annotations

import time

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError

_FIND_S = 0.5
# Metal's number for it (MTLPixelFormat).
_BGRA8_UNORM = 80


def run(port: Port) -> None:
    """Receives the server with the asked name, or the first one."""
    try:
        import syphon
        from syphon.utils.numpy import copy_mtl_texture_to_image
    except ImportError:
        raise DeviceError(
            "Syphon needs macOS 12 and syphon-python: pip install 'syphon-python[numpy]'", retry=False
        ) from None
    wanted, size, opened = port.options["sender"], port.options.get("size"), False
    with syphon.SyphonServerDirectory() as directory:
        directory.run_loop_interval = _FIND_S
        servers = [s for s in directory.servers if wanted.casefold() in f"{s.app_name} {s.name}".casefold()]
        if not servers:
            raise DeviceError(f"There is no Syphon server {wanted!r}; is the other program sharing?")
        directory.run_loop_interval = 0.001  # each turn of the loop may wait that long
        with syphon.SyphonMetalClient(servers[0]) as client:
            while not port.closing.is_set() and client.is_valid:
                directory.update_run_loop()
                texture = client.new_frame_image if client.has_new_frame else None
                if texture is None:
                    port.closing.wait(0.002)
                    continue
                now = time.monotonic_ns()
                pixels = np.array(copy_mtl_texture_to_image(texture))
                if texture.pixelFormat() == _BGRA8_UNORM:  # which Syphon's own textures are
                    pixels[..., :3] = pixels[..., 2::-1]
                if not opened:
                    port.tell("open", width=int(pixels.shape[1]), height=int(pixels.shape[0]))
                    opened = True
                if size is not None:
                    pixels = fit(pixels, size[0], size[1], port.options.get("fit", "cover"))
                if not port.put(pixels, now):
                    port.tell("dropped", count=1)
    if not port.closing.is_set():
        raise DeviceError(f"The Syphon server {wanted!r} has gone; it is looked for again.")
