"""A sheet of 600 x 900 to draw a poster on, at twice the size, so that edges come out smooth."""

import math
import unicodedata
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 600, 900
SCALE = 2
Point = tuple[float, float]


class Canvas:
    """Shapes and words in poster coordinates: 0,0 is the top left corner, colours as ``#rrggbb``."""

    def __init__(self, colour: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), colour)
        self.pen = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def shape(self, points: Iterable[Point], colour: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, *, corner: float = 0) -> None:
        self.pen.rounded_rectangle(_scaled(left, top, right, bottom), corner * SCALE, colour)

    def frame(self, left: float, top: float, right: float, bottom: float, colour: str, width: float) -> None:
        self.pen.rectangle(_scaled(left, top, right, bottom), outline=colour, width=round(width * SCALE))

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.oval(x - radius, y - radius, x + radius, y + radius, colour)

    def ring(self, x: float, y: float, radius: float, colour: str, width: float) -> None:
        box = _scaled(x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse(box, outline=colour, width=round(width * SCALE))

    def oval(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self.pen.ellipse(_scaled(left, top, right, bottom), colour)

    def slice(self, x: float, y: float, radius: float, start: float, end: float, colour: str) -> None:
        """Fill a slice of a disc; degrees run clockwise from three o'clock."""
        self.pen.pieslice(_scaled(x - radius, y - radius, x + radius, y + radius), start, end, colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, width: float) -> None:
        self.pen.arc(_scaled(x - radius, y - radius, x + radius, y + radius), start, end, colour, round(width * SCALE))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a line with round joints and ends."""
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], colour, round(width * SCALE), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def rays(self, x: float, y: float, count: int, colour: str, *, start: float = 0, sweep: float = 360) -> None:
        """Fill every other slice of a fan that reaches over the edges."""
        step = sweep / (2 * count)
        for number in range(count):
            angle = start + 2 * number * step
            self.shape([(x, y), around(x, y, 1300, angle), around(x, y, 1300, angle + step)], colour)

    def fade(self, top: float, bottom: float, first: str, last: str) -> None:
        """Fill the full width from one colour to another, in bands that compress well."""
        steps = 24
        start, end = _channels(first), _channels(last)
        height = (bottom - top) / steps
        for step in range(steps):
            mixed = [round(a + (b - a) * step / (steps - 1)) for a, b in zip(start, end, strict=True)]
            self.box(0, top + step * height, WIDTH, top + (step + 1) * height, "#{:02x}{:02x}{:02x}".format(*mixed))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        weight: float = 0,
        spacing: float = 0,
        angle: float = 0,
        fit: float = 560,
    ) -> None:
        """Write one line centred on the point, made smaller when it is wider than ``fit``."""
        glyphs = _line(text, size, weight, spacing)
        if glyphs.width > fit * SCALE:
            glyphs = _line(text, size * fit * SCALE / glyphs.width, weight, spacing * fit * SCALE / glyphs.width)
        if angle:
            glyphs = glyphs.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        corner = (round(x * SCALE - glyphs.width / 2), round(y * SCALE - glyphs.height / 2))
        self.image.paste(Image.new("RGB", glyphs.size, colour), corner, glyphs)


def around(x: float, y: float, radius: float, angle: float) -> Point:
    """Return the point at this angle, in degrees clockwise from three o'clock."""
    turn = math.radians(angle)
    return x + radius * math.cos(turn), y + radius * math.sin(turn)


def bow(left: float, right: float, base: float, height: float) -> list[Point]:
    """Return points of a smooth hump between two ends of a base line; a negative height hangs down."""
    steps = 40
    width = right - left
    return [
        (left + width * step / steps, base - height * math.sin(math.pi * step / steps)) for step in range(steps + 1)
    ]


def _line(text: str, size: float, weight: float, spacing: float) -> Image.Image:
    font = ImageFont.load_default(size * SCALE)
    stroke = round(weight * SCALE)
    widths = [font.getlength(unicodedata.normalize("NFD", letter)[0]) + 2 * stroke + spacing * SCALE for letter in text]
    glyphs = Image.new("L", (round(sum(widths) - spacing * SCALE) + 4, round(size * SCALE * 1.3) + 2 * stroke))
    pen, x = ImageDraw.Draw(glyphs), 2.0
    for letter, width in zip(text, widths, strict=True):
        base, *accents = list(unicodedata.normalize("NFD", letter))
        pen.text((x + stroke, glyphs.height / 2), base, 255, font, anchor="lm", stroke_width=stroke)
        for accent in accents:
            _accent(pen, accent, x + stroke + font.getlength(base) / 2, glyphs.height / 2, size * SCALE)
        x += width
    return glyphs


def _accent(pen: ImageDraw.ImageDraw, accent: str, x: float, y: float, size: float) -> None:
    """Draw the mark above a capital: the font that Pillow carries has none."""
    top, thick = y - size * 0.52, size * 0.07
    if accent == "\N{COMBINING DIAERESIS}":
        for side in (-1, 1):
            centre = x + side * size * 0.16
            pen.ellipse((centre - thick, top - thick, centre + thick, top + thick), 255)
    else:
        lean = size * (-0.08 if accent == "\N{COMBINING GRAVE ACCENT}" else 0.08)
        pen.line((x - lean, top + thick, x + lean, top - thick), 255, round(size * 0.09))


def _scaled(*values: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = values
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
