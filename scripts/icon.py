#!/usr/bin/env python3
"""Draws the icon of the packages, a play sign between two nodes, as a PNG of 128 pixels: icon.py FILE."""
import struct
import sys
import zlib

SIZE = 128
BLUE, WHITE, ORANGE = (28, 79, 140, 255), (255, 255, 255, 255), (224, 122, 48, 255)


def colour(x, y):
    """Of a pixel: two nodes on the edge, a triangle in the middle, blue beneath."""
    if any((x - centre) ** 2 + (y - SIZE // 2) ** 2 <= 12 ** 2 for centre in (14, SIZE - 14)):
        return ORANGE
    inside = 44 <= x <= 92 and abs(y - SIZE // 2) <= (92 - x) * 0.62
    return WHITE if inside else BLUE


def chunk(kind, data):
    """A chunk of a PNG with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    rows = b"".join(b"\0" + bytes(part for x in range(SIZE) for part in colour(x, y)) for y in range(SIZE))
    with open(sys.argv[1], "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


main()
