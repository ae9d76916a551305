"""Whether two processes of this machine can share a card's memory: tried in processes of their own, because a driver can end one."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import subprocess
import sys

from ..child_environment import child_environment, module_command
from .driver import MISSING, CudaDriver, CudaError

_LIBRARIES = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
_TIMEOUT_S = 30.0
_BYTES = 4096
_PATTERN = bytes(range(256)) * (_BYTES // 256)


@functools.cache
def ipc_problem() -> str:
    """Why frames can't stay on the card here, one sentence; "" where they can. Tried once a process, which takes about a second
    where cuda-bindings is installed."""
    library = _LIBRARIES.get(sys.platform)
    if library is None:
        return "CUDA IPC is for Linux and Windows; frames go through shared memory."
    try:
        found = importlib.util.find_spec("cuda.bindings") is not None
    except (ImportError, ValueError):
        found = False
    if not found:
        return MISSING
    try:
        ctypes.CDLL(library)  # loaded, not started
    except OSError:
        return f"There is no NVIDIA driver ({library}) on this machine."
    return _run("export")


@functools.cache
def textures_problem() -> str:
    """Why an engine's textures can't stay on the card, one sentence; "" where they can: it may share them by Vulkan, and on Windows
    by Direct3D. Tried once a process."""
    return ipc_problem() or _run("textures")


def _run(*arguments: str) -> str:
    """Runs this file's `main` in a child; its sentence."""
    command = module_command("mirage_lsd.cuda.probe", *arguments)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            env=child_environment(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"Whether CUDA IPC works can't be tried ({type(error).__name__})."
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0:
        return ""
    if done.returncode == 1 and lines:
        return lines[-1]
    return f"The NVIDIA driver ended the process that tried CUDA IPC (exit status {done.returncode})."


def _export() -> str:
    """Makes memory and an event, and lets a child open them."""
    driver = CudaDriver()
    if not driver.has_ipc:
        return "The NVIDIA driver of this system can't share a card's memory between processes (CUDA IPC); WSL2 is one such."
    with driver.current():
        address = driver.allocate(_BYTES)
        driver.call("cuMemcpyHtoD", address, _PATTERN, _BYTES)
        event, event_handle = driver.create_event()
        driver.call("cuEventRecord", event, 0)
        problem = _run("open", driver.export_memory(address), event_handle)
        driver.destroy_event(event)
        driver.free(address)
    driver.close()
    return problem


def _open(memory: str, event: str) -> str:
    """Reads what the parent wrote."""
    driver = CudaDriver()
    with driver.current():
        address, opened = driver.open_memory(memory, _BYTES), driver.open_event(event)
        driver.call("cuEventSynchronize", opened)
        seen = bytearray(_BYTES)
        driver.call("cuMemcpyDtoH", seen, address, _BYTES)
        driver.destroy_event(opened)
        driver.close_memory(address)
    driver.close()
    return (
        ""
        if bytes(seen) == _PATTERN
        else "Another process reads something else from the card's memory than was written."
    )


def _textures() -> str:
    """Whether the driver takes memory and semaphores of Vulkan."""
    driver = CudaDriver()
    has_timelines = driver.has_timelines
    driver.close()
    return (
        ""
        if has_timelines
        else "The NVIDIA driver can't use Vulkan's timeline semaphores with CUDA; install a newer one."
    )


def main(arguments: list[str]) -> int:
    """Prints the problem; 0: there is none."""
    try:
        if arguments == ["textures"]:
            problem = _textures()
        else:
            problem = _export() if arguments == ["export"] else _open(*arguments[1:])
    except CudaError as error:
        problem = str(error)
    print(problem, flush=True)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
