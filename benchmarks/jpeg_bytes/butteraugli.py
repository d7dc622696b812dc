# SPDX-License-Identifier: Apache-2.0
"""Butteraugli's 3-norm, by the program of Debian's libjxl-devtools: the lower the better."""

import pathlib
import re
import shutil
import subprocess

PROGRAM = "butteraugli_main"


def is_here() -> bool:
    return shutil.which(PROGRAM) is not None


def three_norm(original: pathlib.Path, shown: pathlib.Path) -> float:
    """Of two PNGs."""
    done = subprocess.run([PROGRAM, str(original), str(shown), "--pnorm", "3"], check=True,
                          capture_output=True, text=True)
    found = re.search(r"3-norm: ([0-9.eE+-]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"{PROGRAM} said: {done.stdout}")
    return float(found.group(1))
