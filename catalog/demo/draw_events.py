"""Draw the pictures of the sample events: ``python -m catalog.demo.draw_events``. Their files are checked in."""

from collections.abc import Callable
from pathlib import Path

from catalog.demo.art.canvas import Canvas, around, bow

FOLDER = Path(__file__).parent.parent.parent / "static" / "img" / "events"


def concert() -> Canvas:
    canvas = Canvas("#1d1430")
    canvas.rays(300, 900, 9, "#2b1c47", start=180, sweep=180)
    for side, height in ((-1, 420), (0, 300), (1, 420)):
        canvas.shape([(300 + side * 220, 0), (300 + side * 90 - 90, 760), (300 + side * 90 + 90, 760)], "#4b2f7a")
        canvas.disc(300 + side * 220, height - 300, 26, "#f6c453")
    canvas.box(278, 430, 322, 760, "#0f0a1c", corner=20)
    canvas.disc(300, 400, 62, "#f6c453")
    for row in range(3):
        canvas.line([(248, 376 + row * 24), (352, 376 + row * 24)], "#1d1430", 5)
    for x in range(20, 600, 70):
        canvas.disc(x, 830 - (x * 7 % 40), 48, "#0f0a1c")
    return canvas


def stand_up() -> Canvas:
    canvas = Canvas("#7c2230")
    for row in range(12):
        for column in range(7):
            x = column * 100 + (row % 2) * 50 - 25
            canvas.box(x, row * 76, x + 92, row * 76 + 68, "#8c2a39" if (row * column) % 3 else "#6d1c29", corner=4)
    canvas.oval(110, 770, 490, 880, "#f2d8a0")
    canvas.shape([(300, -40), (110, 825), (490, 825)], "#c9804f")
    canvas.box(292, 330, 308, 830, "#201015")
    canvas.oval(240, 810, 360, 850, "#201015")
    canvas.line([(300, 340), (350, 290)], "#201015", 14)
    canvas.disc(372, 268, 40, "#3b3b3f")
    canvas.ring(372, 268, 40, "#d9d9dc", 6)
    return canvas


def exhibition() -> Canvas:
    canvas = Canvas("#e9e3d6")
    canvas.box(0, 720, 600, 900, "#b9a68a")
    for left, top, right, bottom, colour in (
        (60, 120, 300, 440, "#274c63"),
        (330, 90, 540, 300, "#c9572d"),
        (330, 340, 540, 560, "#6a8a4f"),
        (90, 490, 270, 640, "#d9a441"),
    ):
        canvas.box(left - 14, top - 14, right + 14, bottom + 14, "#3a2d22")
        canvas.box(left, top, right, bottom, colour)
        canvas.disc((left + right) / 2, (top + bottom) / 2, (right - left) / 4, "#f4efe4")
    canvas.box(200, 760, 400, 800, "#5b4632", corner=8)
    canvas.box(220, 800, 244, 850, "#5b4632")
    canvas.box(356, 800, 380, 850, "#5b4632")
    return canvas


def theater() -> Canvas:
    canvas = Canvas("#12232e")
    canvas.oval(120, 240, 480, 900, "#f4e2b8")
    for side in (0, 1):
        for fold in range(5):
            x = fold * 46 if not side else 600 - fold * 46
            colour = "#a01f2f" if fold % 2 else "#82172a"
            canvas.shape([(x, 0), (x + (46 if not side else -46), 0), (x, 900)], colour)
            canvas.shape([(x, 0), (x, 900), (x + (40 if not side else -40), 900)], colour)
    canvas.shape([*bow(0, 600, 0, -150)], "#c22b3d")
    canvas.oval(220, 360, 380, 560, "#fbf6e9")
    for x in (262, 338):
        canvas.oval(x - 20, 420, x + 20, 450, "#12232e")
    canvas.arc(300, 480, 46, 20, 160, "#12232e", 10)
    canvas.box(0, 820, 600, 900, "#3a2a1d")
    return canvas


def cinema() -> Canvas:
    canvas = Canvas("#0f1720")
    canvas.shape([(120, 620), (600, 240), (600, 780)], "#2a3a4d")
    canvas.disc(190, 330, 130, "#c9c3b4")
    canvas.disc(360, 250, 95, "#c9c3b4")
    for x, y, radius in ((190, 330, 130), (360, 250, 95)):
        for turn in range(5):
            hole = around(x, y, radius * 0.55, turn * 72 - 90)
            canvas.disc(*hole, radius * 0.22, "#0f1720")
        canvas.disc(x, y, radius * 0.12, "#0f1720")
    canvas.box(110, 470, 400, 700, "#8a1538", corner=18)
    canvas.shape([(400, 530), (480, 490), (480, 680), (400, 640)], "#6d0f2b")
    canvas.line([(200, 700), (130, 880)], "#c9c3b4", 14)
    canvas.line([(300, 700), (370, 880)], "#c9c3b4", 14)
    return canvas


def sport() -> Canvas:
    canvas = Canvas("#2f7d4f")
    for stripe in range(0, 900, 180):
        canvas.box(0, stripe, 600, stripe + 90, "#2a7248")
    canvas.frame(40, 40, 560, 860, "#eaf4ec", 6)
    canvas.line([(40, 450), (560, 450)], "#eaf4ec", 6)
    canvas.ring(300, 450, 110, "#eaf4ec", 6)
    canvas.frame(170, 40, 430, 170, "#eaf4ec", 6)
    canvas.frame(170, 730, 430, 860, "#eaf4ec", 6)
    canvas.disc(360, 390, 62, "#fdfdf8")
    canvas.shape([around(360, 390, 26, 72 * turn - 90) for turn in range(5)], "#20242a")
    for turn in range(5):
        canvas.line([around(360, 390, 26, 72 * turn - 90), around(360, 390, 56, 72 * turn - 90)], "#20242a", 5)
    return canvas


def excursion() -> Canvas:
    canvas = Canvas("#f3c98b")
    canvas.disc(430, 200, 80, "#f7e6b5")
    canvas.shape([(0, 520), (180, 330), (320, 500), (470, 360), (600, 520), (600, 900), (0, 900)], "#c47f5b")
    for left, height in ((40, 260), (150, 200), (250, 320), (370, 220), (480, 280)):
        canvas.box(left, 760 - height, left + 92, 900, "#6e3f3a")
        canvas.shape([(left - 10, 760 - height), (left + 46, 690 - height), (left + 102, 760 - height)], "#4c2a2c")
        for row in range(3):
            canvas.box(left + 20, 790 - height + row * 60, left + 40, 820 - height + row * 60, "#f6d48f")
            canvas.box(left + 54, 790 - height + row * 60, left + 74, 820 - height + row * 60, "#f6d48f")
    return canvas


def show() -> Canvas:
    canvas = Canvas("#123b4a")
    canvas.rays(300, 430, 12, "#174b5e")
    canvas.disc(300, 430, 190, "#f2a541")
    canvas.disc(300, 430, 150, "#f7c66f")
    for turn in range(8):
        x, y = around(300, 430, 235, turn * 45)
        canvas.shape([around(x, y, 30 if point % 2 else 13, point * 36 - 90) for point in range(10)], "#f7efe0")
    canvas.shape([(210, 460), (390, 460), (360, 330), (240, 330)], "#1b1420")
    canvas.oval(170, 430, 430, 490, "#1b1420")
    canvas.box(232, 405, 368, 430, "#c22b3d")
    return canvas


def quest() -> Canvas:
    canvas = Canvas("#2b2320")
    for row in range(9):
        for column in range(4):
            x = column * 170 + (row % 2) * 85 - 85
            canvas.box(x, row * 100, x + 160, row * 100 + 90, "#3a302b", corner=6)
    canvas.disc(300, 360, 130, "#d9a441")
    canvas.disc(300, 360, 74, "#2b2320")
    canvas.box(272, 470, 328, 800, "#d9a441")
    canvas.box(328, 680, 410, 724, "#d9a441")
    canvas.box(328, 750, 380, 794, "#d9a441")
    return canvas


def master_class() -> Canvas:
    canvas = Canvas("#dfe7e4")
    canvas.box(0, 620, 600, 900, "#a9805b")
    canvas.box(0, 620, 600, 646, "#8d6847")
    canvas.box(90, 440, 220, 640, "#3d6b72", corner=16)
    for x, top, colour in ((120, 250, "#c9572d"), (155, 200, "#2a3a4d"), (190, 270, "#d9a441")):
        canvas.line([(x, top), (x, 450)], "#6d5138", 12)
        canvas.oval(x - 16, top - 60, x + 16, top + 20, colour)
    canvas.shape([(290, 640), (330, 420), (500, 420), (540, 640)], "#f6f1e6")
    for row in range(3):
        canvas.line([(335, 470 + row * 50), (495, 470 + row * 50)], "#9aa7a3", 6)
    canvas.disc(415, 300, 66, "#e0b48a")
    canvas.oval(330, 190, 500, 270, "#ffffff")
    canvas.box(352, 240, 478, 280, "#ffffff")
    return canvas


PICTURES: tuple[Callable[[], Canvas], ...] = (
    *(concert, stand_up, exhibition, theater, cinema, sport, excursion, show, quest, master_class),
)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for draw in PICTURES:
        draw().finished().save(FOLDER / f"{draw.__name__}.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
