"""The rules of PROTOCOL.md that can be seen from the daemon's side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: what the report and `--only` call it.
        section: of PROTOCOL.md.
        sentence: what the client does.
    """

    name: str
    section: int
    sentence: str


RULES = {
    rule.name: rule
    for rule in (
        Rule("well-formed", 4, "Every message has the keys, types and ranges of its row in the table."),
        Rule("parts", 1, "A message has one part, or two where a frame's planes are the payload."),
        Rule("hello-first", 5, "The first message on a connection is `hello`."),
        Rule("hello-once", 4, "A session has one `hello`."),
        Rule("hello-again", 5, "Without `welcome` within 2 s the client tries again on a new socket, and not before."),
        Rule("progress-extends", 4, "A `progress` before `welcome` extends the wait for it to 10 s."),
        Rule("waits-for-welcome", 5, "Before `welcome` the client sends `hello`, `ping` and `bye` only."),
        Rule("unknown-keys", 1, "Keys, capabilities and minor versions that the client does not know are ignored."),
        Rule("refused", 5, "After a fatal `error` nothing but a new `hello` follows."),
        Rule("back-off", 5, "Attempts to connect are at least 0.1 s apart, and ever longer up to 2 s."),
        Rule("opens", 5, "After `welcome` every stream is opened."),
        Rule("waits-for-opened", 5, "No `frame` is sent before `opened`."),
        Rule("sends-frames", 5, "After `opened` frames are sent."),
        Rule("seq-rises", 4, "A stream's `seq` rises by at least 1 from frame to frame."),
        Rule("times-rise", 3, "`t_submit_ns` is monotonic, and not before `t_capture_ns`."),
        Rule("payload-fits", 2, "Inline, the payload is the packed frame, to the byte."),
        Rule("ring", 6, "The announced ring is there, with the announced size, magic and layout."),
        Rule("slots", 6, "Through shared memory a frame names a slot of the ring and its even `slot_seq`."),
        Rule("unlinks", 6, "The client unlinks the name of the daemon's ring when it has mapped it."),
        Rule("streams-of-its-own", 4, "`frame`, `control`, `reset` and `close` name a stream that the session opened."),
        Rule("pings", 5, "While it is ready the client sends a `ping` each second."),
        Rule("control-seq-rises", 4, "A stream's `control_seq` begins at 1 or above and rises."),
        Rule("controls-again", 5, "In a new session a stream's newest controls are sent again, with `transition_s` 0."),
        Rule("refused-control", 4, "`error bad_control` costs the group of controls, not the stream."),
        Rule("refused-open", 5, "A stream that was refused gets no frames, and the session goes on."),
        Rule("opens-again", 5, "A stream that was refused is tried again in the next session."),
        Rule("unknown-messages", 4, "Messages, notices and codes that the client does not know change nothing."),
        Rule("malformed", 4, "A message that makes no sense does not end the client, nor its frames for good."),
        Rule("pause", 5, "A daemon that reads nothing for 2 s costs frames, not the session."),
        Rule(
            "silence", 5, "After 3 s without any message the daemon counts as lost, and the client says `hello` again."
        ),
        Rule(
            "comes-back", 5, "When the daemon was killed and is there again, the client connects and opens its streams."
        ),
        Rule("bye", 5, "After the daemon's `bye` the client connects anew and opens its streams."),
        Rule("says-goodbye", 5, "A client that ends says `bye`, or `close` for each stream."),
        Rule("nothing-after-bye", 4, "Nothing follows the client's `bye`."),
        Rule("says-shade", 10, "A client that opens a stream for contexts says `shade: client` in its `hello`."),
        Rule("context-planes", 10, "A stream of contexts has the planes `color` and `depth`, its frames a `camera`."),
        Rule("wrong-context", 10, "A context or weights that make no sense cost that result, not the stream."),
        Rule("unknown-shape", 10, "A client that does not know the shape of shading opens its stream for pictures."),
        Rule("stays-alive", 5, "The client runs on, whatever the daemon does."),
    )
}
