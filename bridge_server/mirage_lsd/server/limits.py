"""Limits the daemon enforces; requests beyond them are refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults of PROTOCOL.md, section 8.

    Attributes:
        max_sessions, max_streams: sessions at a time; streams of each.
        max_payload_bytes: a larger announcement closes the connection before a byte of it is stored.
        max_buffer_bytes: frame buffers of all streams together; beyond it `open` is refused.
        idle_timeout_s: a session that is silent for longer ends.
        max_undelivered: messages waiting for one client; beyond it results are dropped and counted.
        errors_per_second: error replies to one session; beyond it they are only counted.
        when_full: the sentence for whoever would be one session or stream too many; "": one with the number.
    """

    max_sessions: int = 16
    max_streams: int = 8
    max_payload_bytes: int = 402_653_184
    max_buffer_bytes: int = 4 * 2**30
    idle_timeout_s: float = 10.0
    max_undelivered: int = 32
    errors_per_second: int = 20
    when_full: str = ""
