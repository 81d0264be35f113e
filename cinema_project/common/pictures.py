"""Pictures that people send, decoded with care: whatever the file claims, a process grows by less than 100 MB."""

import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

# GIF, JPEG and PNG come with Image.open; naming WebP here keeps Pillow from loading all its other formats for it.
from PIL import Image, WebPImagePlugin

from cinema_project.common.errors import Invalid, Unavailable
from cinema_project.common.picture_files import PictureFile, read_picture_file
from cinema_project.common.threads import submit

LARGEST_FILE = 5 * 1024 * 1024
LONGEST_SIDE = 20_000
MOST_PIXELS = 50_000_000
MOST_MEMORY = 72_000_000
SMALL_FILE, SMALL_MEMORY = 1024 * 1024, 4_000_000
WAIT_SECONDS = 10
STRIP = 8
WEBP = WebPImagePlugin.WebPImageFile.format
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow and its libraries raise for files that are broken.
BROKEN = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, struct.error),
    *(RuntimeError, LookupError, ArithmeticError, AttributeError, AssertionError),
)
Change = Callable[[Image.Image], Image.Image]

# One large picture after the other, in one thread: each thread that ever decoded would keep some of the memory.
_decoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
# Small ones, such as posters of 500 x 750, take little of it, and do not wait for large ones.
_small_decoder = ThreadPoolExecutor(max_workers=2, thread_name_prefix="small pictures")


class PictureRefused(Invalid):
    code = "picture_refused"


class PicturesBusy(Unavailable):
    """Other pictures are being decoded, one after the other."""

    code = "pictures_busy"


def square_webp(data: bytes, *, side: int) -> bytes:
    """Return the middle of a picture as a square WebP file, upright, without metadata.

    :param side: of the result, in pixels
    :raises PictureRefused: if it is no JPEG, PNG, WebP or GIF file, too large, or broken
    :raises PicturesBusy: if other pictures take ten seconds
    """

    def square(image: Image.Image) -> Image.Image:
        edge = min(image.size)
        left, top = (image.width - edge) // 2, (image.height - edge) // 2
        middle = image.crop((left, top, left + edge, top + edge))
        return middle.resize((side, side), Image.Resampling.LANCZOS)

    return as_webp(data, square, shorter_side=side)


def as_webp(data: bytes, change: Change, *, shorter_side: int) -> bytes:
    """Return the first picture of a file as another WebP file, upright, without metadata.

    :param change: is given the picture in RGB or RGBA
    :param shorter_side: pixels that ``change`` needs at least: a larger picture may be shrunk to this before
    :raises PictureRefused: if it is no JPEG, PNG, WebP or GIF file, too large, or broken
    :raises PicturesBusy: if other pictures take ten seconds
    """
    if len(data) > LARGEST_FILE:
        raise PictureRefused("The picture is larger than 5 MB: make it smaller.")
    pool = _small_decoder if _is_small(data) else _decoder
    asked = submit(pool, _webp_or_refusal, data, change, shorter_side)
    try:
        answer = asked.result(timeout=WAIT_SECONDS)
    except TimeoutError:
        asked.cancel()
        raise PicturesBusy("Many pictures arrive at this moment. Please try again.", retry_after=WAIT_SECONDS) from None
    if isinstance(answer, str):
        raise PictureRefused(answer)
    return answer


def _is_small(data: bytes) -> bool:
    """Tell whether decoding the file as it stands takes little memory: it never takes more than what it claims."""
    if len(data) > SMALL_FILE:
        return False
    try:
        file = read_picture_file(data)
    except BROKEN:
        return True  # it will be refused
    return file is None or _memory(file, file.width * file.height) <= SMALL_MEMORY


def _webp_or_refusal(data: bytes, change: Change, shorter_side: int) -> bytes | str:
    """Return the file, or why there is none: an exception that left this thread would keep the picture's memory."""
    content = BytesIO()
    try:
        change(_decoded(data, shorter_side)).save(content, WEBP, quality=82)
        return content.getvalue()
    except PictureRefused as refused:
        return refused.detail
    except BROKEN:
        return "The picture cannot be read: save it anew, or choose another one."


def _decoded(data: bytes, shorter_side: int) -> Image.Image:
    file = read_picture_file(data)
    if file is None:
        raise PictureRefused("This is not a JPEG, PNG, WebP or GIF picture: choose another file.")
    if max(file.width, file.height) > LONGEST_SIDE or file.width * file.height > MOST_PIXELS:
        raise _too_many_pixels()
    with Image.open(file.content, formats=[file.format]) as image:
        if image.size != (file.width, file.height):
            raise ValueError("The decoder reads the file otherwise.")
        image.draft(None, (shorter_side, shorter_side))  # has a JPEG decoded smaller, others do not know it
        factor = max(1, min(image.size) // shorter_side)
        if _memory(file, image.width * image.height, factor) > MOST_MEMORY:
            raise _too_many_pixels()
        image.load()
        small = _shrunk(image, factor)
    return small.transpose(TURNS[file.orientation]) if file.orientation in TURNS else small


def _memory(file: PictureFile, pixels: int, factor: int = 1) -> int:
    return file.memory + file.pixel_memory * pixels + 4 * pixels // factor**2


def _too_many_pixels() -> PictureRefused:
    return PictureRefused("The picture has too many pixels: make it smaller, 1500 by 1500 are plenty.")


def _shrunk(image: Image.Image, factor: int) -> Image.Image:
    """Return the picture as RGB or RGBA. It is done in strips: on the whole, each step would make a copy."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, STRIP * factor):
        strip = image.crop((0, top, image.width, min(top + STRIP * factor, image.height)))
        small.paste(_eight_bits(strip).convert(mode).reduce(factor), (0, top // factor))
    return small


def _eight_bits(strip: Image.Image) -> Image.Image:
    """Scale 16-bit grey down, which ``convert`` would clip."""
    return strip.point(lambda value: value / 256).convert("L") if strip.mode == "I;16" else strip
