"""Posters: the city of towers, the lens, the lake and the saint."""

from catalog.demo.art.canvas import Canvas, around, bow


def metropolis() -> Canvas:
    canvas = Canvas("#14110d")
    canvas.rays(300, 330, 16, "#2b2214", start=180, sweep=180)
    gold, dark = "#d6a441", "#1b1710"
    for x, top, width in [(0, 360, 80), (70, 250, 70), (135, 400, 60), (410, 400, 60), (462, 270, 70), (525, 350, 80)]:
        canvas.box(x, top, x + width, 800, "#4a3a1e")
        canvas.box(x + width * 0.25, top - 60, x + width * 0.75, top, "#4a3a1e")
        canvas.line([(x + width / 2, top - 105), (x + width / 2, top - 60)], "#4a3a1e", 4)
        for y in range(top + 24, 790, 36):
            canvas.box(x + 12, y, x + width - 12, y + 9, gold if (x + y) % 5 else "#8a6a2c")
    canvas.shape([(180, 830), (206, 560), (394, 560), (420, 830)], gold)
    canvas.shape([(236, 830), (250, 600), (350, 600), (364, 830)], dark)
    for y in range(624, 830, 34):
        canvas.box(250, y, 350, y + 13, gold)
    canvas.box(256, 500, 344, 580, "#a87c2c")
    for y in (520, 544, 566):
        canvas.box(250, y, 350, y + 7, dark)
    canvas.oval(198, 236, 402, 520, gold)
    canvas.box(284, 208, 316, 520, "#f0cf7d", corner=14)
    for side in (-1, 1):
        canvas.disc(300 + side * 108, 372, 36, "#a87c2c")
        canvas.ring(300 + side * 108, 372, 36, dark, 5)
        canvas.shape([(300 + side * x, y) for x, y in [(22, 362), (82, 344), (86, 376), (28, 388)]], dark)
        canvas.shape([(300 + side * x, y) for x, y in [(34, 370), (72, 358), (74, 368), (36, 379)]], "#fff3c4")
    canvas.shape([(300, 366), (284, 432), (316, 432)], dark)
    canvas.box(258, 454, 342, 466, dark, corner=5)
    canvas.box(274, 474, 326, 481, dark, corner=3)
    canvas.box(0, 786, 600, 900, dark)
    canvas.words(300, 96, "METROPOLIS", 88, gold, weight=3, spacing=8, fit=548)
    canvas.box(26, 152, 574, 158, gold)
    canvas.words(300, 846, "FRITZ LANG · 1927", 30, gold, spacing=10)
    return canvas


def man_with_a_movie_camera() -> Canvas:
    canvas = Canvas("#e9e1cc")
    canvas.shape([(0, 0), (600, 0), (0, 760)], "#e2632b")
    canvas.rays(300, 360, 12, "#d3c8ab", start=10, sweep=150)
    ink, blue = "#17191c", "#2a5f86"
    for x in (110, 300, 490):
        canvas.line([(300, 560), (x, 905)], ink, 18)
    canvas.box(252, 540, 348, 592, ink)
    for x, y in ((188, 150), (412, 150)):
        canvas.disc(x, y, 88, ink)
        canvas.ring(x, y, 66, "#e9e1cc", 6)
        for angle in range(15, 375, 60):
            canvas.disc(*around(x, y, 42, angle), 13, "#e9e1cc")
        canvas.disc(x, y, 9, "#e9e1cc")
    canvas.box(120, 208, 480, 545, ink, corner=18)
    canvas.disc(300, 376, 142, blue)
    canvas.ring(300, 376, 142, "#e9e1cc", 11)
    canvas.ring(300, 376, 112, ink, 7)
    canvas.shape([*bow(196, 404, 376, 84), *reversed(bow(196, 404, 376, -84))], "#f7f2e3")
    canvas.disc(300, 376, 62, "#e2632b")
    canvas.disc(300, 376, 34, ink)
    canvas.disc(316, 358, 12, "#f7f2e3")
    canvas.line([(480, 330), (548, 330), (548, 410)], ink, 15)
    canvas.disc(548, 420, 19, "#e2632b")
    canvas.words(46, 560, "MAN WITH A", 54, ink, weight=2, angle=90, fit=330, spacing=4)
    canvas.words(554, 640, "MOVIE", 62, "#c8451a", weight=3, angle=-90, fit=230, spacing=4)
    canvas.box(0, 762, 600, 900, ink)
    canvas.words(300, 810, "CAMERA", 84, "#e9e1cc", weight=3.5, fit=500, spacing=12)
    canvas.words(300, 872, "DZIGA VERTOV · 1929", 22, "#e2632b", spacing=5)
    return canvas


def sunrise() -> Canvas:
    canvas = Canvas("#f7c7a0")
    canvas.fade(0, 540, "#5e6f9c", "#fbc48f")
    canvas.rays(300, 540, 15, "#f9d9ad", start=180, sweep=180)
    canvas.slice(300, 540, 196, 180, 360, "#f9b25c")
    canvas.slice(300, 540, 150, 180, 360, "#fde2a2")
    canvas.shape([(0, 540), (0, 470), (90, 430), (190, 500), (240, 540)], "#3d4168")
    canvas.shape([(600, 540), (600, 455), (520, 420), (420, 505), (370, 540)], "#3d4168")
    canvas.fade(540, 900, "#d98a6e", "#2a3158")
    for step in range(11):
        half = 186 - step * 14 + (step % 3) * 20
        canvas.box(300 - half, 556 + step * 22, 300 + half, 564 + step * 22, "#fbd79a", corner=4)
    ink = "#1d2142"
    canvas.shape([*bow(150, 450, 688, -64), (450, 672), (150, 672)], ink)
    for x, tilt in ((236, 8), (352, -8)):
        canvas.shape([(x - 30, 690), (x - 20, 612), (x + 20, 612), (x + 30, 690)], ink)
        canvas.disc(x + tilt, 590, 21, ink)
    canvas.slice(344, 588, 28, 170, 350, ink)
    canvas.line([(250, 640), (120, 760)], ink, 8)
    canvas.shape([(132, 736), (96, 790), (112, 796), (146, 752)], ink)
    canvas.words(300, 108, "SUNRISE", 104, "#1d2142", weight=2.5, spacing=14, fit=540)
    canvas.words(300, 182, "A SONG OF TWO HUMANS", 28, "#1d2142", weight=1, spacing=6)
    canvas.words(300, 856, "F. W. MURNAU · 1927", 24, "#f7c7a0", spacing=6)
    return canvas


def the_passion_of_joan_of_arc() -> Canvas:
    canvas = Canvas("#ece8e1")
    canvas.box(270, 0, 330, 900, "#dcd5ca")
    canvas.box(0, 190, 600, 250, "#dcd5ca")
    canvas.shape([(90, 900), (120, 720), (230, 640), (370, 640), (480, 720), (510, 900)], "#6b6660")
    canvas.box(244, 560, 356, 690, "#d8b699")
    canvas.oval(152, 170, 448, 640, "#ecd0b5")
    cap = [
        (146, 400),
        (132, 270),
        (190, 165),
        (300, 128),
        (410, 165),
        (468, 270),
        (454, 400),
        (430, 290),
        (372, 262),
        (330, 282),
    ]
    canvas.shape([*cap, (286, 260), (228, 270), (172, 292)], "#2b2725")
    for side in (-1, 1):
        x = 300 + side * 70
        canvas.shape([*bow(x - 44, x + 44, 385, 32), *reversed(bow(x - 44, x + 44, 385, -22))], "#fbf8f2")
        canvas.disc(x, 372, 21, "#57708a")
        canvas.disc(x, 370, 10, "#1c1a19")
        canvas.line(bow(x - 46, x + 46, 340, 18), "#4b3a30", 7)
        canvas.line(bow(x - 44, x + 44, 384, 32), "#4b3a30", 4)
    canvas.line([(300, 400), (284, 482), (308, 488)], "#c79f7f", 6)
    canvas.shape([*bow(258, 342, 548, 13), *reversed(bow(258, 342, 548, -15))], "#b9705f")
    canvas.shape([(226, 434), (214, 476), (226, 488), (238, 476)], "#9cc0d8")
    canvas.disc(226, 474, 12, "#9cc0d8")
    for number, x in enumerate(range(-30, 640, 48)):
        canvas.shape(
            [(x - 40, 900), (x, 700 + (number * 47) % 80), (x + 44, 900)], "#e0592a" if number % 2 else "#f2a03d"
        )
    canvas.box(0, 812, 600, 900, "#2b2725")
    canvas.words(300, 66, "THE PASSION OF", 34, "#2b2725", spacing=10)
    canvas.words(300, 842, "JOAN OF ARC", 54, "#ece8e1", weight=1.5, spacing=12)
    canvas.words(300, 884, "CARL THEODOR DREYER · 1928", 17, "#f2a03d", spacing=4)
    return canvas
