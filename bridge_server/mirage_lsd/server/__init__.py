"""The daemon: takes frames from clients, gives them to a pipeline, sends the results back."""

from .daemon import Daemon, DaemonConfig
from .limits import Limits

__all__ = ["Daemon", "DaemonConfig", "Limits"]
