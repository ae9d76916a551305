"""Makes the keys that listening beyond this machine needs.

    mirage-lsd keygen keys/

writes keys/server.key and keys/client.key, readable by you only. On the machine with the GPU:

    mirage-lsd serve --bind tcp://0.0.0.0:5757 --key-file keys/server.key

and on the other one put the three values of client.key into the plugin's connection settings. To admit more clients, make a pair
for each in another folder and add its `client_public` line to server.key (and the server's public key to its client.key).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "make keys for listening beyond this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where server.key and client.key go")


def run(args: argparse.Namespace) -> int:
    """Writes both files; 1 if one exists or the folder can't be written."""
    from ..server.curve import KeyFileError, write_key_files

    try:
        server, client = write_key_files(args.folder)
    except KeyFileError as error:
        print(f"mirage-lsd keygen: {error}", file=sys.stderr)
        return 1
    print(f"{server}: for `mirage-lsd serve --key-file {server}`")
    print(f"{client}: for the client; keep both secret")
    return 0
