"""The wire protocol (shared_protocol/PROTOCOL.md): messages, codec and the layout of frames. Knows no socket."""

from .codec import decode_client, decode_daemon, encode
from .errors import ProtocolError
from .version import PROTOCOL_VERSION

__all__ = ["PROTOCOL_VERSION", "ProtocolError", "decode_client", "decode_daemon", "encode"]
