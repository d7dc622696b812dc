# SPDX-License-Identifier: Apache-2.0
"""What tests of the tool share: running it in a folder of its own, and their main function."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import pictures

LIMEN = None  # the tool: main() knows where
DATA = pathlib.Path(os.environ.get("LIMEN_TEST_DATA", ""))


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.picture = self.write("picture.png", pictures.png(96, 64, pictures.gradient))

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def limen(self, *arguments, code=0, stdin=b""):
        """Runs the tool; returns standard output as bytes, standard error as text."""
        done = subprocess.run([LIMEN, *map(str, arguments)], input=stdin, capture_output=True,
                              cwd=self.folder, check=False, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout, done.stderr.decode()

    def json(self, *arguments, **options):
        return json.loads(self.limen(*arguments, **options)[0])

    def files(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file())

    def assert_one_line(self, stderr, pattern):
        self.assertEqual(stderr.count("\n"), 1, stderr)
        self.assertRegex(stderr, pattern)

    def needs_data(self):
        """First line of a test that reads real files."""
        if not os.environ.get("LIMEN_TEST_DATA") or not DATA.is_dir():
            self.skipTest(f"no folder of real image files at {DATA}")


def main():
    """Arguments: the tool, then those of unittest."""
    global LIMEN
    LIMEN = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
