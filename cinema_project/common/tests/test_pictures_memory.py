"""No picture, whatever it claims, lets a process grow by 100 MB."""

import subprocess
import sys
import zlib

import pytest
from PIL import Image

from cinema_project.common.tests import make
from cinema_project.tests.product import ROOT

ALLOWED = 100_000_000
# The high-water mark of the process's own memory: ru_maxrss would begin at that of the process that started it.
MEASURE = """
import io, pathlib, sys, threading
from PIL import Image
from cinema_project.common.pictures import PictureRefused, square_webp

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])

def outcome(data):
    try:
        return len(square_webp(data, side=512)) and "taken"
    except PictureRefused:
        return "refused"

first = io.BytesIO()
Image.new("RGB", (9, 9)).save(first, "PNG")
outcome(first.getvalue())
files = [pathlib.Path(name).read_bytes() for name in sys.argv[2:]]
before, outcomes = peak(), []
threads = [
    threading.Thread(target=lambda: outcomes.extend(map(outcome, files * 2 if sys.argv[1] != "1" else files)))
    for _ in range(int(sys.argv[1]))
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(peak() - before, *sorted(set(outcomes)))
"""


def rise(*files, threads=1):
    """Return how many bytes a fresh process grew by, and what became of the files."""
    command = [sys.executable, "-W", "error", "-c", MEASURE, str(threads), *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    grown, *outcomes = done.stdout.split()
    return int(grown), outcomes


def jpeg(size, mode="RGB", **options):
    return make.file_of(Image.new(mode, size), "JPEG", **options)


def several_scans(data):
    """A sequential JPEG, its scan cut down to one of the components: more are announced."""
    at = data.index(b"\xff\xda")
    return data[:at] + make.jpeg_segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + data[at + 14 :]


def text_bomb():
    """Of each text one letter needs four bytes in memory, so all do."""
    text = zlib.compress(b"a" * 1_040_000 + "\N{PERFORMING ARTS}".encode())
    texts = [make.png_chunk(b"iTXt", b"key%d\0\1\0\0\0" % number + text) for number in range(60)]
    return make.png(64, 64, *texts)


BOMBS = {
    "png_claims": lambda: make.png(60_000, 60_000),
    "png_flat": lambda: make.png(7000, 7000),
    "png_one_row": lambda: make.png(12_000_000, 1, pixel=8, depth=16),
    "gif_screen": lambda: make.gif(65_535, 65_535),
    "gif_screen_in_pixel_limit": lambda: make.gif(7000, 7000),
    "webp_canvas": lambda: make.webp_on_canvas(16_384, 16_384),
    "webp_canvas_in_pixel_limit": lambda: make.webp_on_canvas(7000, 7000),
    "webp_flat": lambda: make.file_of(make.plain((3000, 3000)), "WEBP", lossless=True, method=0),
    "jpeg_claims": lambda: make.claiming(jpeg((64, 64)), 65_000, 65_000),
    "jpeg_strip": lambda: make.claiming(jpeg((64, 64)), 20_000, 1000),
    "jpeg_progressive": lambda: make.claiming(jpeg((64, 64), progressive=True), 7000, 7000),
    "jpeg_several_scans": lambda: several_scans(make.claiming(jpeg((64, 64)), 7000, 7000)),
}
HARMLESS = {  # the bomb is what Pillow would read beside the picture
    "png_texts": text_bomb,
    "gif_comments": lambda: make.gif(64, 64, b"!\xfe" + b"\x02ab" * 1_600_000 + b"\0"),
}
LARGEST = {
    "jpeg": lambda: jpeg((7071, 7071)),
    "jpeg_cmyk": lambda: jpeg((7071, 7071), "CMYK"),
    "jpeg_strip": lambda: jpeg((14_000, 600)),
    "jpeg_progressive": lambda: jpeg((3280, 3280), progressive=True, subsampling=0),
    "png": lambda: make.png(4100, 4100),
    "png_grey": lambda: make.file_of(Image.new("LA", (4100, 4100)), "PNG"),
    "gif": lambda: make.file_of(Image.new("P", (5900, 5900)), "GIF", transparency=0),
    "webp": lambda: make.file_of(make.plain((2020, 2020)), "WEBP", method=0),
    "webp_lossless": lambda: make.file_of(Image.new("RGBA", (2020, 2020)), "WEBP", lossless=True, method=0),
}
FILES = {"refused": BOMBS, "taken": HARMLESS | LARGEST}


@pytest.mark.parametrize(
    ("expected", "name"), [(expected, name) for expected, files in FILES.items() for name in files]
)
def test_picture_takes_less_than_the_memory_allowed(tmp_path, expected, name):
    file = tmp_path / name
    file.write_bytes(FILES[expected][name]())
    assert file.stat().st_size <= 5 * 1024 * 1024

    grown, outcomes = rise(file)

    assert outcomes == [expected]
    assert grown < ALLOWED


def test_many_at_once_take_no_more_than_one(tmp_path):
    names = ("png", "webp", "jpeg_progressive", "jpeg_strip")
    for name in names:
        tmp_path.joinpath(name).write_bytes(LARGEST[name]())
    tmp_path.joinpath("cut").write_bytes(LARGEST["png"]()[:-1])
    tmp_path.joinpath("small").write_bytes(jpeg((700, 700)))  # such are decoded beside large ones

    grown, outcomes = rise(*(tmp_path / name for name in (*names, "cut", "small")), threads=6)

    assert outcomes == ["refused", "taken"]
    assert grown < ALLOWED
