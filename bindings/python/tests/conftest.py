# SPDX-License-Identifier: Apache-2.0
"""Fixtures. Run these tests with the package installed: `make test-python` does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Names are looked up beside this file, not in the installed package's folder.
sys.path.insert(0, str(Path(__file__).parent))

from pictures import file_of  # noqa: E402


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    return file_of("jpeg")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout, for what is beside the package: documents and examples."""
    return Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def data(root: Path) -> Path:
    """The folder of real image files; tests that use it are skipped where it is not."""
    folder = Path(os.environ.get("LIMEN_TEST_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder of real image files at {folder}")
    return folder
