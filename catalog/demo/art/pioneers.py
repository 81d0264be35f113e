"""Posters: the Moon, the witches, the dinosaurs and the battleship."""

from random import Random

from catalog.demo.art.canvas import Canvas, around, bow


def a_trip_to_the_moon() -> Canvas:
    canvas, dice = Canvas("#14213f"), Random(1902)
    for _ in range(90):
        canvas.disc(dice.uniform(0, 600), dice.uniform(0, 900), dice.choice([1, 1.5, 2.5]), "#f2e9d0")
    canvas.disc(300, 520, 252, "#22345e")
    canvas.disc(300, 520, 225, "#f3e3b3")
    for x, y, radius in [(180, 400, 26), (420, 660, 34), (250, 690, 18), (130, 560, 20), (300, 350, 16)]:
        canvas.disc(x, y, radius, "#e2cc8d")
    canvas.disc(215, 490, 30, "#ffffff")
    canvas.disc(222, 496, 15, "#14213f")
    canvas.line(bow(170, 262, 448, 16), "#a8864a", 8)
    canvas.line(bow(215, 385, 612, -54), "#a8864a", 10)
    canvas.line([(296, 500), (280, 575), (312, 580)], "#c8a765", 8)
    canvas.disc(378, 486, 40, "#b9994f")
    canvas.shape([(366, 506), (394, 470), (532, 310), (574, 352), (410, 508)], "#8c3b2a")
    canvas.shape([(366, 506), (394, 470), (436, 421), (478, 440), (410, 508)], "#c9563c")
    canvas.shape([(532, 310), (562, 288), (594, 322), (574, 352)], "#e8d7a4")
    canvas.line([(378, 530), (366, 566), (374, 590)], "#b3432f", 9)
    canvas.words(300, 84, "A TRIP", 62, "#f3e3b3", weight=1.5, spacing=14)
    canvas.words(300, 152, "TO THE MOON", 62, "#f3e3b3", weight=1.5, spacing=8)
    canvas.words(300, 842, "GEORGES MÉLIÈS · 1902", 26, "#c9b375", spacing=5)
    return canvas


def haxan() -> Canvas:
    canvas = Canvas("#2a0a0d")
    canvas.rays(300, 400, 18, "#3d0e12")
    canvas.disc(300, 400, 212, "#d9542b")
    canvas.disc(300, 400, 190, "#f0a13a")
    for side in (-1, 1):
        horn = [
            (300 + side * x, y)
            for x, y in [(40, 330), (95, 300), (150, 215), (140, 130), (205, 235), (175, 340), (95, 395)]
        ]
        canvas.shape(horn, "#1a0507")
        canvas.shape([(300 + side * x, y) for x, y in [(85, 372), (190, 360), (215, 400), (110, 415)]], "#1a0507")
    canvas.shape([(205, 345), (395, 345), (385, 450), (340, 545), (300, 610), (260, 545), (215, 450)], "#1a0507")
    for side in (-1, 1):
        eye = [(300 + side * x, y) for x, y in [(22, 432), (68, 402), (62, 438), (30, 448)]]
        canvas.shape(eye, "#f0a13a")
        canvas.disc(300 + side * 16, 548, 6, "#d9542b")
    for x in range(-20, 640, 60):
        canvas.shape([(x - 60, 900), (x, 640 + (x * 37) % 90), (x + 66, 900)], "#8f1d1d")
    for x in range(-50, 640, 60):
        canvas.shape([(x - 50, 900), (x + 6, 725 + (x * 53) % 70), (x + 60, 900)], "#d9542b")
    canvas.box(0, 795, 600, 900, "#1a0507")
    canvas.words(300, 92, "HÄXAN", 118, "#f3dfb4", weight=3, spacing=18)
    canvas.words(300, 846, "WITCHCRAFT THROUGH THE AGES · 1922", 22, "#f0a13a", spacing=3)
    return canvas


def the_lost_world() -> Canvas:
    canvas = Canvas("#f5c96a")
    canvas.fade(0, 560, "#f08a4b", "#f7d27c")
    canvas.disc(390, 330, 150, "#fff0c0")
    canvas.shape([(0, 560), (90, 430), (150, 380), (205, 380), (260, 450), (360, 580)], "#a45a3d")
    canvas.shape([(150, 380), (205, 380), (190, 412), (178, 396), (166, 416)], "#ffdf8a")
    canvas.shape([(330, 600), (430, 505), (600, 480), (600, 640), (330, 640)], "#8b4b3a")
    canvas.box(0, 560, 600, 900, "#4d6b3c")
    back = [*bow(120, 430, 610, 120), (560, 668), (430, 660), (150, 660)]
    canvas.shape(back, "#20382f")
    canvas.line([(160, 600), (138, 520), (160, 430), (190, 350), (232, 300)], "#20382f", 46)
    canvas.shape([(205, 272), (262, 268), (318, 296), (316, 316), (240, 330)], "#20382f")
    canvas.disc(262, 288, 5, "#f7d27c")
    for x in (185, 245, 350, 405):
        canvas.box(x, 630, x + 38, 760, "#20382f", corner=10)
    for x in range(-40, 640, 44):
        tip = 690 + (x * 29) % 60
        canvas.shape([(x - 50, 900), (x + 10, tip), (x + 34, 900)], "#35552f" if x % 88 else "#2a4727")
    for angle in range(190, 355, 27):
        canvas.line([(590, 520), around(590, 520, 190, angle - 40)], "#2a4727", 16)
    canvas.shape([(575, 510), (605, 510), (600, 900), (548, 900)], "#35291f")
    canvas.words(300, 78, "THE LOST WORLD", 66, "#3b1c14", weight=2, spacing=3)
    canvas.words(300, 134, "ARTHUR CONAN DOYLE'S STORY · 1925", 21, "#3b1c14", spacing=3)
    return canvas


def battleship_potemkin() -> Canvas:
    canvas = Canvas("#efe6d2")
    canvas.shape([(0, 0), (600, 0), (600, 250), (0, 640)], "#c8241c")
    canvas.rays(600, 0, 9, "#d93a2c", start=90, sweep=90)
    canvas.shape([(0, 640), (600, 250), (600, 285), (0, 675)], "#161616")
    canvas.shape([(180, 900), (262, 445), (330, 445), (600, 640), (600, 900)], "#26303a")
    canvas.shape([(262, 445), (330, 445), (300, 900), (180, 900)], "#161616")
    for y, length in ((420, 250), (372, 215)):
        canvas.line([(372, y), (372 - length, y - length * 0.42)], "#161616", 19)
        canvas.disc(372 - length, y - length * 0.42, 13, "#161616")
    canvas.box(340, 330, 520, 470, "#26303a", corner=40)
    canvas.box(430, 235, 490, 345, "#161616")
    canvas.shape([(490, 150), (490, 235), (590, 192)], "#efe6d2")
    canvas.line([(490, 140), (490, 345)], "#161616", 6)
    for x in (400, 460, 520, 580):
        canvas.ring(x, 690 + (x - 400) // 6, 17, "#efe6d2", 6)
    for x in range(-30, 640, 90):
        canvas.slice(x, 905, 62, 180, 360, "#efe6d2")
        canvas.slice(x, 913, 46, 180, 360, "#c8241c")
    canvas.words(215, 150, "BATTLESHIP", 60, "#efe6d2", weight=2.5, angle=33, fit=400)
    canvas.words(112, 722, "POTEMKIN", 62, "#161616", weight=3, angle=90, fit=222)
    canvas.words(440, 775, "EISENSTEIN", 24, "#efe6d2", spacing=4)
    canvas.words(440, 812, "1925", 24, "#efe6d2", spacing=8)
    return canvas
