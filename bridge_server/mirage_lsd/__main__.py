"""`python -m mirage_lsd` is `mirage-lsd`."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
