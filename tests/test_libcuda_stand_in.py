"""The stand-in for the CUDA driver shows the faults that it is there for; called through NVIDIA's own bindings."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from libcuda_stand_in import read_counters, stand_in_environment

PRELUDE = """
import ctypes, os, signal, subprocess, sys, time
import numpy as np
from cuda.bindings import driver as cu

def ok(answer):
    assert answer[0] == cu.CUresult.CUDA_SUCCESS, answer[0]
    return answer[1] if len(answer) == 2 else answer[1:]

ok(cu.cuInit(0))
ok(cu.cuCtxPushCurrent(ok(cu.cuDevicePrimaryCtxRetain(0))))
N = 1 << 16
A = np.arange(N, dtype=np.uint8)
B = np.zeros_like(A)

def raw(handle):
    return ctypes.string_at(int(handle.getPtr()), 64).hex()

def handle(kind, text):
    made = kind()
    ctypes.memmove(int(made.getPtr()), bytes.fromhex(text), 64)
    return made
"""

# Sends a buffer and an event to a peer: the copy into the buffer may be late, the event says when it is done.
EXPORTER = """
memory, stream = ok(cu.cuMemAlloc(N)), ok(cu.cuStreamCreate(1))
event = ok(cu.cuEventCreate(6))
ok(cu.cuMemcpyHtoDAsync(memory, A.ctypes.data, N, stream))
ok(cu.cuEventRecord(event, stream))
print(raw(ok(cu.cuIpcGetMemHandle(memory))), raw(ok(cu.cuIpcGetEventHandle(event))), flush=True)
sys.stdin.readline()
"""

IMPORTER = """
m, e = sys.argv[1:3]
memory = ok(cu.cuIpcOpenMemHandle(handle(cu.CUipcMemHandle, m), 1))
event = ok(cu.cuIpcOpenEventHandle(handle(cu.CUipcEventHandle, e)))
stream = ok(cu.cuStreamCreate(1))
if 'wait' in sys.argv:
    ok(cu.cuStreamWaitEvent(stream, event, 0))
ok(cu.cuMemcpyDtoHAsync(B.ctypes.data, memory, N, stream))
ok(cu.cuStreamSynchronize(stream))
print('wrong', int((A != B).sum()))
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(libcuda: Path) -> Run:
    """Runs a program after PRELUDE: run(text, *arguments, **settings of the stand-in)."""

    def run_program(program: str, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(program), *arguments],
            env=stand_in_environment(libcuda, **settings),
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run_program


@contextlib.contextmanager
def exporter(libcuda: Path, **settings: object) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The peer and the handles that it made; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", PRELUDE + EXPORTER],
        env=stand_in_environment(libcuda, **settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()
        process.kill()


def test_what_is_copied_to_the_device_comes_back(run: Run) -> None:
    done = run(
        """
        memory, stream = ok(cu.cuMemAlloc(N)), ok(cu.cuStreamCreate(1))
        rows = cu.CUDA_MEMCPY2D()  # every second block of 256 bytes, in the layout of NVIDIA's own header
        rows.srcMemoryType, rows.srcHost, rows.srcPitch = cu.CUmemorytype.CU_MEMORYTYPE_HOST, A.ctypes.data, 512
        rows.dstMemoryType, rows.dstDevice, rows.dstPitch = cu.CUmemorytype.CU_MEMORYTYPE_DEVICE, memory, 256
        rows.WidthInBytes, rows.Height = 256, N // 512
        ok(cu.cuMemcpy2DAsync(rows, stream))
        ok(cu.cuMemsetD2D8Async(int(memory) + 3, 4, 255, 1, N // 8, stream))
        ok(cu.cuStreamSynchronize(stream))
        ok(cu.cuMemcpyDtoH(B.ctypes.data, memory, N // 2))
        wanted = A.reshape(-1, 2, 256)[:, 0].reshape(-1).copy()
        wanted[3::4] = 255
        assert (B[: N // 2] == wanted).all()
        ok(cu.cuMemFree(memory))
        """
    )
    assert done.returncode == 0, done.stderr


def test_two_processes_share_memory(libcuda: Path, run: Run) -> None:
    with exporter(libcuda) as (_, handles):
        done = run(IMPORTER, *handles, "wait")
    assert done.stdout == "wrong 0\n", done.stderr


def test_a_missing_wait_shows_under_lag(libcuda: Path, run: Run) -> None:
    with exporter(libcuda, lag_us=60_000_000) as (_, handles):
        without = run(IMPORTER, *handles)
    assert without.stdout.startswith("wrong ")
    assert without.stdout != "wrong 0\n"
    with exporter(libcuda, lag_us=1_000_000) as (_, handles):
        waited = run(IMPORTER, *handles, "wait")
    assert waited.stdout == "wrong 0\n", waited.stderr


def test_host_code_that_touches_a_device_address_dies(run: Run) -> None:
    done = run("ctypes.string_at(int(ok(cu.cuMemAlloc(N))), 1)")
    assert done.returncode == -signal.SIGSEGV


def test_a_handle_cannot_be_opened_where_it_was_made(run: Run) -> None:
    done = run(
        """
        h = ok(cu.cuIpcGetMemHandle(ok(cu.cuMemAlloc(N))))
        assert cu.cuIpcOpenMemHandle(h, 1)[0] == cu.CUresult.CUDA_ERROR_INVALID_CONTEXT
        e = ok(cu.cuIpcGetEventHandle(ok(cu.cuEventCreate(6))))
        assert cu.cuIpcOpenEventHandle(e)[0] == cu.CUresult.CUDA_ERROR_INVALID_CONTEXT
        assert cu.cuEventCreate(4)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE  # with timing
        """
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("ok(cu.cuMemFree(memory)); ok(cu.cuMemcpyDtoHAsync(B.ctypes.data, memory, N, 0))", "in memory that was freed"),
        ("ok(cu.cuMemcpyDtoHAsync(B.ctypes.data, int(memory) + 1, N, 0))", "not all inside their allocation"),
        ("ok(cu.cuMemcpyDtoHAsync(B.ctypes.data, 4096, N, 0))", "no memory of this device"),
    ],
)
def test_a_copy_outside_of_what_is_allocated_breaks_the_context(run: Run, fault: str, said: str) -> None:
    done = run(
        f"""
        memory = ok(cu.cuMemAlloc(N))
        {fault}
        assert cu.cuStreamSynchronize(0)[0] == cu.CUresult.CUDA_ERROR_ILLEGAL_ADDRESS
        assert cu.cuMemAlloc(N)[0] == cu.CUresult.CUDA_ERROR_ILLEGAL_ADDRESS  # and so does all that follows
        assert not B.any()
        """
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stderr


def test_a_call_without_a_context_is_refused(run: Run) -> None:
    done = run("cu.cuCtxPopCurrent(); assert cu.cuMemAlloc(N)[0] == cu.CUresult.CUDA_ERROR_INVALID_CONTEXT")
    assert done.returncode == 0, done.stderr


def test_what_a_killed_process_shared_stays_readable_and_then_goes(libcuda: Path, run: Run, tmp_path: Path) -> None:
    """A peer that dies: whoever opened its memory keeps it, nobody can open it any more, and its event is never done."""
    with exporter(libcuda, lag_us=60_000_000) as (process, handles):
        done = run(
            """
            m, e, pid = sys.argv[1:4]
            memory = ok(cu.cuIpcOpenMemHandle(handle(cu.CUipcMemHandle, m), 1))
            event = ok(cu.cuIpcOpenEventHandle(handle(cu.CUipcEventHandle, e)))
            os.kill(int(pid), signal.SIGKILL)
            while os.path.exists(f"/proc/{pid}/exe") and open(f"/proc/{pid}/stat").read().split()[2] != "Z":
                time.sleep(0.01)
            ok(cu.cuMemcpyDtoH(B.ctypes.data, memory, N))
            time.sleep(0.2)
            assert cu.cuEventQuery(event)[0] == cu.CUresult.CUDA_ERROR_NOT_READY
            ok(cu.cuIpcCloseMemHandle(memory))
            ok(cu.cuEventDestroy(event))
            assert cu.cuIpcOpenMemHandle(handle(cu.CUipcMemHandle, m), 1)[0] != cu.CUresult.CUDA_SUCCESS
            print(os.getpid())
            """,
            *handles,
            str(process.pid),
            counters=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    left = read_counters(tmp_path, int(done.stdout))
    assert (left.opened_memory, left.opened_events, left.allocations, left.bytes_to_host) == (0, 0, 0, 1 << 16)


def test_closed_handles_and_freed_memory_are_counted(run: Run, tmp_path: Path) -> None:
    done = run(
        """
        memory = ok(cu.cuMemAlloc(N))
        copy = ok(cu.cuMemAlloc(N))
        ok(cu.cuMemcpyHtoD(memory, A.ctypes.data, N))
        ok(cu.cuMemcpyDtoDAsync(copy, memory, N, 0))
        ok(cu.cuStreamSynchronize(0))
        ok(cu.cuMemFree(copy))
        assert cu.cuMemFree(copy)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE
        print(os.getpid())
        """,
        counters=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    counted = read_counters(tmp_path, int(done.stdout))
    assert (counted.allocations, counted.bytes) == (1, 1 << 16)
    assert (counted.bytes_to_device, counted.bytes_on_device, counted.bytes_to_host) == (1 << 16, 1 << 16, 0)


def test_a_system_without_cuda_ipc(run: Run) -> None:
    done = run(
        """
        assert cu.cuIpcGetMemHandle(ok(cu.cuMemAlloc(N)))[0] == cu.CUresult.CUDA_ERROR_NOT_SUPPORTED
        """,
        no_ipc=1,
    )
    assert done.returncode == 0, done.stderr


EXTERNAL = """
def shared(bytes):
    file = os.memfd_create('shared')
    os.ftruncate(file, bytes)
    return file

def memory_of(file, bytes):
    d = cu.CUDA_EXTERNAL_MEMORY_HANDLE_DESC()
    d.type = cu.CUexternalMemoryHandleType.CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD
    d.handle.fd, d.size = file, bytes
    return cu.cuImportExternalMemory(d)

def semaphore_of(file):
    d = cu.CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC()
    d.type = cu.CUexternalSemaphoreHandleType.CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD
    d.handle.fd = file
    return cu.cuImportExternalSemaphore(d)

def buffer_of(memory, offset, bytes):
    d = cu.CUDA_EXTERNAL_MEMORY_BUFFER_DESC()
    d.offset, d.size = offset, bytes
    return cu.cuExternalMemoryGetMappedBuffer(memory, d)

def waits(semaphore, value, stream):
    p = cu.CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS()
    p.params.fence.value = value
    ok(cu.cuWaitExternalSemaphoresAsync([semaphore], [p], 1, stream))

def signals(semaphore, value, stream):
    p = cu.CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS()
    p.params.fence.value = value
    ok(cu.cuSignalExternalSemaphoresAsync([semaphore], [p], 1, stream))
"""


def test_memory_of_another_interface_by_nvidias_own_structures(run: Run) -> None:
    done = run(
        EXTERNAL
        + """
file = shared(2 * N)
mine = np.memmap(os.fdopen(os.dup(file), "r+b"), np.uint8, "r+")
memory = ok(memory_of(file, 2 * N))
assert memory_of(file, N)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE  # the driver has it, the descriptor is closed
assert memory_of(shared(N), 2 * N)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE  # it has less than that
assert buffer_of(memory, N + 1, N)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE
address = ok(buffer_of(memory, N, N))
mine[N:] = A
ok(cu.cuMemcpyDtoH(B.ctypes.data, address, N))
assert (A == B).all()
image = cu.CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC()
image.arrayDesc.Width, image.arrayDesc.Height, image.arrayDesc.NumChannels = 25, 64, 4
image.arrayDesc.Format, image.numLevels = cu.CUarray_format.CU_AD_FORMAT_UNSIGNED_INT8, 1
levels = ok(cu.cuExternalMemoryGetMappedMipmappedArray(memory, image))
rows = cu.CUDA_MEMCPY2D()
rows.srcMemoryType, rows.srcHost, rows.srcPitch = cu.CUmemorytype.CU_MEMORYTYPE_HOST, A.ctypes.data, 100
rows.dstMemoryType, rows.dstArray = cu.CUmemorytype.CU_MEMORYTYPE_ARRAY, ok(cu.cuMipmappedArrayGetLevel(levels, 0))
rows.WidthInBytes, rows.Height = 100, 64
ok(cu.cuMemcpy2DAsync(rows, 0))
ok(cu.cuStreamSynchronize(0))
assert (mine[: 64 * 128].reshape(64, 128)[:, :100] == A[:6400].reshape(64, 100)).all()
assert cu.cuDestroyExternalMemory(memory)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE  # mapped
ok(cu.cuMipmappedArrayDestroy(levels))
ok(cu.cuMemFree(address))
ok(cu.cuDestroyExternalMemory(memory))
"""
    )
    assert done.returncode == 0, done.stderr


def test_a_semaphore_of_another_interface_holds_a_stream_up(run: Run) -> None:
    done = run(
        EXTERNAL
        + """
file = shared(8)
value = np.memmap(os.fdopen(os.dup(file), "r+b"), np.uint64, "r+")
semaphore = ok(semaphore_of(file))
stream = ok(cu.cuStreamCreate(1))
waits(semaphore, 3, stream)
signals(semaphore, 4, stream)
value[0] = 2
time.sleep(0.1)
assert cu.cuStreamQuery(stream)[0] == cu.CUresult.CUDA_ERROR_NOT_READY
value[0] = 3
ok(cu.cuStreamSynchronize(stream))
assert value[0] == 4
signals(semaphore, 4, stream)  # does not rise
assert cu.cuStreamSynchronize(stream)[0] == cu.CUresult.CUDA_ERROR_INVALID_VALUE
"""
    )
    assert done.returncode == 0, done.stderr
    assert "does not rise" in done.stderr


def test_host_code_that_touches_mapped_memory_dies(run: Run) -> None:
    done = run(EXTERNAL + "ctypes.string_at(int(ok(buffer_of(ok(memory_of(shared(N), N)), 0, N))), 1)")
    assert done.returncode == -signal.SIGSEGV
