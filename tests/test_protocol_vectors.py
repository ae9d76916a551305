"""The golden headers: the generator makes the committed bytes, and the codec agrees with every one of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mirage_lsd.protocol import ProtocolError, decode_client, decode_daemon, encode
from mirage_lsd.protocol.errors import ERROR_CODES
from mirage_lsd.protocol.shading import MIRAGE_HEAD, context_of, weights_of

# By generate_conventions.py, and by hand: the launchers' cases.
WRITTEN_OTHERWISE = ("conventions.json", "launcher.json")
VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
PAYLOADS = [line.split("\t") for line in (VECTORS / "payloads.tsv").read_text(encoding="utf-8").splitlines()]
GRIDS = [tuple(map(int, line.split("\t"))) for line in (VECTORS / "grids.tsv").read_text(encoding="utf-8").splitlines()]
INDEX: list[dict[str, Any]] = json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))


def named(entries: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: str(entry["file"]))


def test_generator_reproduces_the_committed_files(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(VECTORS / "generate.py"), str(tmp_path)], check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        path.relative_to(VECTORS): path.read_bytes()
        for path in VECTORS.rglob("*")
        if path.suffix in (".bin", ".json", ".tsv") and path.name not in WRITTEN_OTHERWISE
    }
    assert made == kept


def test_both_indices_say_the_same() -> None:
    rows = [line.split("\t") for line in (VECTORS / "index.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows == [[e["file"], e["direction"], e["type"], str(int(e["valid"]))] for e in INDEX]


def test_every_error_code_and_type_is_there() -> None:
    types = {(entry["direction"], entry["type"]) for entry in INDEX if entry["valid"]}
    client = {"hello", "open", "frame", "control", "reset", "close", "bye", "ping"}
    daemon = {"welcome", "opened", "result", "weights", "progress", "notice", "closed", "pong", "bye", "error"}
    assert types == {("client", t) for t in client} | {("daemon", t) for t in daemon}
    codes = {entry["file"] for entry in INDEX if entry["type"] == "error" and entry["valid"]}
    assert {f"valid/daemon_error_{code}.bin" for code in ERROR_CODES} <= codes


@named([entry for entry in INDEX if entry["valid"]])
def test_valid(entry: dict[str, Any]) -> None:
    decode = decode_client if entry["direction"] == "client" else decode_daemon
    message = decode((VECTORS / entry["file"]).read_bytes())
    assert entry["type"] == message.T
    assert decode(encode(message)) == message


@named([entry for entry in INDEX if not entry["valid"]])
def test_malformed(entry: dict[str, Any]) -> None:
    decode = decode_client if entry["direction"] == "client" else decode_daemon
    with pytest.raises(ProtocolError) as caught:
        decode((VECTORS / entry["file"]).read_bytes())
    assert caught.value.code == entry["code"]
    assert caught.value.message.endswith(".")
    assert len(caught.value.message.encode()) <= 1024


@pytest.mark.parametrize("row", PAYLOADS, ids=lambda row: str(row[0]))
def test_payload(row: list[str]) -> None:
    data = (VECTORS / row[0]).read_bytes()
    width, height, channels, valid = map(int, row[2:])

    def read() -> Any:
        return context_of(data, width, height, channels) if row[1] == "context" else weights_of(data, MIRAGE_HEAD)

    if valid:
        numbers = read()
        assert numbers.shape == ((height, width, channels) if row[1] == "context" else (MIRAGE_HEAD.weight_count,))
        assert numbers.tobytes() == data[: numbers.nbytes]
        return
    with pytest.raises(ProtocolError) as caught:
        read()
    assert caught.value.code == "malformed"
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("row", GRIDS, ids=lambda row: f"{row[0]}x{row[1]}")
def test_grid(row: tuple[int, ...]) -> None:
    assert (*MIRAGE_HEAD.base_size(row[0], row[1]), *MIRAGE_HEAD.grid(row[0], row[1])) == row[2:]
