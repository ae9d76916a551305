"""Devices in processes of their own.

A camera driver that blocks, a codec that crashes on a broken file, a network peer that stalls, a library whose license must not
come into this process: each of them lives in a child process here, and the parent can always end it. Pictures cross in shared
memory, everything else as one JSON message a line.
"""

from .parent import DeviceProcess

__all__ = ["DeviceProcess"]
