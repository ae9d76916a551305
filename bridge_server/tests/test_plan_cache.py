"""Plans compiled for a card: handed out to exactly what they were made for, and to nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mirage_lsd.plan_cache import PlanCache

CARD = {"card": "NVIDIA GeForce RTX 4090", "driver": "13000", "compiler": "tensorrt 11.4", "network": "a"}


def the_file(folder: Path) -> Path:
    (file,) = folder.glob("*.plan")
    return file


def test_what_was_written_is_read(tmp_path: Path) -> None:
    cache = PlanCache(tmp_path / "not" / "there yet")
    assert cache.read(CARD) is None
    cache.write(CARD, b"plan\n{}\n\x00")
    assert cache.read(CARD) == b"plan\n{}\n\x00"
    assert [path.suffix for path in (tmp_path / "not" / "there yet").iterdir()] == [".plan"]


@pytest.mark.parametrize("other", ["card", "driver", "compiler", "network"])
def test_another_card_driver_version_or_network_has_none(tmp_path: Path, other: str) -> None:
    cache = PlanCache(tmp_path)
    cache.write(CARD, b"plan")
    assert cache.read({**CARD, other: "another"}) is None


def test_a_plan_under_another_ones_name_is_not_handed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, there = PlanCache(tmp_path / "here"), PlanCache(tmp_path / "there")
    here.write(CARD, b"plan")
    there.write({**CARD, "driver": "12000"}, b"older")
    the_file(tmp_path / "there").replace(the_file(tmp_path / "here"))
    assert here.read(CARD) is None
    assert "made for something else" in capsys.readouterr().out


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]\n", b"\xff\xfe\n", b'{"made_for": {}}\nplan', b"x" * 100_000])
def test_a_file_of_something_else_is_none(tmp_path: Path, damage: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    cache = PlanCache(tmp_path)
    cache.write(CARD, b"plan")
    the_file(tmp_path).write_bytes(damage)
    assert cache.read(CARD) is None
    assert "plan_damaged" in capsys.readouterr().out
    cache.write(CARD, b"plan")
    assert cache.read(CARD) == b"plan"


@pytest.mark.parametrize("kept", [1, -1])
def test_a_torn_plan_is_none(tmp_path: Path, kept: int) -> None:
    cache = PlanCache(tmp_path)
    cache.write(CARD, b"a longer plan")
    whole = the_file(tmp_path).read_bytes()
    the_file(tmp_path).write_bytes(whole[:kept])
    assert cache.read(CARD) is None


def test_the_oldest_go_and_the_newest_stays(tmp_path: Path) -> None:
    cache = PlanCache(tmp_path, limit_bytes=3600)
    for i in range(4):
        cache.write({**CARD, "network": str(i)}, bytes(900))
        for path in tmp_path.iterdir():  # clocks of file systems are coarse
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**9))
        if i == 1:
            assert cache.read({**CARD, "network": "0"}) is not None  # used again
    found = [cache.read({**CARD, "network": str(i)}) is not None for i in range(4)]
    assert found == [True, False, True, True]
    cache.write(CARD, bytes(9000))
    assert cache.read(CARD) == bytes(9000)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_can_not_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = PlanCache(tmp_path / "cache")
    cache.write(CARD, b"plan")
    assert "plan_not_kept" in capsys.readouterr().out
    assert cache.read(CARD) is None
