"""The few lines of HTTP that WebRTC's handshake needs (WHIP and WHEP: one POST with an offer, answered by an answer)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ..picture import DeviceError

_LARGEST_BODY = 256 * 1024
_TIMEOUT_S = 10.0
_REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Too Large",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type, text."""

    status: int
    kind: str
    text: str


Handler = Callable[[str], Awaitable[Answer]]


class WebServer:
    """Serves `handlers`, by method and path, to pages of this machine.

    A page of a stranger's site, open in the same browser, may not reach it: requests whose Origin is not a loopback address or the
    host that was asked for are refused.
    """

    def __init__(self, host: str, port: int, handlers: Mapping[tuple[str, str], Handler]) -> None:
        self._host, self._wanted, self._handlers = host, port, handlers
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listens.

        Raises:
            DeviceError: the port is taken.
        """
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._wanted, limit=_LARGEST_BODY)
        except OSError as error:
            raise DeviceError(
                f"Port {self._wanted} on {self._host} can't be listened on ({error.strerror}); choose another.",
                retry=False,
            ) from None

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        origin = ""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                method, path, headers, body = await _read(reader)
                origin = headers.get("origin", "")
                answer = await self._answer(method, path, headers, body)
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            answer = Answer(400, "text/plain", "This is no request.")
        except OSError:
            writer.close()
            return
        text = answer.text.encode()
        head = [f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}", f"Content-Type: {answer.kind}; charset=utf-8"]
        if answer.kind == "application/sdp":
            head[1] = "Content-Type: application/sdp"
        if origin and answer.status != 403:
            head += [
                f"Access-Control-Allow-Origin: {origin}",
                "Access-Control-Allow-Headers: Content-Type, Authorization",
            ]
        head += [f"Content-Length: {len(text)}", "Connection: close", "", ""]
        try:
            writer.write("\r\n".join(head).encode() + text)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        origin = headers.get("origin", "")
        if origin and not self._is_ours(origin):
            return Answer(403, "text/plain", "Pages of other sites may not use this.")
        if method == "OPTIONS":
            return Answer(204, "text/plain", "")
        handler = self._handlers.get((method, path))
        if handler is None:
            return Answer(404, "text/plain", "There is nothing here.")
        return await handler(body)

    def _is_ours(self, origin: str) -> bool:
        host = origin.partition("://")[2]
        host = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
        return host in ("localhost", "127.0.0.1", "[::1]", self._host)


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _LARGEST_BODY:
        raise ValueError("too large")
    body = (await reader.readexactly(length)).decode()
    return method, target.partition("?")[0], headers, body
