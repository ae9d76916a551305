"""Everything that can be wrong with a message, as one exception."""

from __future__ import annotations

FATAL_CODES = frozenset({"unsupported_version", "unauthorized", "too_many_sessions"})
ERROR_CODES = FATAL_CODES | {
    "malformed",
    "unknown_type",
    "hello_required",
    "already_greeted",
    "too_many_streams",
    "stream_exists",
    "unknown_stream",
    "unknown_model",
    "bad_plane",
    "bad_frame",
    "bad_control",
    "bad_transport",
    "bad_ring",
    "no_context",
    "internal",
}


class ProtocolError(Exception):
    """A message that can't be obeyed.

    Attributes:
        code: one of `ERROR_CODES`.
        message: one sentence that says what to do.
        message_type: `t` of the message, where it could be decoded that far.
        stream: the stream the message was for, where the header still told.
        stream_closed: that stream is over (or never came to be).
        control_seq: the group of controls that was refused.
    """

    def __init__(
        self,
        code: str,
        message: str,
        stream: int | None = None,
        stream_closed: bool = False,
        *,
        control_seq: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.message_type: str | None = None
        self.stream = stream
        self.stream_closed = stream_closed
        self.control_seq = control_seq

    @property
    def fatal(self) -> bool:
        """Whether the session is over."""
        return self.code in FATAL_CODES
