"""The worker of the virtual camera: pyvirtualcam, which is GPL-2.0 and lives in this process only."""

from __future__ import annotations

import sys

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError


def run(port: Port) -> None:
    """Shows what comes as a camera; repeats the last picture while none comes, as programs expect of a camera."""
    try:
        import pyvirtualcam
    except ImportError:
        raise DeviceError(
            "The virtual camera needs pyvirtualcam (GPL-2.0, so it is not installed with MirageLSD): pip install pyvirtualcam",
            retry=False,
        ) from None
    options = port.options
    size, fps = options.get("size"), options["fps"]
    picture = None
    if size is None:
        port.tell("open", device="")
        while picture is None and not port.closing.is_set():
            picture = port.take(0.1, newest=True)
        if picture is None:
            return
        size = (picture.width, picture.height)
    try:
        camera = pyvirtualcam.Camera(
            size[0], size[1], fps, device=options.get("device"), backend=options.get("backend")
        )
    except RuntimeError as error:
        raise DeviceError(f"There is no virtual camera to write to ({_reason(error)}); {_advice()}") from None
    with camera:
        port.tell("open", device=camera.device)
        while not port.closing.is_set():
            new = port.take(1.0 / fps, newest=True)
            picture = new or picture
            if picture is None:
                continue
            camera.send(fit(picture.pixels, size[0], size[1], "contain")[..., :3].copy())
            if new is not None:
                port.shown(new)


def _reason(error: RuntimeError) -> str:
    """The first sentence: pyvirtualcam goes on with advice of its own."""
    return str(error).splitlines()[0].partition(". ")[0].rstrip(".")


def _advice() -> str:
    if sys.platform.startswith("linux"):
        return "apt-get install v4l2loopback-dkms, then modprobe v4l2loopback exclusive_caps=1"
    return "install OBS Studio and start its virtual camera once"
