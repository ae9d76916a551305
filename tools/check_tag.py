"""Says whether a git tag is the version that the package says, and CHANGELOG.md has a section for it.

python tools/check_tag.py v0.1.0
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def problem_of(tag: str, repository: Path = REPOSITORY) -> str:
    """One sentence, or "" when the tag may be released."""
    version = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag != f"v{version}":
        return f"The tag is {tag}, the package's version {version}: set the version first, then tag v{version}."
    changes = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = re.search(rf"^## \[?{re.escape(version)}\]?(.*)$", changes, re.MULTILINE)
    if heading is None:
        return f"CHANGELOG.md has no section {version}: write one."
    if "unreleased" in heading[1].lower():
        return f"CHANGELOG.md calls {version} unreleased: put the date there."
    return ""


if __name__ == "__main__":
    if problem := problem_of(sys.argv[1]):
        sys.exit(problem)
