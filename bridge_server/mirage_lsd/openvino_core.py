"""OpenVINO, as this process uses it: one core, and no report to its maker."""

from __future__ import annotations

import sys
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino

_making = threading.Lock()


def forbid_usage_reports() -> None:
    """OpenVINO reports each conversion to Intel, from a process of its own that outlives ours and keeps its pipes open.

    It does without where the package that does this can't be imported. To be called before OpenVINO is imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def openvino_core() -> openvino.Core:
    """The process's only `openvino.Core`, with the CPU's plugin loaded; it lives as long as the process.

    OpenVINO's CPU plugin gives the thread that loads it a stack for signals and frees that stack with itself. The thread may be left with the
    freed one (OpenVINO 2026.4: two cores, the older goes first), and the next Ctrl+C is a crash. So the plugin is loaded once, by
    a thread that ends at once, and never freed.

    Raises:
        ImportError: OpenVINO is not installed. RuntimeError: it does not see the CPU.
    """
    with _making:
        return _core()


@cache
def _core() -> openvino.Core:
    forbid_usage_reports()
    import openvino

    made: list[openvino.Core] = []
    faults: list[BaseException] = []

    def make() -> None:
        try:
            core = openvino.Core()
            core.get_property("CPU", "FULL_DEVICE_NAME")
            made.append(core)
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=make, name="openvino")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return made[0]
