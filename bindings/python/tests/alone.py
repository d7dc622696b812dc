# SPDX-License-Identifier: Apache-2.0
"""Bytes in, bytes out, without numpy or Pillow: a program of its own, for an empty environment."""

import struct
import sys
import zlib

import limen


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    rows = b"".join(
        b"\0" + bytes((5 * x, 7 * y, 90)[c] % 256 for x in range(width) for c in range(3))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def main() -> None:
    source = png(48, 32)
    for format in ("jpeg", "png", "webp", "avif"):
        made = limen.transform(source, limen.Recipe(width=24, format=format))
        assert limen.probe(made).size == (24, 16), format
        assert limen.decode(made).size == (24, 16), format
    assert not {"numpy", "PIL"} & set(sys.modules)
    print(f"limen {limen.__version__}", limen.codecs())


if __name__ == "__main__":
    main()
