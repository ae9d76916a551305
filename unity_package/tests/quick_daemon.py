"""The real daemon with a pipeline that gives pictures back under the name, scenes and lightings of the real model.

    python quick_daemon.py serve --bind ENDPOINT

For tests that are about themes and samples and not about the picture: the model itself takes a second a frame on a busy machine.
"""

from __future__ import annotations

import sys
import threading

from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.server.daemon import Daemon, DaemonConfig


class NamedPassthrough(PassthroughPipeline):
    name = "mirage-lsd-v1"
    scenes = ("forest", "city", "scifi", "desert")
    lightings = ("day", "sunset", "night", "neon")
    planes = ("color", "depth", "motion")


def main() -> None:
    daemon = Daemon(
        {NamedPassthrough.name: NamedPassthrough()}, DaemonConfig(bind=sys.argv[sys.argv.index("--bind") + 1])
    )
    thread = threading.Thread(target=daemon.run)
    thread.start()
    daemon.ready.wait()
    print("ready", flush=True)
    thread.join()


if __name__ == "__main__":
    main()
