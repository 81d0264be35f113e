"""The QR code of a ticket as a picture, dark on light in every theme: scanners want it so."""

import io
from functools import lru_cache

import segno
from django.utils.safestring import SafeString

QUIET_ZONE = 4  # modules of white around a code, ISO/IEC 18004
PNG_PIXELS = 8  # a module
COLOURS = {"dark": "#000", "light": "#fff"}


def qr_svg(code: str) -> SafeString:
    """Draw the code as SVG to stand inside a page."""
    return SafeString(_drawn(code, "svg", xmldecl=False, svgns=False, omitsize=True, svgclass="qr").decode())


def qr_svg_file(code: str) -> bytes:
    """Draw the code as an SVG file."""
    return _drawn(code, "svg", scale=PNG_PIXELS, title="QR code of a ticket")


def qr_png(code: str) -> bytes:
    """Draw the code as a PNG of 328 pixels a side."""
    return _drawn(code, "png", scale=PNG_PIXELS)


def _drawn(code: str, kind: str, **look: object) -> bytes:
    drawing = io.BytesIO()
    _made(code).save(drawing, kind=kind, border=QUIET_ZONE, **COLOURS, **look)
    return drawing.getvalue()


@lru_cache(maxsize=64)  # a mail needs it as picture and in print
def _made(code: str) -> segno.QRCode:
    return segno.make(code, error="m", micro=False)
