"""Textures and buffers of a real Vulkan that stay on the card: the engine draws on Mesa's llvmpipe and shares its memory by file
descriptors, the stand-in for the CUDA driver takes them, and the real core and daemon do the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import DaemonProcess
from libcuda_stand_in import Counters, read_counters, stand_in_environment

import mirage_lsd

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "tests" / "vulkan_engine"
LLVMPIPE = Path("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json")
PICTURE_BYTES = 100 * 64 * 4


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's program, with the installed core."""
    assert shutil.which("g++"), "no compiler: apt-get install g++"
    core = next((Path(mirage_lsd.__file__).parent / "_native").glob("liblsd.so*"))
    folder = tmp_path_factory.mktemp("vulkan_engine")
    (folder / "liblsd.so").symlink_to(core)
    command = [
        *("g++", "-std=c++17", "-O1", "-g1", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror"),
        *("-isystem", str(ROOT / "shared_protocol" / "native" / "include"), *map(str, sorted(SOURCES.glob("*.cpp")))),
        *("-o", str(folder / "engine"), f"-L{folder}", "-llsd", f"-Wl,-rpath,{folder}", "-lvulkan", "-pthread"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stderr}\n(Vulkan's headers: apt-get install libvulkan-dev)"
    return folder / "engine"


@dataclass
class Card:
    """A daemon and engines on a stand-in card that Vulkan's device says it is."""

    library: Path
    folder: Path
    program: Path
    daemon: DaemonProcess
    uuid: str

    def engine(self, frames: int, kind: str, fault: str = "", **settings: object) -> dict[str, Any]:
        given = {"uuid": self.uuid, **settings}
        done = subprocess.run(
            [self.program, self.daemon.endpoint, str(frames), kind, *([fault] if fault else [])],
            env=vulkan(stand_in_environment(self.library, self.folder, **given)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        told["stderr"] = done.stderr
        return told

    def counters(self, pid: int) -> Counters:
        return read_counters(self.folder, pid)


def vulkan(environment: dict[str, str]) -> dict[str, str]:
    assert LLVMPIPE.exists(), "no Vulkan on the CPU: apt-get install mesa-vulkan-drivers"
    return {**environment, "VK_ICD_FILENAMES": str(LLVMPIPE)}


@pytest.fixture
def card(
    engine: Path,
    libcuda: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_daemon_process: Callable[..., DaemonProcess],
) -> Card:
    uuid = subprocess.run(
        [engine, "uuid"], env=vulkan(dict(os.environ)), capture_output=True, text=True, check=True
    ).stdout.strip()
    counters = tmp_path / "counters"
    counters.mkdir()
    with monkeypatch.context() as context:
        for name, value in stand_in_environment(libcuda, counters, uuid=uuid).items():
            context.setenv(name, value)
        daemon = start_daemon_process("--model", "passthrough")
    return Card(libcuda, counters, engine, daemon, uuid)


def nothing_is_left(counted: Counters) -> bool:
    return not any(
        (counted.allocations, counted.opened_memory, counted.events, counted.streams, counted.contexts,
         counted.external_memory, counted.mapped, counted.external_semaphores, counted.faults)
    )  # fmt: skip


@pytest.mark.parametrize("lag_us", [0, 20_000])
@pytest.mark.parametrize("kind", ["buffer", "image"])
def test_what_vulkan_drew_comes_back_and_nothing_passes_through_the_host(card: Card, kind: str, lag_us: int) -> None:
    told = card.engine(8, kind, lag_us=lag_us)
    assert (told["error"], told["right"], told["wrong"], told["dropped"]) == ("", 8, 0, 0)
    assert told["transport"] == 3
    counted = card.counters(told["pid"])
    assert (counted.bytes_to_host, counted.bytes_to_device) == (0, 0)
    # Two planes into the shared slot, the result out of the daemon's memory and into the engine's.
    assert counted.bytes_on_device >= 8 * 4 * PICTURE_BYTES
    assert nothing_is_left(counted)
    served = card.counters(card.daemon.pid)
    assert (served.bytes_to_host, served.bytes_to_device, served.faults) == (0, 0, 0)


def test_frames_that_go_through_the_host_wait_for_the_fence_too(card: Card) -> None:
    told = card.engine(4, "image", "host")
    assert (told["error"], told["right"], told["wrong"], told["transport"]) == ("", 4, 0, 2)
    assert card.counters(told["pid"]).bytes_to_host == told["submitted"] * 2 * PICTURE_BYTES
    assert nothing_is_left(card.counters(told["pid"]))


def test_an_engine_that_names_no_value_to_wait_for_is_caught(card: Card) -> None:
    """The planted fault: what the tests above would say if the core did not wait."""
    told = card.engine(4, "buffer", "no_wait")
    assert told["transport"] == 3
    assert told["wrong"] > 0


def test_an_engine_that_draws_over_a_frame_before_it_was_copied_is_caught(card: Card) -> None:
    told = card.engine(4, "buffer", "no_signal", lag_us=20_000)
    assert told["wrong"] > 0 or "does not rise" in told["stderr"]


@pytest.mark.parametrize(("fault", "transport"), [("never", 3), ("host_never", 2)])
def test_a_fence_that_never_comes_holds_up_nobody(card: Card, fault: str, transport: int) -> None:
    told = card.engine(10, "buffer", fault)
    assert (told["transport"], told["wrong"], told["dropped"]) == (transport, 0, 3)
    assert told["said"] == "The engine's fence does not reach the value that its frames wait for; a frame was dropped."
    # Given back all the same: what waited was let go.
    assert nothing_is_left(card.counters(told["pid"]))
    again = card.engine(3, "buffer")
    assert (again["error"], again["right"], again["wrong"]) == ("", 3, 0)


def test_more_memory_than_there_is_is_refused(card: Card) -> None:
    told = card.engine(1, "buffer", "no_room")
    assert told["error"].startswith("lsd_stream_import_surface: The NVIDIA driver answered ")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"uuid": "another-card---"},
            "The engine draws on a GPU that CUDA does not have; frames go through host memory.",
        ),
        (
            {"no_timelines": 1},
            "The NVIDIA driver can't use Vulkan's timeline semaphores with CUDA; frames go through host memory.",
        ),
    ],
)
def test_a_card_that_can_not_take_surfaces_is_said_in_a_sentence(
    card: Card, settings: dict[str, Any], said: str
) -> None:
    assert card.engine(1, "buffer", **settings)["error"] == f"lsd_find_card: {said}"
