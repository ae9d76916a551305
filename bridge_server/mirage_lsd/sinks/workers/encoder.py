"""The worker of files and pushed streams: PyAV encodes and writes.

PyAV's wheels carry libx264, which is GPL: one more reason to have it in a process of its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ...device_process.child import Port
from ...picture import DeviceError, Picture, Pixels

# The first one that opens here is taken; hardware first. None of them needs a license beyond what PyAV's wheel carries.
_ENCODERS = ("h264_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox", "libx264", "libopenh264", "mpeg4")
_TIME_BASE = Fraction(1, 90_000)


def run(port: Port) -> None:
    """Encodes what comes and writes it to `options["target"]` until it is told to stop."""
    try:
        import av
    except ImportError:
        raise DeviceError("Files and pushed streams need PyAV: pip install av", retry=False) from None
    av.logging.set_level(None)
    target = _target(port)
    if port.options["kind"] == "file":
        port.tell("open", target=target)
    writer: _Writer | None = None
    try:
        while True:
            picture = port.take(0.1)
            if picture is None:
                if port.closing.is_set():
                    break
                continue
            if writer is not None and not writer.takes(picture):
                writer.close()
                writer, target = None, _beside(target)
            if writer is None:
                writer = _Writer(av, target, port.options, picture)
                port.tell("event", what="begun", target=_without_key(target))
            writer.write(picture)
            port.shown(picture)
        if writer is not None:
            writer.close()
    except (OSError, av.error.FFmpegError) as error:
        if writer is not None:
            writer.give_up()
        raise DeviceError(_sentence(port.options["kind"], target, error)) from None


def _target(port: Port) -> str:
    """Where to write. A file that was begun before a fault is never written over: the rest goes beside it."""
    target = str(port.options["target"])
    if port.options["kind"] != "file":
        return target
    folder = Path(target).parent
    if not folder.is_dir():
        raise DeviceError(f"The folder {folder} is not there; create it or choose another file.", retry=False)
    if Path(target).suffix.lower() not in (".mp4", ".mov", ".mkv"):
        raise DeviceError(f"{target}: write to a file that ends in .mp4, .mov or .mkv.", retry=False)
    if not os.access(folder, os.W_OK) or Path(target).is_dir():
        raise DeviceError(f"{target} can't be written; check the rights of its folder.", retry=False)
    return _beside(target) if port.options.get("restarts") else target


def _beside(target: str) -> str:
    """The next free name: clip.mp4, clip-2.mp4, clip-3.mp4."""
    path = Path(target)
    number = 2
    while (free := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return str(free)


def _without_key(target: str) -> str:
    """An address without its last part, which is the key of the channel."""
    return target.rpartition("/")[0] if "://" in target else target


def _sentence(kind: str, target: str, error: Exception) -> str:
    why = getattr(error, "strerror", None) or str(error)
    if kind == "file":
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return f"The disk of {target} is full: what was written plays; recording goes on in a new file when there is room."
        return f"{target} can't be written ({why}): what was written plays; it goes on in a new file."
    return f"{_without_key(target)} takes the stream no more ({why}); it is tried again until the receiver is back."


class _Writer:
    """One file or connection, from its first picture on: size and format don't change."""

    def __init__(self, av: Any, target: str, options: dict[str, Any], first: Picture) -> None:
        from ...device_process.srt import open_srt

        self._av, self._live = av, options["kind"] != "file"
        # Nobody waits for the pictures of a clip: the encoder may look ahead.
        self._patient = bool(options.get("lossless"))
        self._width, self._height = first.width, first.height
        self._first_ns = self._stamp(first)
        self._last_pts = -1
        self._step = round(90_000 / options["fps"])
        self._helper = open_srt(target, receive=False) if target.startswith("srt://") else None
        place: Any = target if self._live else f"file:{target}"
        container_options: dict[str, str] = {}
        if self._helper is not None:
            place, form = self._helper.stdin, "mpegts"
        elif self._live:
            form = "mpegts" if target.startswith(("udp:", "tcp:")) else "flv"
            container_options = {"flvflags": "no_duration_filesize"}
        else:
            form = {".mkv": "matroska", ".mov": "mov"}.get(Path(target).suffix.lower(), "mp4")
            # In pieces, each of which plays: whatever happens later, what was written before it is a video.
            container_options = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
            if form == "matroska":
                container_options = {"cluster_time_limit": "1000", "flush_packets": "1"}
        self._container = av.open(
            place, "w", format=form, options=container_options, timeout=(5.0, 5.0) if self._live else None
        )
        try:
            self._stream = self._add_stream(options)
            self._silence = _Silence(av, self._container) if form == "flv" else None
            self._container.start_encoding()
        except BaseException:
            self.give_up()
            raise

    def takes(self, picture: Picture) -> bool:
        """Whether it is of the size with which this was begun."""
        return (picture.width, picture.height) == (self._width, self._height)

    def write(self, picture: Picture) -> None:
        frame = self._av.VideoFrame.from_ndarray(_even(picture.pixels), format="rgba")
        pts = round((self._stamp(picture) - self._first_ns) * 90_000 / 1_000_000_000)
        self._last_pts = max(pts, self._last_pts + 1)
        frame.pts, frame.time_base = self._last_pts, _TIME_BASE
        frame = frame.reformat(format=self._stream.codec_context.pix_fmt, dst_colorspace="ITU709")
        frame.color_range = 1
        self._container.mux(self._stream.encode(frame))
        if self._silence is not None:
            self._silence.until(self._last_pts / 90_000)
        if self._helper is not None and self._helper.poll() is not None:
            raise OSError(errno.ECONNREFUSED, "the receiver is gone")

    def close(self) -> None:
        """Writes what the encoder still holds, and the end."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._end_helper()

    def give_up(self) -> None:
        """After a fault: lets go of it. What was written stays."""
        with contextlib.suppress(Exception):  # the same fault again
            self._container.close()
        self._end_helper()

    def _end_helper(self) -> None:
        if self._helper is not None:
            try:
                assert self._helper.stdin is not None
                self._helper.stdin.close()
                self._helper.wait(0.5)
            except Exception:  # it hangs on its peer
                self._helper.kill()

    def _stamp(self, picture: Picture) -> int:
        if self._live or picture.media_time_ns is None:
            return picture.t_capture_ns
        return picture.media_time_ns

    def _add_stream(self, options: dict[str, Any]) -> Any:
        width, height = self._width + self._width % 2, self._height + self._height % 2
        rate = Fraction(options["fps"]).limit_denominator(1001)
        # About 0.1 bit a pixel and picture: 2.2 Mbit/s for 1280x720 at 24.
        bitrate = options.get("bitrate") or max(500_000, round(0.1 * width * height * float(rate)))
        wanted = (options["codec"],) if options.get("codec") else _ENCODERS
        for name in wanted:
            if name in self._av.codecs_available and self._opens(name, width, height, rate):
                break
        else:
            raise DeviceError(
                f"This machine has no encoder of {', '.join(wanted)}; pip install av brings libx264.", retry=False
            )
        stream = self._container.add_stream(name, rate=rate)
        self._set_up(stream.codec_context, name, width, height, rate)
        if self._live:
            stream.codec_context.bit_rate = bitrate
            stream.codec_context.options |= (
                {"maxrate": str(bitrate), "bufsize": str(bitrate // 2)} if name == "libx264" else {}
            )
        elif name != "libx264":
            stream.codec_context.bit_rate = 3 * bitrate
        return stream

    def _opens(self, name: str, width: int, height: int, rate: Fraction) -> bool:
        """Whether this machine has it: hardware encoders are listed everywhere and open where the hardware is."""
        if name in ("libx264", "libopenh264", "mpeg4"):
            return True
        try:
            context = self._av.CodecContext.create(name, "w")
            self._set_up(context, name, width, height, rate)
            context.open()
        except (self._av.error.FFmpegError, OSError, ValueError):
            return False
        return True

    def _set_up(self, context: Any, name: str, width: int, height: int, rate: Fraction) -> None:
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.framerate, context.time_base = rate, _TIME_BASE
        # What a crash costs of a recording is what the encoder still holds and the piece that was begun: half a second.
        context.gop_size = max(1, round(float(rate) * (2 if self._live else 0.5)))
        context.max_b_frames = 2 if self._patient else 0
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1, 1
        if name == "libx264":
            context.options = {"preset": "veryfast"}
            if not self._patient:
                context.options |= {"tune": "zerolatency"}
            if not self._live:
                context.options |= {"crf": "18"}


class _Silence:
    """A silent sound track: OBS, YouTube and nginx-rtmp expect sound in what is pushed to them."""

    _RATE = 48_000

    def __init__(self, av: Any, container: Any) -> None:
        self._av, self._container = av, container
        self._stream = container.add_stream("aac", rate=self._RATE)
        self._stream.codec_context.layout = "stereo"
        self._stream.codec_context.bit_rate = 64_000
        self._samples = 0

    def until(self, second: float) -> None:
        """Writes silence up to this time of the stream."""
        while self._samples < second * self._RATE:
            frame = self._av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = self._RATE, self._samples, Fraction(1, self._RATE)
            self._container.mux(self._stream.encode(frame))
            self._samples += 1024


def _even(pixels: Pixels) -> Pixels:
    """With sides that can be halved: the last row and column twice where they are odd."""
    height, width = pixels.shape[:2]
    if not (height % 2 or width % 2):
        return np.ascontiguousarray(pixels)
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
