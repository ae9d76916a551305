"""Nothing that is used here tells anybody that it is used."""

import os
import subprocess
import sys

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
