"""The package's troubleshooting has the sentences that are really said, and all notices of the package are in it."""

from __future__ import annotations

import re

import pytest
from csharp import PACKAGE, REPOSITORY

PAGE = (PACKAGE / "Documentation~" / "troubleshooting.md").read_text()
# In the first column, in italics. Pip's, git's and Unity's own sentences are theirs.
HEADINGS = [
    sentence for row in PAGE.splitlines() for sentence in re.findall(r"(?<!\w)\*([^*]+)\*", row.split(" | ")[0])
]
FOREIGN = {"is used from several locations"}


def plain(text: str) -> str:
    return re.sub(r"[\s\"'`]+", " ", re.sub(r"\"\s*\+\s*[^\";]*?\+?\s*\"", " ", text)).lower()


def said() -> str:
    """What C# and the daemon say, without the borders between the parts of a string."""
    files = [path for folder in ("Runtime", "Editor") for path in sorted((PACKAGE / folder).rglob("*.cs"))]
    files += sorted((REPOSITORY / "bridge_server" / "mirage_lsd").rglob("*.py"))
    return plain(" ".join(re.sub(r"[\"']\s+f?[\"']", "", path.read_text()) for path in files))


@pytest.mark.parametrize("heading", [heading for heading in HEADINGS if heading not in FOREIGN])
def test_a_heading_is_said(heading: str) -> None:
    text = said()
    for part in re.split(r"\.\.\.|\d+ s|`[^`]*`", heading):
        if len(part.split()) > 1:
            assert plain(part).strip(" .,:;") in text


def test_every_notice_has_a_heading() -> None:
    page = plain(PAGE)
    for path in (PACKAGE / "Runtime").rglob("*.cs"):
        for sentence in re.findall(r"(?:Once|Warn)\(\"[\w ]+\"[^,]*, \"(.*?)\);\n", path.read_text(), re.DOTALL):
            parts = [plain(part).split() for part in re.findall(r'"([^"]*)"', f'"{sentence}')]
            assert any(" ".join(part[:4]).strip(" .,:;") in page for part in parts if len(part) > 2), sentence
