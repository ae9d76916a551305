"""Who comes in, and what the daemon says of itself then."""

from __future__ import annotations

import hmac
import os
import platform

from .. import __version__
from ..controls import BUILTIN
from ..pipelines.base import Pipeline
from ..pipelines.context import context_shape_of
from ..protocol import PROTOCOL_VERSION, ProtocolError
from ..protocol.header import MAX_HEADER_BYTES
from ..protocol.layout import MAX_SIDE
from ..protocol.messages import Hello, Welcome
from ..protocol.parts import LimitFields, ModelFields, ServerFields, ShapeFields
from .limits import Limits


def check_token(hello: Hello, token: str | None) -> None:
    """Raises ProtocolError if the daemon has a token and the client's is another."""
    if token is not None and not hmac.compare_digest(
        token.encode(), (hello.token or "").encode("utf-8", "surrogatepass")
    ):
        raise ProtocolError("unauthorized", "The daemon was started with --token; set the same token in the client.")


def welcome_of(session: str, capabilities: tuple[str, ...], models: tuple[ModelFields, ...], limits: Limits) -> Welcome:
    """The answer to a `hello`. `capabilities`: transports, and "shade: client" where a model has contexts."""
    return Welcome(
        protocol=PROTOCOL_VERSION,
        session=session,
        server=ServerFields("mirage-lsd", __version__, os.getpid(), platform.node()),
        capabilities=capabilities,
        limits=LimitFields(
            max_streams=limits.max_streams,
            max_width=MAX_SIDE,
            max_height=MAX_SIDE,
            max_header_bytes=MAX_HEADER_BYTES,
            max_payload_bytes=limits.max_payload_bytes,
            idle_timeout_s=limits.idle_timeout_s,
        ),
        models=models,
    )


def model_fields_of(name: str, pipeline: Pipeline) -> ModelFields:
    """What a client is told of a model: its controls, planes and the shape of its contexts."""
    specs = (spec for spec in (*pipeline.controls, *BUILTIN) if not spec.hidden)
    shape = context_shape_of(pipeline)
    context = None if shape is None else ShapeFields(shape.name, shape.version)
    return ModelFields(name, tuple(spec.fields() for spec in specs), pipeline.planes, context)
