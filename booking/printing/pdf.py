"""Tickets on paper: one page each, small enough for a telephone, dark on white for the scanner."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import TextMode, XPos, YPos
from fpdf.fonts import TTFFont

from booking.models import SeatClaim
from booking.printing.codes import qr_png
from booking.printing.fonts import WESTERN, faces_for, is_western, writable
from booking.printing.words import OPENS_DOOR, VOID, address_of, kind_of, start_of
from booking.ticket_codes import code_of, short_code_of

MARGIN, WIDTH, HEIGHT = 12, 148, 210  # A5, in millimetres
INNER = WIDTH - 2 * MARGIN
ACCENT, INK, MUTED, LINE, DANGER = (138, 21, 56), (20, 23, 31), (74, 81, 96), (116, 124, 140), (179, 38, 30)
BIGGEST_CODE, UNDER_CODE = 66, 24
LONGEST_NAME = 160
TITLE_SIZES = ((40, 24), (90, 18), (LONGEST_NAME, 13))  # so many characters fit in this many points
STROKE = 0.05  # of the letters' size
Style = Literal["", "B"]


def tickets_pdf(tickets: Sequence[SeatClaim]) -> bytes:
    """Print the tickets, which come with seat, booking, film and cinema. The same tickets give the same bytes.

    A ticket that does not open the door is printed without its code, and says why.
    """
    paper = _Paper(" ".join(line for ticket in tickets for line in _words_on(ticket)))
    paper.set_title(f"Tickets: {tickets[0].screening.movie.title}")
    paper.set_creation_date(max(ticket.confirmed_at or ticket.booked_at for ticket in tickets))  # type: ignore[type-var]
    try:
        for ticket in tickets:
            paper.print_ticket(ticket)
        return bytes(paper.output())
    finally:
        paper.close_fonts()


def _words_on(ticket: SeatClaim) -> Iterable[str]:
    screening, cinema = ticket.screening, ticket.screening.room.cinema
    yield from (settings.SITE_NAME, screening.movie.title, cinema.name, screening.room.name, address_of(cinema))
    yield from (ticket.seat.row_label, kind_of(ticket))


class _Paper(FPDF):
    """A5 sheets, and fonts for all that will be written on them."""

    def __init__(self, words: str) -> None:
        super().__init__(format=(WIDTH, HEIGHT))
        self.set_lang("en")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)  # one page a ticket
        self.core_fonts_encoding = WESTERN
        self.faces = [] if is_western(words) else faces_for(words)
        self.family = self.faces[0].name if self.faces else "Helvetica"
        for face in self.faces:
            self.add_font(face.name, "", face.path)
        if self.faces:
            self.set_fallback_fonts([face.name for face in self.faces[1:]], exact_match=False)
            self.set_text_shaping(True)

    def close_fonts(self) -> None:
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def print_ticket(self, ticket: SeatClaim) -> None:
        self.add_page()
        self._head(ticket)
        self._what_and_where(ticket)
        self._place(ticket)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=2, gap=2)
        self.line(MARGIN, self.y, WIDTH - MARGIN, self.y)
        self.set_dash_pattern()
        self.set_y(self.y + 6)
        if ticket.state in OPENS_DOOR:
            self._code(ticket)
        else:
            self._void(ticket)

    def _head(self, ticket: SeatClaim) -> None:
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, WIDTH, 5, style="F")
        self.set_xy(MARGIN, 11)
        assert ticket.booking is not None
        with self._ink(11, "B", ACCENT):
            self.cell(INNER / 2, 6, self._fit(settings.SITE_NAME, 40))
        with self._ink(10, "", MUTED):
            self.cell(
                INNER / 2, 6, f"Booking {ticket.booking.booking_number}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        self.set_y(self.y + 6)

    def _what_and_where(self, ticket: SeatClaim) -> None:
        screening, cinema = ticket.screening, ticket.screening.room.cinema
        title = self._fit(screening.movie.title)
        self._lines(title, next(size for length, size in TITLE_SIZES if len(title) <= length), "B", INK)
        self.set_y(self.y + 3)
        self._lines(start_of(screening), 12, "B", INK)
        self.set_y(self.y + 3)
        self._lines(self._fit(f"{cinema.name}, {screening.room.name}"), 11, "", INK)
        self._lines(self._fit(address_of(cinema)), 9, "", MUTED)
        self.set_y(self.y + 5)

    def _place(self, ticket: SeatClaim) -> None:
        facts = {"Row": ticket.seat.row_label, "Seat": str(ticket.seat.seat_number), "Ticket": kind_of(ticket)}
        facts["Price"] = f"{ticket.price} {ticket.currency}"
        facts = {name: value for name, value in facts.items() if value}
        top, width = self.y, INNER / len(facts)
        for number, (name, value) in enumerate(facts.items()):
            self.set_xy(MARGIN + number * width, top)
            with self._ink(9, "", MUTED):
                self.cell(width, 5, name, new_x=XPos.LEFT, new_y=YPos.NEXT)
            with self._ink(17, "B", INK):
                self.cell(width, 9, self._fit(value))
        self.set_xy(MARGIN, top + 18)

    def _code(self, ticket: SeatClaim) -> None:
        side = min(BIGGEST_CODE, HEIGHT - self.y - UNDER_CODE)
        picture = io.BytesIO(qr_png(code_of(ticket.secret)))
        self.image(picture, x=(WIDTH - side) / 2, w=side, h=side, alt_text="QR code of the ticket, to be scanned")
        self.set_y(self.y + 1)
        with self._ink(9, "", MUTED):
            self._centred("Code to type", 5)
        with self._ink(16, "B", INK):
            self._centred(short_code_of(ticket.secret), 8)

    def _void(self, ticket: SeatClaim) -> None:
        self.set_y(self.y + 8)
        with self._ink(26, "B", DANGER):
            self._centred(VOID[ticket.state], 14)
        with self._ink(11, "", INK):
            self._centred("This ticket does not open the door.", 7)

    def _lines(self, text: str, size: int, style: Style, colour: tuple[int, int, int]) -> None:
        with self._ink(size, style, colour):
            self.multi_cell(INNER, size * 0.45, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _centred(self, text: str, height: float) -> None:
        self.cell(INNER, height, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    @contextmanager
    def _ink(self, size: int, style: Style, colour: tuple[int, int, int]) -> Iterator[None]:
        """Write in this way; where there is no bold font, letters are drawn with a stroke around them."""
        with self.local_context(text_color=colour, draw_color=colour, line_width=size * STROKE):
            self.text_mode = TextMode.FILL_STROKE if style and self.faces else TextMode.FILL
            self.set_font(self.family, "" if self.faces else style, size)
            yield

    def _fit(self, text: str, longest: int = LONGEST_NAME) -> str:
        """Return the text on one line, not longer than has room, in characters that the fonts have."""
        text = " ".join(text.split())
        text = text if len(text) <= longest else f"{text[: longest - 1]}…"
        return writable(text, self.faces) if self.faces else text
