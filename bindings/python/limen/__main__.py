# SPDX-License-Identifier: Apache-2.0
"""``python -m limen`` is the command-line tool, and so is the script ``limen``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Becomes the tool that the package carries.

    It replaces this process and is not linked into the extension: it has signal handlers, threads
    and exit codes of its own, which are then just what they are without Python.
    """
    tool = Path(__file__).parent / "bin" / "limen"
    if not os.access(tool, os.X_OK):
        sys.exit(f"limen: the tool is not there: {tool}")
    sys.stdout.flush()
    os.execv(tool, [str(tool), *sys.argv[1:]])


if __name__ == "__main__":
    main()
