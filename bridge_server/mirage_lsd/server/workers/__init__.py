"""Who runs the pipelines: one worker per device."""

from .base import PipelineSource, Worker
from .thread import ThreadWorker

__all__ = ["PipelineSource", "ThreadWorker", "Worker"]
