"""Reading what was printed, as a scanner, a person with a PDF, or a mail program would."""

import io
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import icalendar
import zxingcpp
from PIL import Image
from pypdf import PdfReader

MODULE = 8
STROKES = re.compile(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


def codes_in(picture: bytes | Image.Image) -> list[str]:
    """Scan a picture."""
    image = picture if isinstance(picture, Image.Image) else Image.open(io.BytesIO(picture))
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


def drawn(svg: str) -> Image.Image:
    """Draw the one path of a QR code's SVG, whose strokes lie on a grid, as pixels."""
    image = Image.new("L", (60, 60), 255)
    x = y = 0.0
    [path] = re.findall(r'd="(M[^"]*\d)"[^>]*stroke="#000"|stroke="#000"[^>]* d="(M[^"]*)"', svg)
    for command, first, second in STROKES.findall("".join(path)):
        if command == "h":
            for column in range(int(x), int(x + float(first))):
                image.putpixel((column, int(y)), 0)
            x += float(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    return image.resize((60 * MODULE, 60 * MODULE), Image.Resampling.NEAREST)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page, on one line."""
    texts = (page.extract_text().replace("\0", "") for page in PdfReader(io.BytesIO(pdf)).pages)  # half a character
    return [" ".join(text.split()) for text in texts]


def codes_on(pdf: bytes) -> list[list[str]]:
    """Return what a scanner finds on each page."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [[code for picture in page.images for code in codes_in(picture.image)] for page in pages]


def entry_in(calendar: bytes | str) -> icalendar.Event:
    """Return the only entry of a calendar."""
    [entry] = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return entry


def parsed(raw: bytes) -> EmailMessage:
    """Read a mail as it arrived."""
    return BytesParser(policy=policy.default).parsebytes(raw)


def enclosed(mail: EmailMessage, kind: str) -> list[bytes | str]:
    """Return the attached files of this kind."""
    return [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == kind]


def pictures_in(mail: EmailMessage) -> dict[str, bytes]:
    """Return the pictures that the HTML shows, by the name it calls them."""
    html = mail.get_body(["html"]).get_content()
    shown = {part["Content-ID"].strip("<>"): part.get_content() for part in mail.walk() if part["Content-ID"]}
    assert sorted(shown) == sorted(re.findall(r'src="cid:([^"]+)"', html))
    return shown
