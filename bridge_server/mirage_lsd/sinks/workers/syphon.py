"""The worker of Syphon out (macOS): a texture for Resolume, TouchDesigner, OBS."""

from __future__ import annotations

from ...device_process.child import Port
from ...picture import DeviceError


def run(port: Port) -> None:
    """Shares what comes under the asked name, as a Metal texture."""
    try:
        import syphon
        from syphon.utils.numpy import copy_image_to_mtl_texture
        from syphon.utils.raw import create_mtl_texture
    except ImportError:
        raise DeviceError(
            "Syphon needs macOS 12 and syphon-python: pip install 'syphon-python[numpy]'", retry=False
        ) from None
    with syphon.SyphonMetalServer(port.options["name"]) as server, syphon.SyphonServerDirectory() as directory:
        directory.run_loop_interval = 0.001
        port.tell("open")
        texture, size = None, (0, 0)
        while not port.closing.is_set():
            picture = port.take(0.02, newest=True)
            directory.update_run_loop()  # without it other programs don't find the server
            if picture is None:
                continue
            if texture is None or size != (picture.width, picture.height):
                size = (picture.width, picture.height)
                texture = create_mtl_texture(server.device, *size)
            copy_image_to_mtl_texture(picture.pixels, texture)
            server.publish_frame_texture(texture)
            port.shown(picture)
