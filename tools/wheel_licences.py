"""The licences of what is linked into the native libraries of a wheel, word for word from where the code came from."""

from __future__ import annotations

from pathlib import Path

import build_native_all

# Of Debian's package, from which the headers are taken: its file names the Boost licence and the authors.
MSGPACK_LICENCE = Path("/usr/share/doc/libmsgpack-cxx-dev/copyright")

_NOTICE = """\
The native libraries in mirage_lsd/_native contain, beside MirageLSD's own code (Apache-2.0):

- libzmq 4.3.4, not modified but for the visibility of its symbols: LGPL-3.0-or-later with an exception that allows
  linking it statically into programs of any licence (libzmq-COPYING.LESSER; the GPL that it refers to: libzmq-COPYING).
  Its source is the folder bundled/zeromq of the source distribution pyzmq 25.1.2 on PyPI. TweetNaCl, which is part of
  it, is in the public domain.
- msgpack-cxx: Boost Software License 1.0 (msgpack-cxx.txt).
"""
_LLVM_NOTICE = "- libc++, libc++abi and libunwind of LLVM: Apache-2.0 with LLVM exceptions (libcxx.txt).\n"
_ZIG_NOTICE = "- zig's compiler run-time routines: MIT (zig.txt).\n"
_WINDOWS_NOTICE = """\
- wepoll, by Bert Belder: BSD 2-clause (wepoll.txt).
- the run-time library of mingw-w64: Zope Public License 2.1 and others (mingw-w64.txt).
"""


def third_party_licences(platform: str) -> dict[str, bytes]:
    """File name -> text, for one of build_native_all's platforms.

    Raises:
        SystemExit: a text is not where it should be: a wheel without it must not be published.
    """
    libzmq = build_native_all.libzmq_source()
    zig = build_native_all.zig_program().parent
    notice = _NOTICE + _LLVM_NOTICE + _ZIG_NOTICE
    sources = {
        "libzmq-COPYING.LESSER": libzmq / "COPYING.LESSER",
        "libzmq-COPYING": libzmq / "COPYING",
        "msgpack-cxx.txt": MSGPACK_LICENCE,
        "libcxx.txt": zig / "lib" / "libcxx" / "LICENSE.TXT",
        "zig.txt": zig / "LICENSE",
    }
    if platform.startswith("windows"):
        sources |= {
            "wepoll.txt": libzmq / "external" / "wepoll" / "license.txt",
            "mingw-w64.txt": zig / "lib" / "libc" / "mingw" / "COPYING",
        }
        notice += _WINDOWS_NOTICE
    missing = [str(path) for path in sources.values() if not path.is_file()]
    if missing:
        raise SystemExit(f"The licence {missing[0]} is missing: a wheel must carry it. Reinstall what it belongs to.")
    texts = {name: path.read_bytes() for name, path in sources.items()}
    return {"NOTICE.txt": notice.encode(), **texts}
