"""The parent's end of a device process."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from ..child_environment import child_environment, module_command

Message = dict[str, Any]


class DeviceProcess:
    """One child that runs `module.run(port)`.

    Threads: `on_message` is called on this object's own reading thread, one message at a time, the last one being
    {"kind": "exit", "code": ...}. `send` and `close` may be called by any thread.

    Args:
        module: the worker, for example "mirage_lsd.sources.workers.camera".
        options: what it is told, JSON.
        on_message: takes the child's messages; must return quickly.
    """

    def __init__(self, module: str, options: Message, on_message: Callable[[DeviceProcess, Message], None]) -> None:
        self._on_message = on_message
        self._write_lock = threading.Lock()
        # stderr goes nowhere: the libraries in there talk a lot. What matters comes as a message.
        self._process = subprocess.Popen(
            module_command("mirage_lsd.device_process.child", module),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=child_environment(), creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, name=f"device {module.rpartition('.')[2]}", daemon=True)
        self._reader.start()
        self.send(options)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._reader.is_alive()

    def send(self, message: Message) -> None:
        """Passes a message on; to a child that is gone it goes nowhere. Messages are small and bounded by the ring: it doesn't block."""
        line = json.dumps(message).encode() + b"\n"
        with self._write_lock, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def close(self, grace_s: float) -> bool:
        """Asks the child to finish, and ends it when it has not after `grace_s` seconds. Twice is allowed.

        Returns:
            Whether it ended by itself.
        """
        self.send({"kind": "close"})
        self._reader.join(grace_s)
        finished = not self._reader.is_alive()
        self.kill()
        return finished

    def kill(self) -> None:
        """Ends the child now, whatever it is doing."""
        with contextlib.suppress(OSError):
            self._process.kill()
        if threading.current_thread() is not self._reader:
            self._reader.join(1.0)
        with self._write_lock, contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    self._on_message(self, json.loads(line))
        self._on_message(self, {"kind": "exit", "code": self._process.wait()})
