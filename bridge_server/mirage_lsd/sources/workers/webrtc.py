"""The worker of WebRTC in: a browser (the page it serves) or a WHIP client (OBS) sends its camera here."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np

from ...device_process.child import Port
from ...device_process.web import Answer, WebServer
from ...fit import fit
from ...picture import DeviceError

PAGE = """<!doctype html><meta charset=utf-8><title>MirageLSD: camera</title>
<style>body{background:#181818;color:#eee;font:16px sans-serif;margin:24px}video{max-width:48%;background:#000}</style>
<h1>Camera to MirageLSD</h1><p id=state>asking for the camera</p>
<video id=own autoplay muted playsinline></video> <video id=painted autoplay muted playsinline></video>
<script>
const say = text => { document.getElementById('state').textContent = text; };
async function gather(pc) {
  await pc.setLocalDescription();
  if (pc.iceGatheringState !== 'complete')
    await new Promise(done => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && done()));
  return pc.localDescription.sdp;
}
async function exchange(pc, url) {
  const answer = await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/sdp'}, body: await gather(pc)});
  if (!answer.ok) throw new Error(await answer.text());
  await pc.setRemoteDescription({type: 'answer', sdp: await answer.text()});
}
async function send() {
  const camera = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 720}});
  document.getElementById('own').srcObject = camera;
  const pc = window.sending = new RTCPeerConnection();
  camera.getTracks().forEach(track => pc.addTrack(track, camera));
  pc.onconnectionstatechange = () => { say(pc.connectionState); if (pc.connectionState === 'failed') setTimeout(send, 1000); };
  await exchange(pc, 'whip');
}
async function receive(url) {
  const pc = window.receiving = new RTCPeerConnection();
  pc.addTransceiver('video', {direction: 'recvonly'});
  pc.ontrack = event => { document.getElementById('painted').srcObject = new MediaStream([event.track]); };
  await exchange(pc, url);
}
send().catch(error => say('' + error));
const painted = new URLSearchParams(location.search).get('painted');
if (painted) receive(`http://${location.hostname}:${painted}/whep`).catch(error => say('' + error));
</script>
"""


def run(port: Port) -> None:
    """Serves the page and takes one sender at a time; a new one takes the place of the old one."""
    try:
        import aiortc
    except ImportError:
        raise DeviceError("WebRTC needs aiortc: pip install aiortc", retry=False) from None
    asyncio.run(_Receiver(aiortc, port).serve())


class _Receiver:
    def __init__(self, aiortc: Any, port: Port) -> None:
        self._aiortc, self._port = aiortc, port
        self._peer: Any = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        options = self._port.options
        server = WebServer(
            options["host"], options["tcp_port"], {("GET", "/"): self._page, ("POST", "/whip"): self._whip}
        )
        await server.start()
        self._port.tell("open", address=f"http://{options['host']}:{server.port}/")
        while not self._port.closing.is_set():
            await asyncio.sleep(0.05)
        if self._peer is not None:
            await self._peer.close()
        await server.stop()

    async def _page(self, body: str) -> Answer:
        return Answer(200, "text/html", PAGE)

    async def _whip(self, body: str) -> Answer:
        peer = self._aiortc.RTCPeerConnection()
        peer.on("track", lambda track: self._keep(self._read(peer, track)))
        try:
            await peer.setRemoteDescription(self._aiortc.RTCSessionDescription(body, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # whatever a stranger sends
            await peer.close()
            return Answer(
                400, "text/plain", f"This is no offer that can be answered ({type(error).__name__}: {error})."
            )
        old, self._peer = self._peer, peer
        if old is not None:
            await old.close()
        return Answer(201, "application/sdp", peer.localDescription.sdp)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, peer: Any, track: Any) -> None:
        """Reads the track to its end, whether or not anybody wants the pictures: an unread track grows without bound."""
        size, how = self._port.options.get("size"), self._port.options.get("fit", "cover")
        while True:
            try:
                frame = await track.recv()
            except self._aiortc.mediastreams.MediaStreamError:
                return
            if track.kind != "video" or peer is not self._peer:
                continue
            now = time.monotonic_ns()
            pixels = frame.to_ndarray(format="rgba")
            turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4
            pixels = np.ascontiguousarray(np.rot90(pixels, turns))
            if size is not None:
                pixels = fit(pixels, size[0], size[1], how)
            if not self._port.put(pixels, now):
                self._port.tell("dropped", count=1)
