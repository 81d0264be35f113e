"""Picture files: what decoding one would cost, and nothing but what its decoder needs.

A small file can keep a decoder busy, or make it large, with texts, profiles, Exif, animations and thousands of scans.
So a file is written anew before a decoder sees it: only the parts of its first picture remain.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
MOST_SEGMENTS, MOST_SCANS = 500, 40  # a usual JPEG has some 20 segments; a progressive one about 10 scans
# Markers of JPEG segments: frames (sequential, extended, progressive), tables, restarts, JFIF and Adobe's colours.
JPEG_FRAMES = (0xC0, 0xC1, 0xC2)
JPEG_NEEDED = (*JPEG_FRAMES, 0xC4, 0xDB, 0xDD, 0xE0, 0xEE)
JPEG_PROGRESSIVE, JPEG_SCAN, JPEG_EXIF, JPEG_END = 0xC2, 0xDA, 0xE1, b"\xff\xd9"
JPEG_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
PNG_NEEDED = (b"PLTE", b"tRNS", b"IDAT")
WEBP_NEEDED = (b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANIM")
ORIENTATION, SHORT = 0x0112, 3


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that holds one picture and no more.

    :param format: Pillow's name
    :param memory: bytes that the decoder takes at any scale
    :param pixel_memory: bytes it takes for each pixel of its result
    :param orientation: as in Exif, 1 is upright
    """

    format: str
    content: BytesIO
    width: int
    height: int
    pixel_memory: int
    memory: int = 0
    orientation: int = 1


def read_picture_file(data: bytes) -> PictureFile | None:
    """Return what matters of a JPEG, PNG, GIF or WebP file, ``None`` for anything else.

    :raises ValueError: if the file is broken, cut off, or of an unusual kind
    """
    for start, read in READERS:
        if data.startswith(start):
            try:
                return read(data)
            except (IndexError, struct.error):
                raise ValueError("The file is cut off.") from None
    return None


def _jpeg(data: bytes) -> PictureFile:
    content, frame, scans, exif = BytesIO(), b"", [], b""
    content.write(data[:2])
    for marker, segment in _segments(data):
        if marker == JPEG_SCAN:
            scans.append(segment[4])
        elif marker in JPEG_FRAMES:
            frame = segment
        elif marker == JPEG_EXIF and segment.startswith(b"Exif\0\0", 4):
            exif = exif or segment[10:]
        if marker in JPEG_NEEDED or marker == JPEG_SCAN:
            content.write(segment)
    content.write(JPEG_END)
    if not scans or len(scans) > MOST_SCANS:
        raise ValueError("The file has no scans, or too many.")
    height, width, components = struct.unpack_from(">HHB", frame, 5)
    # With several scans the decoder keeps all coefficients, two bytes each, in blocks of up to 32 pixels.
    kept = frame[1] == JPEG_PROGRESSIVE or scans[0] < components
    memory = 2 * components * (width + 31) * (height + 31) if kept else 0
    return PictureFile("JPEG", content, width, height, 4, memory, _orientation(exif))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment of a JPEG, of a scan with all its data, up to the picture's end."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        while data[at + 1] == 0xFF:  # markers may be padded
            at += 1
        if data.startswith(JPEG_END, at):
            return
        start, marker, length = struct.unpack_from(">BBH", data, at)
        if start != 0xFF or length < 2:
            raise ValueError("The file is broken.")
        end = at + 2 + length
        if marker == JPEG_SCAN:
            found = JPEG_NEXT.search(data, end)
            end = found.start() if found else len(data)
        yield marker, data[at:end]
        at = end
    raise ValueError("The file has too many segments.")


def _png(data: bytes) -> PictureFile:
    content, exif, at, kind = BytesIO(), b"", 33, b""
    content.write(data[:at])
    if data[8:16] != b"\0\0\0\x0dIHDR":
        raise ValueError("The file has no header.")
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind in PNG_NEEDED:
            content.write(data[at:end])
        elif kind == b"eXIf":
            exif = exif or data[at + 8 : end - 4]
        at = end
    if at > len(data):
        raise ValueError("The file is cut off.")
    content.write(b"\0\0\0\0IEND\xae\x42\x60\x82")
    width, height = struct.unpack_from(">II", data, 16)
    return PictureFile("PNG", content, width, height, 4, orientation=_orientation(exif))


def _gif(data: bytes) -> PictureFile:
    content, at = BytesIO(), 13 + _palette_length(data[10])
    content.write(data[:at])
    control = b""
    while data[at] == ord("!"):
        start, at = at, at + 2
        while data[at]:
            at += data[at] + 1
        at += 1
        if data[start + 1] == 0xF9:
            control = data[start:at]
    if data[at] != ord(","):
        raise ValueError("The file has no picture.")
    content.write(control + data[at:])
    screen_width, screen_height = struct.unpack_from("<HH", data, 6)
    left, top, width, height = struct.unpack_from("<HHHH", data, at + 1)
    # Twice a byte: Pillow also prepares what is shown after the picture.
    return PictureFile("GIF", content, max(screen_width, left + width), max(screen_height, top + height), 2)


def _palette_length(flags: int) -> int:
    return 6 << (flags & 7) if flags & 0x80 else 0


def _webp(data: bytes) -> PictureFile:
    content, exif, at, frames = BytesIO(), b"", 12, 0
    content.write(data[:12])
    size = 8 + int.from_bytes(data[4:8], "little")
    if data[8:12] != b"WEBP":
        raise ValueError("The file is cut off.")
    while at < size:
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        frames += kind == b"ANMF"
        if kind in WEBP_NEEDED or (kind == b"ANMF" and frames == 1):
            content.write(data[at:end])
        elif kind == b"EXIF":
            exif = exif or data[at + 8 : end]
        at = end
    content.seek(4)
    content.write(struct.pack("<I", len(content.getbuffer()) - 8))
    width, height = _webp_size(data)
    return PictureFile("WEBP", content, width, height, 17, orientation=_orientation(exif.removeprefix(b"Exif\0\0")))


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("The file has no picture.")


def _orientation(exif: bytes) -> int:
    """Read how the picture is turned; Exif that cannot be read says nothing."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        if order is not None:
            (start,) = struct.unpack_from(f"{order}I", exif, 4)
            (count,) = struct.unpack_from(f"{order}H", exif, start)
            for at in range(start + 2, start + 2 + 12 * count, 12):
                tag, kind, _number, value = struct.unpack_from(f"{order}HHIH", exif, at)
                if (tag, kind) == (ORIENTATION, SHORT):
                    return value
    except struct.error:
        pass
    return 1


READERS: tuple[tuple[bytes, Callable[[bytes], PictureFile]], ...] = (
    (JPEG_START, _jpeg),
    (PNG_START, _png),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"RIFF", _webp),
)
