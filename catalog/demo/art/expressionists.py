"""Posters: Caligari, Nosferatu, Faust and the Phantom."""

from catalog.demo.art.canvas import Canvas, around, bow


def the_cabinet_of_dr_caligari() -> Canvas:
    canvas = Canvas("#d8a13b")
    canvas.shape([(0, 0), (210, 0), (120, 900), (0, 900)], "#1d1a24")
    canvas.shape([(600, 0), (470, 0), (380, 520), (600, 900)], "#2c4a52")
    canvas.shape([(120, 900), (290, 470), (400, 470), (600, 900)], "#efe2bd")
    canvas.shape([(210, 900), (312, 500), (345, 500), (330, 900)], "#1d1a24")
    canvas.shape([(40, 250), (140, 215), (118, 395), (58, 430)], "#efe2bd")
    canvas.line([(92, 232), (88, 412)], "#1d1a24", 7)
    canvas.line([(50, 340), (128, 305)], "#1d1a24", 7)
    canvas.shape([(468, 180), (575, 240), (560, 400), (455, 330)], "#d8a13b")
    canvas.line([(520, 210), (508, 366)], "#1d1a24", 7)
    canvas.line([(462, 255), (567, 320)], "#1d1a24", 7)
    canvas.shape([(210, 0), (470, 0), (330, 470)], "#e9bf63")
    for tip, x in ((300, 250), (350, 300), (330, 360), (290, 410)):
        canvas.line([(x, tip), (x + 24, tip + 130)], "#b97c1f", 5)
    canvas.shape([(300, 470), (392, 462), (415, 640), (372, 860), (322, 860), (290, 640)], "#0d0b12")
    canvas.line([(310, 500), (236, 560), (196, 470)], "#0d0b12", 22)
    canvas.line([(388, 500), (440, 585), (428, 690)], "#0d0b12", 22)
    canvas.oval(316, 372, 376, 462, "#efe2bd")
    canvas.shape([(310, 415), (318, 366), (346, 352), (376, 366), (384, 415), (366, 388), (328, 390)], "#0d0b12")
    for x in (331, 361):
        canvas.disc(x, 416, 9, "#0d0b12")
    canvas.words(334, 84, "THE CABINET OF", 40, "#1d1a24", weight=1.5, angle=5, spacing=3, fit=252)
    canvas.words(306, 168, "DR. CALIGARI", 76, "#c92a1e", weight=3.5, angle=-4)
    canvas.words(62, 850, "1920", 34, "#d8a13b", weight=1, angle=8, fit=86)
    return canvas


def nosferatu() -> Canvas:
    canvas = Canvas("#8fa08a")
    canvas.fade(0, 900, "#a9b79a", "#4e6258")
    for step in range(9):
        x, y = step * 75, 830 - step * 52
        canvas.box(x, y, 600, 900, "#3c4c45")
        canvas.box(x, y, x + 75, y + 9, "#6c8075")
        canvas.line([(x + 40, y), (x + 40, y - 150)], "#2f3d38", 6)
    canvas.line([(0, 700), (640, 256)], "#2f3d38", 12)
    ink = "#121b19"
    canvas.shape([(230, 900), (250, 520), (300, 440), (400, 440), (452, 520), (480, 900)], ink)
    canvas.oval(290, 270, 410, 460, ink)
    for side in (-1, 1):
        canvas.shape([(350 + side * 50, 390), (350 + side * 92, 290), (350 + side * 55, 330)], ink)
    canvas.line([(285, 560), (180, 540), (118, 440)], ink, 40)
    for angle in (205, 228, 251, 274, 299):
        knuckle, tip = around(112, 425, 78, angle), around(112, 425, 165, angle + 9)
        canvas.line([(112, 425), knuckle], ink, 13)
        canvas.shape([around(*knuckle, 8, angle + 90), tip, around(*knuckle, 8, angle - 90)], ink)
    canvas.words(300, 108, "NOSFERATU", 92, "#121b19", weight=2.5, spacing=4, fit=524)
    canvas.words(300, 176, "A SYMPHONY OF HORROR", 26, "#24332e", spacing=6)
    canvas.words(300, 858, "F. W. MURNAU · 1922", 24, "#cfd9c2", spacing=5)
    return canvas


def faust() -> Canvas:
    canvas = Canvas("#1a1420")
    canvas.fade(0, 800, "#7a2a22", "#f3b95e")
    canvas.disc(300, 265, 195, "#e08a3c")
    canvas.disc(300, 265, 158, "#f6c871")
    wings = [(300, 250), (350, 170), (470, 130), (600, 190), (600, 640), (540, 560), (480, 640), (420, 560), (360, 640)]
    canvas.shape([*wings, (300, 560), *[(600 - x, y) for x, y in reversed(wings)]], "#15101c")
    canvas.oval(250, 165, 350, 310, "#15101c")
    for side in (-1, 1):
        canvas.shape([(300 + side * 12, 185), (300 + side * 70, 90), (300 + side * 46, 220)], "#15101c")
        canvas.shape([(300 + side * 10, 248), (300 + side * 38, 232), (300 + side * 32, 252)], "#f1b456")
    roofs = [
        (20, 110, 70),
        (90, 160, 60),
        (150, 120, 90),
        (240, 190, 50),
        (290, 130, 80),
        (370, 170, 60),
        (430, 120, 80),
    ]
    for x, height, width in [*roofs, (510, 150, 90)]:
        canvas.box(x, 800 - height, x + width, 800, "#3a2233")
        canvas.shape([(x - 8, 800 - height), (x + width / 2, 738 - height), (x + width + 8, 800 - height)], "#6e2f2b")
        canvas.box(x + width / 2 - 7, 820 - height, x + width / 2 + 7, 845 - height, "#f1b456")
    canvas.shape([(232, 612), (265, 480), (298, 612)], "#6e2f2b")
    canvas.box(0, 780, 600, 900, "#15101c")
    canvas.words(300, 836, "FAUST", 92, "#f1b456", weight=2, spacing=40)
    canvas.words(300, 46, "F. W. MURNAU · 1926", 22, "#f6c871", spacing=6)
    return canvas


def the_phantom_of_the_opera() -> Canvas:
    canvas = Canvas("#14080c")
    for x in range(0, 600, 40):
        inside = 150 < x < 410
        canvas.box(x, 0, x + 20, 900, "#1f0d13" if inside else "#7d1420")
        canvas.box(x + 20, 0, x + 40, 900, "#14080c" if inside else "#5a0d17")
    canvas.shape([*bow(-60, 330, 0, -260), (-60, 0)], "#9c1b28")
    canvas.shape([*bow(270, 660, 0, -260), (660, 0)], "#9c1b28")
    for x in range(0, 600, 30):
        canvas.disc(x + 15, 14, 5, "#d9b25f")
    face = [
        (300, 330),
        (372, 318),
        (430, 352),
        (446, 440),
        (424, 530),
        (378, 590),
        (346, 560),
        (352, 520),
        (318, 500),
        (330, 440),
    ]
    canvas.shape(face, "#f4eee0")
    canvas.shape([(346, 430), (376, 408), (414, 424), (398, 450), (366, 454)], "#14080c")
    canvas.line(bow(342, 420, 396, 16), "#c9bda4", 6)
    canvas.line([(390, 500), (378, 560)], "#c9bda4", 5)
    half = [(288, 330), (228, 318), (170, 352), (154, 440), (176, 530), (222, 600), (288, 640)]
    canvas.shape(half, "#2b1219")
    canvas.disc(222, 436, 26, "#14080c")
    canvas.disc(224, 438, 7, "#e23b3b")
    canvas.line(bow(206, 282, 585, 12), "#14080c", 7)
    for x in (70, 530):
        canvas.box(x - 5, 640, x + 5, 720, "#d9b25f")
        canvas.shape([(x - 11, 636), (x, 596), (x + 11, 636)], "#f6d98a")
    canvas.words(300, 716, "THE PHANTOM", 60, "#f4eee0", weight=2, spacing=4, fit=380)
    canvas.words(300, 776, "OF THE OPERA", 46, "#d9b25f", weight=1, spacing=6, fit=380)
    canvas.words(300, 846, "LON CHANEY · 1925", 22, "#f4eee0", spacing=5)
    return canvas
