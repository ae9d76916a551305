"""From source on a machine that lacks what the native code needs: the daemon installs and serves all the same.

CMake looks for compilers in /usr/bin whatever PATH says, so they are hidden in a mount namespace of the test's own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY, bare_environment

pytestmark = pytest.mark.timeout(900)

COMPILERS = (
    "/usr/bin/*cc /usr/bin/*cc-[0-9]* /usr/bin/*++ /usr/bin/*++-[0-9]* /usr/bin/clang* /usr/bin/c[89]9* /usr/bin/cpp*"
)
LIBRARIES = "/usr/include/zmq.h /usr/lib/*/pkgconfig/libzmq.pc /usr/include/msgpack.hpp"
HIDDEN = {"without a compiler": COMPILERS, "without libzmq": LIBRARIES}
NATIVE: dict[str, set[str]] = {
    "without a compiler": set(),
    "without libzmq": {"libmirage_shader.so", "liblsd_reproject.so"},
}


def can_hide() -> bool:
    script = "mount --bind /dev/null /usr/bin/env"
    return subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True).returncode == 0


def install_without(what: str, source: Path, programs: Path, home: Path) -> None:
    """Installs where some files are as good as gone."""
    hide = f"for file in {HIDDEN[what]}; do test -e $file && mount --bind /dev/null $(readlink -f $file); done"
    install = f"exec {programs}/python -m pip install -q --no-deps {source}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{hide}; {install}"],
        env=bare_environment(home, f"{programs}:/usr/bin:/bin"),
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.skipif(not can_hide(), reason="needs the right to mount (root)")
@pytest.mark.parametrize("what", HIDDEN)
def test_the_daemon_installs(what: str, new_environment: Callable[..., Path], tmp_path: Path) -> None:
    programs = new_environment()
    source = tmp_path / "source"
    source.mkdir()
    # The tracked files alone: no library that lies about in this checkout, no folder of an earlier build.
    files = f"git -C {REPOSITORY} ls-files -z | tar -C {REPOSITORY} --null -T - -c | tar -x -C {source}"
    subprocess.run(["sh", "-c", files], check=True)
    install_without(what, source, programs, tmp_path)
    (package,) = programs.parent.glob("lib/python3*/site-packages/mirage_lsd")
    native = package / "_native"
    # The OpenGL hook finds the core at run time and is there wherever OpenGL's headers are.
    assert {file.name for file in native.glob("*")} - {"libmirage_gl_hook.so"} == NATIVE[what]

    # The packages of this environment, behind the new one: they are no part of what is tried here.
    (own,) = (REPOSITORY / ".venv").glob("lib/python3*/site-packages")
    (package.parent / "others.pth").write_text(f"{own}\n")
    environment = bare_environment(tmp_path, str(programs))
    health = tmp_path / "health.json"
    doctor = [programs / "mirage-lsd", "doctor", "--port", "45758", "--json", health]
    subprocess.run(doctor, env=environment, check=True, cwd="/", timeout=120)
    found = {finding["name"]: finding for finding in json.loads(health.read_text())}
    assert found["native core"]["status"] == "warning"
    assert "compiler" in found["native core"]["hint"]
    assert ("can't be loaded" in found["pixel kernels"]["message"]) == (what == "without a compiler")

    serve = [programs / "mirage-lsd", "serve", "--model", "passthrough", "--bind", "tcp://127.0.0.1:*", "--log-json"]
    with subprocess.Popen(serve, env=environment, cwd="/", stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        events = (json.loads(line)["event"] for line in daemon.stderr if line.startswith("{"))
        assert "ready" in events  # reads until it comes, or the daemon ends
        daemon.terminate()
        daemon.communicate(timeout=20)
    assert daemon.returncode == 0
