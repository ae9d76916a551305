"""The headings of docs/TROUBLESHOOTING.md are sentences that MirageLSD really says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "TROUBLESHOOTING.md"
FOLDERS = ("bridge_server/mirage_lsd", "shared_protocol/native/src")
HEADINGS = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def said() -> str:
    """All sources, without quotes and line breaks between the parts of a string."""
    files = (path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*") if path.suffix in (".py", ".cpp"))
    text = " ".join(path.read_text(encoding="utf-8") for path in files)
    text = re.sub(r"[\"']\s+f?[\"']", "", text)
    return re.sub(r"[\s\"'`]+", " ", text).lower()


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_is_said(heading: str) -> None:
    # What stands in for a value (an address, a number, a name) is not compared, nor alternatives but the first.
    parts = re.split(r"tcp://\S+|\d+|'x'|\.\.\.|/|`[^`]*`", heading.split(" / ")[0])
    phrases = [part.strip(" .,;").lower().replace("'", " ") for part in parts if len(part.split()) > 1]
    assert phrases
    text = said()
    for phrase in phrases:
        assert re.sub(r"\s+", " ", phrase) in text, phrase
