# SPDX-License-Identifier: Apache-2.0
"""Picture files that the tests of the tool make for themselves."""
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, pixel, alpha=False, depth=8):
    """A PNG of pixel(x, y): three or four samples of 0..255 (depth 16: 0..65535)."""
    raw = bytearray()
    for y in range(height):
        raw.append(0)  # no filter
        for x in range(width):
            for sample in pixel(x, y):
                raw += struct.pack(">H" if depth == 16 else "B", sample)
    header = struct.pack(">IIBBBBB", width, height, depth, 6 if alpha else 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(raw)))
            + chunk(b"IEND", b""))


def gradient(x, y):
    return (x * 3 % 256, y * 5 % 256, (x * y) % 256)


def with_orientation(jpeg, orientation):
    """The JPEG with an EXIF block of one entry behind its start."""
    tiff = (b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1)
            + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<I", 0))
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def read_pam(data):
    """Header fields, and the samples behind it."""
    head, samples = data.split(b"ENDHDR\n", 1)
    fields = dict(line.split(" ", 1) for line in head.decode().splitlines()[1:])
    return fields, samples
