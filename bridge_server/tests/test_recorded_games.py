"""What `mirage-lsd evaluate --games` counts on recordings of games."""

import numpy as np
import pytest

from mirage_lsd_lab.evaluation.recorded_games import read_game, striped


def recorded_wall(path, **leave_out):
    """A file with two frames: a flat wall ten metres away, and sky."""
    height, width = 45, 80
    depth = np.full((height, width), 10.0)
    arrays = {
        "color": np.full((2, height, width, 3), 90, np.uint8),
        "depth": np.stack([depth, np.full_like(depth, np.inf)]).astype(np.float32),
        "view": np.stack([np.eye(4, dtype=np.float32)] * 2),
        "projection": np.stack([np.diag([1, 16 / 9, 0, 0]).astype(np.float32)] * 2),
    }
    arrays["projection"][:, 2:, 2:] = [[-1, -0.2], [-1, 0]]
    np.savez(path, **{k: v for k, v in arrays.items() if k not in leave_out})
    return path


def test_a_recorded_game_is_read_with_its_depth_and_camera(tmp_path):
    near, sky = read_game(recorded_wall(tmp_path / "g.npz"), 9)
    assert near.depth.shape == (45, 80)
    assert near.depth.mean() == pytest.approx(10)
    assert not sky.depth.any()
    assert near.camera.projection[1, 1] == pytest.approx(16 / 9)
    assert len(list(read_game(tmp_path / "g.npz", 1))) == 1


def test_a_file_without_cameras_is_refused(tmp_path):
    with pytest.raises(ValueError, match="lacks projection, view"):
        list(read_game(recorded_wall(tmp_path / "g.npz", view=1, projection=1), 2))


def test_stripes_are_counted_where_the_pattern_changes_its_axis(tmp_path):
    frame = next(read_game(recorded_wall(tmp_path / "g.npz"), 1))
    assert striped(frame) == 0.0
    assert striped(frame, 45) < 0.01
    # Between 48 and 58 degrees neighbouring columns of space may choose differently, which shows at their border.
    assert 0.0 < striped(frame, 53) < 0.1
