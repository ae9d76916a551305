"""The folder of converted networks: whatever happened to it, the network that runs is the one that was asked for."""

import io
import os
import subprocess
import sys
import threading

import pytest
import torch
from torch import nn

from mirage_lsd.accel.openvino_cpu import OpenVinoBackend

PICTURE = torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32)

# A process that converts into the folder and prints what the network makes of a picture; its log goes to stdout, too.
CONVERT = """
import torch
from torch import nn
from mirage_lsd.accel.openvino_cpu import OpenVinoBackend
torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 64, 3))
picture = torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32)
run = OpenVinoBackend().compile(network, (picture,), exact=True)
with torch.no_grad():
    print("off by", float((run(picture)[0] - network(picture)).abs().max()) < 1e-4)
"""


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 64, 3)).requires_grad_(False)


def runs_right(network):
    found = OpenVinoBackend().compile(network, (PICTURE,), exact=True)(PICTURE)[0]
    return float((found - network(PICTURE)).abs().max()) < 1e-4


def converted(folder, suffix):
    (file,) = (path for path in folder.iterdir() if path.suffix == suffix)
    return file


@pytest.mark.parametrize("name", ["plain", "with spaces", "Jürgens Spiel", "模型"])
def test_folders_of_any_name(network, tmp_path, monkeypatch, capsys, name):
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path / name / "deeper"))
    assert runs_right(network)
    first = converted(tmp_path / name / "deeper", ".xml").stat().st_mtime_ns
    assert runs_right(network)
    assert converted(tmp_path / name / "deeper", ".xml").stat().st_mtime_ns == first
    assert "conversion" not in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".bin", ".xml", ".sha256"])
@pytest.mark.parametrize("damage", ["empty", "half", "zeros", "not text"])
def test_a_damaged_file_is_converted_again(network, tmp_path, monkeypatch, capsys, suffix, damage):
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    assert runs_right(network)
    file = converted(tmp_path, suffix)
    whole = file.read_bytes()
    file.write_bytes({
        "empty": b"", "half": whole[: len(whole) // 2], "zeros": bytes(len(whole)), "not text": b"\xff" * len(whole),
    }[damage])  # fmt: skip
    assert runs_right(network)
    assert "conversion_cache_damaged" in capsys.readouterr().out
    assert runs_right(network)
    assert "conversion" not in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".bin", ".xml", ".sha256"])
def test_a_missing_file_is_converted_again(network, tmp_path, monkeypatch, suffix):
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    assert runs_right(network)
    converted(tmp_path, suffix).unlink()
    assert runs_right(network)
    assert converted(tmp_path, suffix).stat().st_size > 0


def test_a_folder_that_cannot_be_made(network, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path / "file" / "cache"))
    assert runs_right(network)
    assert "conversion_not_kept" in capsys.readouterr().out


def python(code, folder):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MIRAGE_LSD_CACHE": str(folder)},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit")
def test_a_full_disk(tmp_path):
    """A file can't grow beyond 4 KiB: as if the disk were full in the middle of it."""
    limit = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    for _ in range(2):
        process = python(limit + CONVERT, tmp_path)
        assert "off by True" in process.communicate()[0]
        assert process.returncode == 0


def test_two_daemons_on_one_empty_folder(tmp_path):
    both = [python(CONVERT, tmp_path) for _ in range(2)]
    for process in both:
        assert process.communicate()[0] == "off by True\n"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".bin", ".sha256", ".xml"]
    assert python(CONVERT, tmp_path).communicate()[0] == "off by True\n"


def used_by_another_thread(backend):
    run = backend.compile(nn.ReLU(), (torch.zeros(1, 3),))
    thread = threading.Thread(target=run, args=(torch.zeros(1, 3),))
    thread.start()
    thread.join()


def test_a_conversion_beside_a_running_network_leaves_this_process_alone(network, tmp_path, monkeypatch, capsys):
    """Converting here would hold the interpreter for up to a fifth of a second at a time, and every stream's frame with it."""
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    backend = OpenVinoBackend()
    used_by_another_thread(backend)
    monkeypatch.setattr("openvino.convert_model", lambda *_, **__: pytest.fail("converted here"))
    run = backend.compile(network, (PICTURE,), exact=True)
    assert float((run(PICTURE)[0] - network(PICTURE)).abs().max()) < 1e-4
    assert "conversion" not in capsys.readouterr().out


@pytest.mark.parametrize("why", ["no name", "no process", "no folder"])
def test_what_cannot_be_converted_apart_is_converted_here(tmp_path, monkeypatch, capsys, why):
    class Nameless(nn.Module):
        def forward(self, x):
            return 2 * x

    backend = OpenVinoBackend()
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    used_by_another_thread(backend)
    if why == "no process":
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python that is gone"))
    if why == "no folder":
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path / "file" / "cache"))
    network = Nameless() if why == "no name" else nn.Hardswish()
    run = backend.compile(network, (PICTURE,), exact=True)
    assert torch.allclose(run(PICTURE)[0], network(PICTURE), atol=1e-5)
    assert "conversion_not_apart" in capsys.readouterr().out


def test_a_conversion_ends_with_the_daemon(tmp_path):
    """Its input closes before the network has come, or while it is at work."""
    network = io.BytesIO()
    torch.save((nn.ReLU(), (torch.zeros(1, 3),)), network)
    for sent in (b"", network.getvalue()):
        command = [
            sys.executable,
            "-m",
            "mirage_lsd.accel.conversion_child",
            str(tmp_path / "a.xml"),
            str(network.tell()),
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            child.communicate(sent)
        assert child.returncode == 1
    assert not list(tmp_path.iterdir())
