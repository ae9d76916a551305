"""What a library would tell its maker about this machine stays here."""

from __future__ import annotations

import sys


def forbid_usage_reports() -> None:
    """OpenVINO reports each conversion to Intel, from a process of its own that outlives ours and keeps its pipes open.

    It does without where the package that does this can't be imported. To be called before OpenVINO is imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
