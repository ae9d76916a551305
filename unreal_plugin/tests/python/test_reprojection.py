"""Late reprojection, from the plugin's own code to the pixel: the shader, run with the parameters that the plugin gave it, shows what the C++ reference
shows, which the stand-in of the engine runs in its place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from reprojected import beyond_rounding, by_the_shader, read


@pytest.mark.parametrize("variant", ["whole", "percentage", "linear", "slots"])
def test_the_shader_shows_the_references_picture(plugin: Path, repository: Path, tmp_path: Path, variant: str) -> None:
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    given = {"LSD_TEST_REPROJECT": str(tmp_path), "LSD_TEST_VARIANT": variant}
    done = subprocess.run(
        [str(program), "--gtest_filter=Reprojected.*"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    record = read(tmp_path)
    assert record.keys == 4
    assert record.linear == (variant == "linear")
    assert (len(record.slot_rows) > 1) == (variant == "slots")
    assert 0.01 < (record.unseen > 0).mean() < 0.6
    drawn, wanted = by_the_shader(plugin, repository, record, tmp_path), record.reference
    if record.linear:
        encoded = wanted[..., :3] / 255
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
        wanted = np.concatenate([np.rint(linear * 255).astype(np.uint8), wanted[..., 3:]], -1)
    print(f"{variant}: {(drawn != wanted).sum()} of {drawn.size} bytes differ, {(record.unseen > 0).mean():.3f} unseen")
    # At the picture's sides and where a depth is as far off as it may be, rounding decides.
    assert beyond_rounding(drawn, wanted) <= 0.001
