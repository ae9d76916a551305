"""OpenVINO leaves no trap behind, and tells nobody that it is used."""

import os
import subprocess
import sys

import pytest

CONVERT = """
import sys
import torch
from mirage_lsd.accel.openvino_cpu import OpenVinoBackend

compiled = OpenVinoBackend().compile(torch.nn.ReLU(), (torch.zeros(1, 3),))
assert compiled(torch.ones(1, 3))[0].tolist() == [[1.0, 1.0, 1.0]]
print(sorted(name for name in sys.modules if "telemetry" in name and sys.modules[name] is not None and "ovc" not in name))
"""


def test_a_conversion_is_reported_to_nobody(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CONVERT],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MIRAGE_LSD_CACHE": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert not list(tmp_path.rglob("*openvino*")), "OpenVINO keeps the user's consent and number there"


INTERRUPT = """
import gc
import signal
from mirage_lsd.accel.openvino_cpu import OpenVinoBackend
from mirage_lsd.doctor.device import check_device

older, younger = OpenVinoBackend(), OpenVinoBackend()
del older
gc.collect()
del younger
gc.collect()
check_device()
gc.collect()
signal.signal(signal.SIGINT, lambda *_: print("stopping"))
signal.raise_signal(signal.SIGINT)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals have no stack of their own there")
def test_ctrl_c_finds_the_stack_that_it_needs(tmp_path):
    """Two engines one after the other in a user's main thread, then Ctrl+C."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", INTERRUPT],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MIRAGE_LSD_CACHE": str(tmp_path)},
    )
    assert (done.returncode, done.stdout) == (0, "stopping\n"), done.stderr
