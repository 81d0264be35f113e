"""Picture files for tests: honest ones, and some that mean harm."""

import io
import struct
import zlib

from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(size=(64, 64)) -> Image.Image:
    """Red, green; blue, white."""
    return Image.frombytes("RGB", (2, 2), bytes([*RED, *GREEN, *BLUE, *WHITE])).resize(size, Image.Resampling.NEAREST)


def plain(size=(64, 64), colour=RED) -> Image.Image:
    return Image.new("RGB", size, colour)


def file_of(image: Image.Image, kind: str, **options) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def exif(orientation: int, order: str = "<", filling: bytes = b"") -> bytes:
    """A TIFF directory that begins with a camera's name and ends with the orientation."""
    start = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}IH", 8, 2)
    camera = struct.pack(f"{order}HHI4s", 0x010F, 2, 4, b"Cam\0")
    return b"Exif\0\0" + start + camera + struct.pack(f"{order}HHIHHI", 0x0112, 3, 1, orientation, 0, 0) + filling


def jpeg_segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def with_jpeg_segments(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def claiming(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG, with another size in its frame."""
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, pixel: int = 4, depth: int = 8) -> bytes:
    """A black RGBA picture (``pixel`` is its bytes), all of it there while it is no larger than 60 megapixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, 6, 0, 0, 0)
    packer = zlib.compressobj(1)
    rows = height if width * height <= 60_000_000 else 1
    pixels = b"".join(packer.compress(bytes(1 + width * pixel)) for _ in range(rows)) + packer.flush()
    parts = (png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", pixels), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(width: int, height: int, *extensions: bytes) -> bytes:
    """A single black pixel on a screen of this size; the control block asks for the background after it."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0;"
    control = b"!\xf9\x04\x09\0\0\0\0"
    palette = bytes(3) + b"\xff\xff\xff"
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + palette + b"".join(extensions) + control + frame
    )


def webp_on_canvas(width: int, height: int) -> bytes:
    """An animation whose one small frame lies on a canvas of this size."""
    frame = file_of(plain((16, 16)), "WEBP", lossless=True)[12:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame_head = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4)
    chunks = [
        (b"VP8X", b"\x02\0\0\0" + size),
        (b"ANIM", bytes(6)),
        (b"ANMF", frame_head + frame),
    ]
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(content)) + content for kind, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
