"""SRT, which PyAV's wheels don't speak: an FFmpeg program that does carries the bytes between a pipe and the network."""

from __future__ import annotations

import functools
import shutil
import subprocess

from ..picture import DeviceError


def open_srt(url: str, *, receive: bool) -> subprocess.Popen[bytes]:
    """A process whose stdout (receive) or stdin (send) is the MPEG transport stream at `url`.

    Raises:
        DeviceError: there is no such program.
    """
    program = _program_with_srt()
    if program is None:
        raise DeviceError(
            "SRT needs an FFmpeg with libsrt: pip install imageio-ffmpeg, or install ffmpeg.", retry=False
        )
    way = [
        "-fflags",
        "nobuffer",
        "-probesize",
        "500000",
        "-analyzeduration",
        "1000000",
        "-i",
        url,
        "-map",
        "0:v:0",
        "-c",
        "copy",
        "-f",
        "mpegts",
        "-flush_packets",
        "1",
        "pipe:1",
    ]
    if not receive:
        way = [
            "-fflags",
            "nobuffer",
            "-probesize",
            "32768",
            "-f",
            "mpegts",
            "-i",
            "pipe:0",
            "-c",
            "copy",
            "-f",
            "mpegts",
            url,
        ]
    return subprocess.Popen(
        [program, "-hide_banner", "-loglevel", "error", *way],
        stdin=subprocess.DEVNULL if receive else subprocess.PIPE,
        stdout=subprocess.PIPE if receive else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@functools.cache
def _program_with_srt() -> str | None:
    candidates = [shutil.which("ffmpeg")]
    try:
        import imageio_ffmpeg

        candidates.insert(0, imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        pass
    for program in filter(None, candidates):
        listed = subprocess.run([program, "-hide_banner", "-protocols"], capture_output=True, text=True, check=False)
        if "srt" in listed.stdout.split():
            return program
    return None
