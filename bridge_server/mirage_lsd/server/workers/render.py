"""One frame of one stream: from the received planes to the result that is to be sent, a picture or a context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ... import clock
from ...controls import Notice
from ...pipelines.composite import composite, engine_picture, needs_mixing
from ...protocol.messages import NoticeMessage, Result, Weights
from ...protocol.parts import ContextFields
from ...transport import Delivery, FrameBuffer
from ..context_output import ContextOutput
from ..outbox import WorkResult
from ..stream import Stream


@dataclass(frozen=True, slots=True)
class _Rendered:
    """What a frame came to: where it is (None: the stream was closed meanwhile), and what is said of it."""

    delivery: Delivery | None
    timings_us: dict[str, int]
    control_seq: int
    notices: tuple[Notice, ...]
    context: ContextFields | None = None
    weights: Weights | None = None
    weights_payload: bytes | None = None


def render(stream: Stream, buffer: FrameBuffer) -> WorkResult:
    """Runs the pipeline.

    Raises:
        Exception: whatever the pipeline raised.
    """
    assert buffer.frame is not None
    t_start_ns = clock.now_ns()
    if stream.contexts is None:
        rendered = _picture(stream, buffer, t_start_ns)
    else:
        rendered = _context(stream, stream.contexts, buffer, t_start_ns)
    if rendered.delivery is None:
        return WorkResult(stream)
    result = Result(
        stream=stream.number,
        seq=buffer.frame.seq,
        t_capture_ns=buffer.frame.t_capture_ns,
        t_submit_ns=buffer.frame.t_submit_ns,
        t_receive_ns=buffer.t_receive_ns,
        t_start_ns=t_start_ns,
        t_end_ns=clock.now_ns(),
        t_send_ns=0,
        slot=rendered.delivery.slot,
        slot_seq=rendered.delivery.slot_seq,
        timings_us={stage: max(int(duration), 0) for stage, duration in rendered.timings_us.items()},
        control_seq=rendered.control_seq,
        context=rendered.context,
    )
    return WorkResult(
        stream,
        result,
        rendered.delivery.payload,
        weights=rendered.weights,
        weights_payload=rendered.weights_payload,
        notices=tuple(NoticeMessage(stream.number, notice.code, notice.message) for notice in rendered.notices),
    )


def _picture(stream: Stream, buffer: FrameBuffer, t_start_ns: int) -> _Rendered:
    if stream.transport.device != "cpu":
        return _picture_on_device(stream, buffer, t_start_ns)
    assert buffer.frame is not None
    controls, mix, bypass, control_seq = stream.controls_at(buffer.t_receive_ns)
    frame = stream.input_frame(buffer)
    spec = stream.spec
    if bypass:
        pixels = engine_picture(frame, spec.output_height, spec.output_width, engine_alpha=mix.engine_alpha)
        timings = {"bypass": (clock.now_ns() - t_start_ns) // 1_000}
        notices: tuple[Notice, ...] = ()
    else:
        output = stream.pipeline.process(frame, stream.state, controls)
        stream.check_output(output.pixels)
        pixels, timings = composite(output.pixels, frame, mix), output.timings_us
        notices = (*output.notices, *stream.watch.look(frame), *stream.pace.result(t_start_ns, stream.dropped))
    return _Rendered(stream.deliver(pixels, buffer.frame.seq), timings, control_seq, notices)


def _picture_on_device(stream: Stream, buffer: FrameBuffer, t_start_ns: int) -> _Rendered:
    """Where planes and result stay on a card: nothing here looks into them."""
    assert buffer.frame is not None
    controls, mix, bypass, control_seq = stream.controls_at(buffer.t_receive_ns)
    frame = stream.input_frame(buffer)
    if bypass:
        height, width = stream.spec.output_height, stream.spec.output_width
        pixels: Any = stream.device_composite().engine_picture(frame, height, width, mix)
        timings = {"bypass": (clock.now_ns() - t_start_ns) // 1_000}
        notices: tuple[Notice, ...] = ()
    else:
        output = stream.pipeline.process(frame, stream.state, controls)
        stream.check_device_output(output.pixels)
        pixels, timings = output.pixels, output.timings_us
        if needs_mixing(frame, mix):
            pixels = stream.device_composite().mixed(pixels, frame, mix)
        notices = (*output.notices, *stream.pace.result(t_start_ns, stream.dropped))
    return _Rendered(stream.deliver_on_device(pixels, buffer.frame.seq), timings, control_seq, notices)


def _context(stream: Stream, contexts: ContextOutput, buffer: FrameBuffer, t_start_ns: int) -> _Rendered:
    assert buffer.frame is not None
    controls, mix, bypass, control_seq = stream.controls_at(buffer.t_receive_ns)
    notices: tuple[Notice, ...] = ()
    if bypass:
        strength, cells = 0.0, contexts.blank()
        weights = contexts.pipeline.shading_weights(stream.state, controls)
        timings = {"bypass": (clock.now_ns() - t_start_ns) // 1_000}
    else:
        frame = stream.input_frame(buffer)
        made = contexts.pipeline.process_context(frame, stream.state, controls)
        contexts.check(made.context)
        strength, cells, weights, timings = mix.strength, made.context, made.weights, made.timings_us
        notices = (*made.notices, *stream.watch.look(frame), *stream.pace.result(t_start_ns, stream.dropped))
    delivery = stream.deliver_context(cells, buffer.frame.seq)
    header = contexts.changed(weights, strength, control_seq)
    payload = weights.numbers if header is not None else None
    said = contexts.result_fields(buffer.frame.camera)
    return _Rendered(delivery, timings, control_seq, notices, said, header, payload)
