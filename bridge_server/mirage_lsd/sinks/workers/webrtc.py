"""The worker of WebRTC out: browsers and WHEP players watch."""

from __future__ import annotations

import asyncio
import threading
import time
from fractions import Fraction
from typing import Any

from ...device_process.child import Port
from ...device_process.web import Answer, WebServer
from ...picture import DeviceError, Picture

_TIME_BASE = Fraction(1, 90_000)
_MOST_VIEWERS = 4
PAGE = """<!doctype html><meta charset=utf-8><title>MirageLSD: painted</title>
<style>body{margin:0;background:#000}video{width:100vw;height:100vh}</style><video id=painted autoplay muted playsinline></video>
<script>
async function play() {
  const pc = window.receiving = new RTCPeerConnection();
  pc.addTransceiver('video', {direction: 'recvonly'});
  pc.ontrack = event => { document.getElementById('painted').srcObject = new MediaStream([event.track]); };
  pc.onconnectionstatechange = () => { if (pc.connectionState === 'failed') setTimeout(play, 1000); };
  await pc.setLocalDescription();
  if (pc.iceGatheringState !== 'complete')
    await new Promise(done => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && done()));
  const answer = await fetch('whep', {method: 'POST', headers: {'Content-Type': 'application/sdp'}, body: pc.localDescription.sdp});
  await pc.setRemoteDescription({type: 'answer', sdp: await answer.text()});
}
play();
</script>
"""


def run(port: Port) -> None:
    """Serves the page; every viewer gets the newest picture, each at the pace of its own connection."""
    try:
        import aiortc
    except ImportError:
        raise DeviceError("WebRTC needs aiortc: pip install aiortc", retry=False) from None
    asyncio.run(_Sender(aiortc, port).serve())


class _Sender:
    def __init__(self, aiortc: Any, port: Port) -> None:
        self._aiortc, self._port = aiortc, port
        self._peers: list[Any] = []
        self._newest: Picture | None = None
        self._serial = 0
        self._new = asyncio.Event()

    async def serve(self) -> None:
        options = self._port.options
        server = WebServer(
            options["host"], options["tcp_port"], {("GET", "/"): self._page, ("POST", "/whep"): self._whep}
        )
        await server.start()
        self._port.tell("open", address=f"http://{options['host']}:{server.port}/")
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._take, args=(loop,), name="pictures", daemon=True).start()
        while not self._port.closing.is_set():
            await asyncio.sleep(0.05)
        await asyncio.gather(*(peer.close() for peer in self._peers))
        await server.stop()

    def _take(self, loop: asyncio.AbstractEventLoop) -> None:
        """Owns the way in: always takes, viewers or not."""
        while not self._port.closing.is_set():
            picture = self._port.take(0.1, newest=True)
            if picture is not None:
                loop.call_soon_threadsafe(self._show, picture)

    def _show(self, picture: Picture) -> None:
        self._newest = picture
        self._serial += 1
        new, self._new = self._new, asyncio.Event()
        new.set()
        if not self._peers:
            self._port.shown(picture)  # nobody watches: here it has arrived

    async def _page(self, body: str) -> Answer:
        return Answer(200, "text/html", PAGE)

    async def _whep(self, body: str) -> Answer:
        if len(self._peers) >= _MOST_VIEWERS:
            return Answer(403, "text/plain", f"There are {_MOST_VIEWERS} viewers already; each costs an encoder.")
        peer = self._aiortc.RTCPeerConnection()
        try:
            await peer.setRemoteDescription(self._aiortc.RTCSessionDescription(body, "offer"))
            peer.addTrack(_track(self._aiortc, self))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # whatever a stranger sends
            await peer.close()
            return Answer(
                400, "text/plain", f"This is no offer that can be answered ({type(error).__name__}: {error})."
            )
        self._peers.append(peer)

        @peer.on("connectionstatechange")  # type: ignore[untyped-decorator]
        async def changed() -> None:
            if peer.connectionState in ("failed", "closed", "disconnected") and peer in self._peers:
                self._peers.remove(peer)
                await peer.close()

        return Answer(201, "application/sdp", peer.localDescription.sdp)

    async def next_picture(self, after: int) -> tuple[int, Picture]:
        """The newest picture that is newer than serial `after`."""
        while self._newest is None or self._serial == after:
            await self._new.wait()
        return self._serial, self._newest

    def sent(self, picture: Picture) -> None:
        self._port.shown(picture)


def _track(aiortc: Any, sender: _Sender) -> Any:
    """A video track of the sender's pictures; made here because its base class is known only now."""
    import av

    class PictureTrack(aiortc.MediaStreamTrack):  # type: ignore[misc]
        kind = "video"

        def __init__(self) -> None:
            super().__init__()
            self._serial = 0
            self._started = time.monotonic_ns()

        async def recv(self) -> Any:
            self._serial, picture = await sender.next_picture(self._serial)
            frame = av.VideoFrame.from_ndarray(picture.pixels, format="rgba").reformat(format="yuv420p")
            frame.pts = round((time.monotonic_ns() - self._started) * 90_000 / 1e9)
            frame.time_base = _TIME_BASE
            sender.sent(picture)
            return frame

    return PictureTrack()
