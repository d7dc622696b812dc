# SPDX-License-Identifier: Apache-2.0
"""The annotations: strict for the package as installed, for what calls it, and true at run time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import limen


def mypy(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_strictly_typed(root: Path, tmp_path: Path) -> None:
    assert (Path(limen.__file__).parent / "py.typed").exists()
    mypy("mypy", "--config-file", str(root / "pyproject.toml"), "-p", "limen", cwd=tmp_path)


def test_examples_and_tests_are_strictly_typed(root: Path, tmp_path: Path) -> None:
    files = [*(root / "examples" / "python").glob("*.py"), *Path(__file__).parent.glob("*.py")]
    assert len(files) > 5
    mypy("mypy", "--config-file", str(root / "pyproject.toml"), *map(str, files), cwd=tmp_path)


def test_the_stub_says_what_the_extension_has(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    # pybind11's classes have a metaclass of its own; Python names the buffer protocol since 3.12.
    allowed.write_text(
        r"""limen\._limen\.(CancelToken|Pixels|Prepared|Recipe|Workspace)
limen\._limen\.Pixels\.__(release_)?buffer__
"""
    )
    mypy(
        "mypy.stubtest", "limen._limen", "--allowlist", str(allowed), "--ignore-unused-allowlist",
        cwd=tmp_path,
    )  # fmt: skip
