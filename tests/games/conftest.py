"""Real games are heavy: they are tried by `make test-games` only."""

import os

collect_ignore_glob = [] if os.environ.get("MIRAGE_LSD_TEST_GAMES") else ["test_*.py"]
