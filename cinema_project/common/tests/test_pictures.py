"""Pictures as people send them, and files that only say they are pictures."""

import io
import threading

import pytest
from PIL import Image

from cinema_project.common import pictures
from cinema_project.common.picture_files import read_picture_file
from cinema_project.common.pictures import PictureRefused, PicturesBusy, square_webp
from cinema_project.common.tests import make
from cinema_project.common.tests.make import BLUE, FORMATS, GREEN, RED, WHITE

NO_PICTURE = "This is not a JPEG, PNG, WebP or GIF picture: choose another file."
BROKEN = "The picture cannot be read: save it anew, or choose another one."
TOO_MANY_PIXELS = "The picture has too many pixels: make it smaller, 1500 by 1500 are plenty."
TRANSPOSED = {  # how a camera stores what is upright
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def square_of(data, side=32):
    image = Image.open(io.BytesIO(square_webp(data, side=side)))
    assert (image.format, image.size) == ("WEBP", (side, side))
    return image


def near(pixel):
    """WebP is lossy: dark or light is all that counts of a colour here."""
    return tuple(255 if value > 127 else 0 for value in pixel)


def corners_of(image):
    last = image.width - 3
    return [near(image.convert("RGB").getpixel(place)) for place in ((2, 2), (last, 2), (2, last), (last, last))]


def refusal_of(data):
    with pytest.raises(PictureRefused) as refused:
        square_webp(data, side=32)
    return refused.value.detail


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (64, 64), (65, 63), (640, 481)])
def test_picture_becomes_a_square_of_the_side_asked_for(kind, size):
    image = square_of(make.file_of(make.plain(size), kind), side=64)

    assert corners_of(image) == [RED] * 4


@pytest.mark.parametrize("kind", FORMATS)
def test_square_is_the_middle_of_the_picture(kind):
    wide = make.plain((300, 64), BLUE)
    wide.paste(make.corners(), (118, 0))

    assert corners_of(square_of(make.file_of(wide, kind))) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", TRANSPOSED)
def test_picture_is_turned_upright(kind, orientation):
    turn = TRANSPOSED[orientation]
    stored = make.corners() if turn is None else make.corners().transpose(turn)

    data = make.file_of(stored, kind, exif=make.exif(orientation))

    assert corners_of(square_of(data)) == [RED, GREEN, BLUE, WHITE]


def test_orientation_is_read_in_either_byte_order():
    data = make.file_of(make.corners().transpose(Image.Transpose.ROTATE_180), "JPEG", exif=make.exif(3, ">"))

    assert corners_of(square_of(data)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(
    "exif",
    [b"", b"II", b"II*\0", b"XX*\0\x08\0\0\0\1\0", b"II*\0\xff\xff\xff\xff", make.exif(9)[6:], make.exif(3)[6:-9]],
)
def test_exif_that_says_nothing_is_passed_over(exif):
    segment = make.jpeg_segment(0xE1, b"Exif\0\0" + exif)

    data = make.with_jpeg_segments(make.file_of(make.corners(), "JPEG"), segment)

    assert corners_of(square_of(data)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken(kind):
    frames = {"save_all": True, "append_images": [make.plain(colour=BLUE), make.plain(colour=GREEN)], "duration": 100}

    assert corners_of(square_of(make.file_of(make.plain(), kind, **frames))) == [RED] * 4


@pytest.mark.parametrize(
    "data",
    [
        make.file_of(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "PNG"),
        make.file_of(Image.new("LA", (64, 64), (255, 0)), "PNG"),
        make.file_of(make.plain().quantize(2), "PNG", transparency=0),
        make.file_of(make.plain().quantize(2), "GIF", transparency=0),
        make.file_of(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "WEBP"),
    ],
)
def test_transparent_stays_transparent(data):
    assert square_of(data).convert("RGBA").getpixel((9, 9))[3] == 0


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (make.file_of(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG"), RED),
        (make.file_of(Image.new("L", (64, 64), 255), "JPEG"), WHITE),
        (make.file_of(make.plain(), "JPEG", progressive=True), RED),
        (make.file_of(Image.new("1", (64, 64), 1), "PNG"), WHITE),
        (make.file_of(Image.new("I;16", (64, 64), 0xFFFF), "PNG"), WHITE),
        (make.file_of(Image.new("I;16", (64, 64), 0x4000), "PNG"), (0, 0, 0)),
        (make.file_of(Image.new("I;16", (64, 64), 0x4000), "PNG", transparency=0x4001), (0, 0, 0)),
    ],
)
def test_any_kind_of_colours_will_do(data, pixel):
    assert near(square_of(data).convert("RGB").getpixel((9, 9))) == pixel


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_but_the_picture_remains(kind):
    """Neither what describes it, nor what somebody hung on to it."""
    secret = b"<script>secret</script>"
    options = {} if kind == "GIF" else {"exif": make.exif(1, filling=secret), "icc_profile": secret, "xmp": secret}
    if kind == "GIF":
        options = {"comment": secret}
    data = make.file_of(make.corners(), kind, **options)
    assert secret in data or kind == "PNG"

    square = square_webp(data + secret + b"PK\3\4", side=32)

    assert b"secret" not in square
    assert Image.open(io.BytesIO(square)).info.keys() <= {"loop", "background", "timestamp", "duration"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just text",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7",
        make.file_of(make.plain(), "BMP"),
        make.file_of(make.plain(), "TIFF"),
        make.file_of(make.plain(), "ICO"),
    ],
)
def test_other_file_is_refused(data):
    assert refusal_of(data) == NO_PICTURE


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.02, 0.1, 0.5, 0.9])
def test_file_that_is_cut_off_is_refused(kind, part):
    noisy = Image.effect_noise((200, 200), 99).convert("RGB")
    data = make.file_of(noisy, kind)

    assert refusal_of(data[: 6 + int(part * len(data))]) == BROKEN


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_file_without_its_last_byte_is_refused(kind):
    assert refusal_of(make.file_of(make.corners(), kind)[:-1]) == BROKEN


@pytest.mark.parametrize(
    "start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"RIFF", b"RIFF\0\0\0\0WEBP"]
)
@pytest.mark.parametrize("rest", [b"", b"text", bytes(5000), b"\xff" * 5000])
def test_text_that_begins_like_a_picture_is_refused(start, rest):
    assert refusal_of(start + rest) == BROKEN


def test_palette_that_is_missing_is_refused():
    data = make.file_of(make.plain().quantize(2), "PNG")
    at = data.index(b"PLTE")

    assert refusal_of(data[: at - 4] + data[at + 8 + int.from_bytes(data[at - 4 : at], "big") :]) == BROKEN


def test_file_over_five_megabytes_is_refused():
    data = make.file_of(make.plain(), "JPEG")
    most = 5 * 1024 * 1024

    assert square_of(data + bytes(most - len(data)))
    assert refusal_of(data + bytes(most - len(data) + 1)) == "The picture is larger than 5 MB: make it smaller."


@pytest.mark.parametrize(
    "data",
    [
        make.png(50_001, 1000),
        make.png(20_001, 1),
        make.gif(65_535, 65_535),
        make.webp_on_canvas(16_384, 16_384),
        make.claiming(make.file_of(make.plain(), "JPEG"), 65_000, 65_000),
        make.claiming(make.file_of(make.plain(), "JPEG", progressive=True), 7000, 7000),
    ],
)
def test_picture_of_too_many_pixels_is_refused(data):
    assert refusal_of(data) == TOO_MANY_PIXELS


def test_jpeg_of_thousands_of_scans_is_refused():
    data = make.file_of(make.plain(), "JPEG", progressive=True)
    end = data.index(b"\xff\xda")
    scan = data[end : data.index(b"\xff", end + 2)]

    assert square_of(data[:-2] + b"\xff\xd9")
    assert refusal_of(data[:-2] + 100 * scan + b"\xff\xd9") == BROKEN
    assert refusal_of(data[:-2] + 10_000 * scan + b"\xff\xd9") == BROKEN


def test_jpeg_of_thousands_of_segments_is_refused():
    """Gluing its Exif together would take minutes."""
    segment = make.jpeg_segment(0xE1, b"Exif\0\0" + bytes(10))

    assert refusal_of(make.with_jpeg_segments(make.file_of(make.plain(), "JPEG"), segment * 200_000)) == BROKEN


def test_of_a_webp_animation_the_decoder_sees_one_picture():
    """A hundred thousand empty ones would cost 20 MB."""
    frames = [make.plain(colour=colour) for colour in (BLUE, GREEN, WHITE)]
    data = make.file_of(make.plain(), "WEBP", save_all=True, append_images=frames)

    assert data.count(b"ANMF") == 4
    assert read_picture_file(data).content.getvalue().count(b"ANMF") == 1


def test_frame_larger_than_the_screen_counts():
    data = bytearray(make.gif(10, 10))
    at = data.index(b",")
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"

    assert refusal_of(bytes(data)) == TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("size", "decoder", "threads"), [((60, 90), "_small_decoder", 2), ((1200, 1200), "_decoder", 1)]
)
def test_decoders_that_are_busy_are_not_waited_for_long(monkeypatch, size, decoder, threads):
    monkeypatch.setattr(pictures, "WAIT_SECONDS", 0.05)
    data, free = make.file_of(make.plain(size), "PNG"), threading.Event()
    for _ in range(threads):
        getattr(pictures, decoder).submit(free.wait)

    with pytest.raises(PicturesBusy) as busy:
        square_webp(data, side=32)
    free.set()

    assert busy.value.retry_after == 0.05
    monkeypatch.undo()
    assert square_of(data)


def test_small_picture_does_not_wait_for_large_ones():
    free = threading.Event()
    pictures._decoder.submit(free.wait)
    try:
        assert square_of(make.file_of(make.plain((500, 750)), "JPEG"))
    finally:
        free.set()
