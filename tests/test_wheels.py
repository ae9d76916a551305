"""`tools/build_wheels.py` without the cross build: made-up libraries in the real package. The built ones: `make test-wheels`."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "tools"))

import build_native_all  # noqa: E402 (it lies in tools/)
import build_wheels  # noqa: E402
import check_tag  # noqa: E402

WORKFLOWS = REPOSITORY / ".github" / "workflows"


@pytest.fixture(scope="module")
def pure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without libraries."""
    return build_wheels.pure_wheel(tmp_path_factory.mktemp("pure"))


def write(pure: Path, target: Path) -> Path:
    libraries = {name: target / name for name in build_wheels.WHEEL_OF["linux-x64"].libraries}
    target.mkdir()
    for path in libraries.values():
        path.write_bytes(b"\x7fELF, a stand-in")
    return build_wheels.write_wheel(pure, ("linux_x86_64",), libraries, {"NOTICE.txt": b"a licence"}, target / "wheels")


def test_the_same_tree_gives_the_same_bytes(pure: Path, tmp_path: Path) -> None:
    first, second = (write(pure, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_pip_installs_it(pure: Path, tmp_path: Path) -> None:
    """pip checks the tag and RECORD."""
    wheel = write(pure, tmp_path / "made")
    target = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    for name in ("liblsd.so", "libmirage_shader.so", "liblsd_reproject.so"):
        assert (target / "mirage_lsd" / "_native" / name).read_bytes() == b"\x7fELF, a stand-in"
    assert (target / "mirage_lsd" / "samples" / "greybox" / "level.py").is_file()
    assert not (target / "mirage_lsd_lab").exists()
    (information,) = target.glob("mirage_lsd-*.dist-info")
    assert (information / "licenses" / "third_party" / "NOTICE.txt").read_bytes() == b"a licence"
    assert "Root-Is-Purelib: false\nTag: py3-none-linux_x86_64\n" in (information / "WHEEL").read_text()


def test_every_platform_has_a_wheel_and_its_libraries_are_built() -> None:
    # On Windows for ARM there are Unity's players, but no daemon: OpenVINO has no wheel for it.
    assert set(build_wheels.WHEEL_OF) == set(build_native_all.PLATFORMS) - {"windows-arm64"}
    for name, wheel in build_wheels.WHEEL_OF.items():
        platform = build_native_all.PLATFORMS[name]
        assert set(wheel.libraries) <= set(platform.files)
        oldest = re.search(r"(?:gnu|macos)\.(\d+)\.(\d+)$", platform.zig_target)
        promised = re.search(r"_(\d+)_(\d+)_", wheel.tags[0])
        assert (oldest and oldest.groups()) == (promised and promised.groups())


def test_an_unknown_platform(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_wheels.main(["amiga"]) == 2
    assert "choose from windows-x64, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tag", "heading", "sentence"),
    [
        ("v1.2.3", "## 1.2.3 (2026-11-26)", ""),
        ("v1.2.4", "## 1.2.3 (2026-11-26)", "The tag is v1.2.4, the package's version 1.2.3"),
        ("v1.2.3", "## 1.2.3 (unreleased)", "calls 1.2.3 unreleased"),
        ("v1.2.3", "## 1.2.2 (2026-11-26)", "has no section 1.2.3"),
    ],
)
def test_a_tag_that_may_be_released(tmp_path: Path, tag: str, heading: str, sentence: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n{heading}\n")
    problem = check_tag.problem_of(tag, tmp_path)
    assert sentence in problem
    assert bool(problem) == bool(sentence)


def test_the_release_names_what_is_built() -> None:
    text = (WORKFLOWS / "release.yml").read_text()
    for target in re.findall(r"make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", "".join(path.read_text() for path in REPOSITORY.glob("**/*.mk")), re.MULTILINE)
    for tag in re.findall(r"wheel: (\w+)}", text):
        assert any(tag in wheel.tags for wheel in build_wheels.WHEEL_OF.values()), tag
