#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one language's responsive example, and the C++ one beside it: their files must be the same,
byte for byte. `run.py --reference PROGRAM --tool LIMEN NAME [--cwd FOLDER] [--env NAME=VALUE] -- COMMAND…`
gives COMMAND a photograph, a mark and a folder, as users do; the name `tool` stands for the limen tool
with the same options."""
import argparse
import math
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

SKIPPED = 77
WIDTHS = (160, 320, 480, 640, 960)
MARK = ["--overlay-gravity", "southeast", "--overlay-width", "20%", "--overlay-pad", "16",
        "--overlay-opacity", "0.6"]


def write_png(path, width, height, channels, pixel):
    """pixel(x, y) gives that many bytes."""
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def photo_pixel(x, y):
    """Slopes, an edge and some grain."""
    grain = (x * 7919 + y * 104729 + x * y * 31) % 13
    disc = 60 if math.hypot(x - 600, y - 300) < 180 else 0
    red = 90 + 60 * math.sin(x / 90) + 30 * math.cos(y / 70)
    green = 80 + 50 * math.sin((x + y) / 110) + disc
    blue = 110 + 70 * math.cos(x / 150 - y / 60)
    return bytes(max(0, min(255, int(value) + grain)) for value in (red, green, blue))


def mark_pixel(x, y):
    shown = (x // 9 + y // 7) % 3 != 0
    return bytes((250, 240 - 2 * y, 200, 255 if shown else 3 * x))


def call(*command, **options):
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **options)


def files_in(folder):
    expected = {f"{width}.jpg" for width in WIDTHS}
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    if set(found) != expected:
        sys.exit(f"{folder.name}: {sorted(found)} instead of {sorted(expected)}")
    return found


def run_tool(tool, photo, mark, folder):
    for width in WIDTHS:
        call(tool, "transform", photo, "-o", folder / f"{width}.jpg", "--width", width, "--fit",
             "inside", "--format", "jpeg", "--overlay", mark, *MARK)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--cwd")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("name")
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    if arguments.command and shutil.which(arguments.command[0]) is None:
        print(f"{arguments.command[0]} is not on this machine")
        sys.exit(SKIPPED)
    environment = os.environ | dict(setting.split("=", 1) for setting in arguments.env)
    with tempfile.TemporaryDirectory(prefix="limen-example-") as work:
        work = pathlib.Path(work)
        photo, mark = work / "photo.jpg", work / "mark.png"
        write_png(work / "photo.png", 1100, 700, 3, photo_pixel)
        write_png(mark, 60, 40, 4, mark_pixel)
        call(arguments.tool, "transform", work / "photo.png", "-o", photo, "-q", "92")
        folders = [work / "reference", work / arguments.name]
        for folder in folders:
            folder.mkdir()
        call(arguments.reference, photo, mark, folders[0])
        if arguments.name == "tool":
            run_tool(arguments.tool, photo, mark, folders[1])
        else:
            call(*arguments.command, photo, mark, folders[1], cwd=arguments.cwd, env=environment)
        expected, found = files_in(folders[0]), files_in(folders[1])
        for name in expected:
            if not expected[name].startswith(b"\xff\xd8"):
                sys.exit(f"{name} is no JPEG")
            if expected[name] != found[name]:
                sys.exit(f"{name}: {len(found[name])} bytes are not the {len(expected[name])} of C++")
        print(f"{arguments.name}: the files of C++,", {n: len(expected[n]) for n in sorted(expected)})
        # What fails must say so, in each language's way.
        if arguments.name != "tool":
            failed = subprocess.run([*arguments.command, work / "none.jpg", mark, folders[1]],
                                    cwd=arguments.cwd, env=environment, check=False,
                                    stderr=subprocess.PIPE, stdout=subprocess.PIPE)
            if failed.returncode == 0 or not failed.stderr:
                sys.exit("a photograph that is not there goes unnoticed")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
