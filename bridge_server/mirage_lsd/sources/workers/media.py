"""The worker of clips and network streams: PyAV.

PyAV's wheels carry libx264 and libx265, which are GPL: one more reason to have it in a process of its own.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError, Pixels
from ..network import without_secrets
from ..pacing import Pacer
from .hdr import HDR_TRANSFERS, HdrToSdr

_LARGEST_SIDE = 4096
# A decoder that gives up on so many packets in a row won't find its way any more.
_BROKEN_PACKETS = 200
_VIDEO_WITHIN_S = 10.0


def run(port: Port) -> None:
    """Decodes `options["url"]` until its end, again and again where it loops."""
    try:
        import av
    except ImportError:
        raise DeviceError("Clips and network streams need PyAV: pip install av", retry=False) from None
    av.logging.set_level(None)
    options = port.options
    url, live = options["url"], options["live"]
    zero_ns, shown = 0, 0
    pacer = Pacer() if options["realtime"] and not live else None
    while not port.closing.is_set():
        container, helper = _open_with_video(av, port, url, live)
        try:
            count, zero_ns = _play(av, port, container, zero_ns, pacer)
        finally:
            container.close()
            if helper is not None:
                helper.kill()
        shown += count
        if not count:
            what = without_secrets(url) if live else url
            raise DeviceError(f"{what} holds no picture that can be decoded: the file is empty or broken.", retry=live)
        if live:
            raise DeviceError(f"{without_secrets(url)} has ended; it is being opened again.")
        if not options["loop"]:
            break
    port.tell("end", count=shown)


def _open_with_video(av: Any, port: Port, url: str, live: bool) -> tuple[Any, Any]:
    """As `_open`. What a sender has sent in the second that is looked at may be sound alone: its video begins with the next key frame."""
    deadline = time.monotonic() + _VIDEO_WITHIN_S
    while True:
        container, helper = _open(av, url, live)
        if not live or container.streams.video or port.closing.is_set() or time.monotonic() > deadline:
            return container, helper
        container.close()
        if helper is not None:
            helper.kill()


def _open(av: Any, url: str, live: bool) -> tuple[Any, Any]:
    """The container, and the process that feeds it where PyAV doesn't speak the protocol."""
    from ...device_process.srt import open_srt

    options: dict[str, str] = {}
    if url.startswith("rtsp"):
        options = {"rtsp_transport": "tcp"}
    if live:
        options |= {"fflags": "nobuffer", "flags": "low_delay", "probesize": "500000", "analyzeduration": "1000000"}
    try:
        if url.startswith("srt://"):
            helper = open_srt(url, receive=True)
            return av.open(helper.stdout, format="mpegts", options=options), helper
        # A plain path must not be read as a protocol or a numbered sequence: `%`, `#` and `:` are allowed in names.
        place = url if live else f"file:{url}"
        return av.open(place, options=options, timeout=(10.0, 5.0) if live else None), None
    except av.error.FFmpegError as error:
        raise DeviceError(_sentence(av, url, live, error), retry=live) from None


def _sentence(av: Any, url: str, live: bool, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{url} is not there; check the path."
    if isinstance(error, IsADirectoryError | PermissionError):
        return f"{url} can't be read ({error.strerror}); check the path and its rights."
    if live:
        return f"{without_secrets(url)} can't be reached ({getattr(error, 'strerror', None) or error}); is its sender running?"
    return f"{url} is not a clip that can be decoded ({getattr(error, 'strerror', None) or error}): the file is empty, cut off or no video."


def _play(av: Any, port: Port, container: Any, zero_ns: int, pacer: Pacer | None) -> tuple[int, int]:
    """Decodes from the beginning to the end.

    Returns:
        The number of pictures, and the time stamp at which a further round begins.
    """
    options = port.options
    if not container.streams.video:
        what = without_secrets(options["url"]) if options["live"] else options["url"]
        raise DeviceError(f"{what} holds no video, only sound.", retry=options["live"])
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    rate = float(stream.average_rate or stream.guessed_rate or 25) or 25.0
    step_ns = round(1e9 / min(max(rate, 1.0), 240.0))
    convert = _Converter(av, options.get("size"), options.get("fit", "cover"), bool(options.get("mirror")))
    count, first_ns, last_ns = 0, None, zero_ns - step_ns
    for frame in _frames(av, container, stream):
        if port.closing.is_set():
            break
        pixels = convert(frame)
        if pixels is None:
            continue
        stamp = round(frame.time * 1e9) if frame.time is not None else None
        if first_ns is None:
            first_ns = stamp or 0
        media_ns = last_ns + step_ns if stamp is None else zero_ns + stamp - first_ns
        media_ns = max(media_ns, last_ns + 1)  # time stamps that run backwards: no encoder takes them
        last_ns = media_ns
        if not count and not zero_ns:
            port.tell(
                "open", width=int(pixels.shape[1]), height=int(pixels.shape[0]), fps=rate, frames=int(stream.frames or 0),
                seconds=float(stream.duration * stream.time_base) if stream.duration else None,
            )  # fmt: skip
        if pacer is not None:
            port.closing.wait(pacer.wait_ns(media_ns, time.monotonic_ns()) / 1e9)
        now = time.monotonic_ns()
        lossless = not options["live"] and pacer is None
        if not port.put(pixels, now, None if options["live"] else media_ns, wait=lossless):
            port.tell("dropped", count=1)
        count += 1
    return count, last_ns + step_ns


def _frames(av: Any, container: Any, stream: Any) -> Any:
    """Every frame that can be decoded; broken packets are passed over, a file that was cut off ends where it ends."""
    broken = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            frames = packet.decode()
            broken = 0
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            broken += 1
            if broken > _BROKEN_PACKETS:
                return
            continue
        yield from frames


class _Converter:
    """A decoded frame as upright RGBA of the asked size."""

    def __init__(self, av: Any, size: list[int] | None, how: str, mirror: bool) -> None:
        self._av, self._size, self._how, self._mirror = av, size, how, mirror
        self._hdr: HdrToSdr | None = None

    def __call__(self, frame: Any) -> Pixels | None:
        turns = round((frame.rotation or 0) / 90) % 4
        width, height = self._decoded_size(frame, turns)
        if width < 1 or height < 1:
            return None
        if frame.color_trc in HDR_TRANSFERS:
            if self._hdr is None:
                self._hdr = HdrToSdr(HDR_TRANSFERS[frame.color_trc])
            # swscale knows the matrix of bt2020 where it is told; the transfer is ours.
            deep = frame.reformat(width, height, "rgb48le", interpolation="AREA").to_ndarray()
            pixels = self._hdr(deep)
        else:
            pixels = frame.reformat(width, height, "rgba", interpolation="AREA").to_ndarray()
        if turns:
            pixels = np.rot90(pixels, turns)
        if self._mirror:
            pixels = pixels[:, ::-1]
        pixels = np.ascontiguousarray(pixels)
        return pixels if self._size is None else fit(pixels, self._size[0], self._size[1], self._how)

    def _decoded_size(self, frame: Any, turns: int) -> tuple[int, int]:
        """The frame's own size, smaller where less is asked for: scaling down costs least before the conversion."""
        width, height = int(frame.width), int(frame.height)
        scale = min(1.0, _LARGEST_SIDE / max(width, height, 1))
        if self._size is not None:
            target_w, target_h = self._size if turns % 2 == 0 else self._size[::-1]
            reach = max if self._how == "cover" else min
            scale = min(scale, reach(target_w / width, target_h / height))
        return max(1, round(width * scale)), max(1, round(height * scale))
