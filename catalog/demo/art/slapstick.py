"""Posters: Lloyd on the clock, Keaton on the rails and in the film, Chaplin at the door."""

from catalog.demo.art.canvas import Canvas, around, bow


def safety_last() -> Canvas:
    canvas = Canvas("#f2ead8")
    for top in range(150, 900, 130):
        for left in (18, 498):
            canvas.box(left, top, left + 84, top + 96, "#b9cdd2")
            canvas.box(left + 39, top, left + 45, top + 96, "#f2ead8")
            canvas.box(left - 6, top + 96, left + 90, top + 106, "#c9bfa6")
    canvas.disc(300, 400, 232, "#2d3b46")
    canvas.disc(300, 400, 208, "#fffaf0")
    for hour in range(12):
        angle = hour * 30
        canvas.line([around(300, 400, 172, angle), around(300, 400, 194, angle)], "#2d3b46", 12 if hour % 3 == 0 else 6)
    canvas.line([(300, 400), around(300, 400, 112, -28)], "#2d3b46", 17)
    x, y = minute = around(300, 400, 172, 32)
    canvas.line([(300, 400), minute], "#2d3b46", 12)
    canvas.disc(300, 400, 17, "#c4432f")
    canvas.line([(x - 28, y - 18), (x - 26, y + 42), (x - 6, y + 66)], "#1b232a", 14)
    canvas.line([(x - 2, y - 2), (x + 6, y + 66)], "#1b232a", 14)
    canvas.shape([(x - 24, y + 60), (x + 24, y + 60), (x + 26, y + 150), (x - 22, y + 150)], "#1b232a")
    canvas.line([(x - 12, y + 150), (x - 52, y + 196), (x - 46, y + 236)], "#1b232a", 18)
    canvas.line([(x + 14, y + 150), (x + 40, y + 206), (x + 70, y + 226)], "#1b232a", 18)
    canvas.disc(x, y + 36, 21, "#f0c9a0")
    for side in (-9, 9):
        canvas.ring(x + side, y + 36, 8, "#1b232a", 2)
    canvas.oval(x - 36, y + 9, x + 36, y + 24, "#e3b854")
    canvas.box(x - 20, y - 10, x + 20, y + 15, "#e3b854")
    canvas.box(x - 20, y + 6, x + 20, y + 13, "#c4432f")
    canvas.words(300, 72, "SAFETY LAST!", 80, "#c4432f", weight=3, spacing=2)
    canvas.words(250, 822, "HAROLD LLOYD", 34, "#2d3b46", weight=1, spacing=4, fit=340)
    canvas.words(250, 862, "1923", 24, "#2d3b46", spacing=10)
    return canvas


def the_general() -> Canvas:
    canvas = Canvas("#e7d9b8")
    canvas.fade(0, 700, "#7fa7a8", "#f1e3bd")
    for x, y, radius in [(300, 95, 72), (222, 130, 66), (388, 120, 76), (150, 190, 54), (460, 175, 60), (300, 160, 80)]:
        canvas.disc(x, y, radius, "#f8f3e4")
    canvas.shape([(0, 640), (180, 560), (420, 590), (600, 545), (600, 900), (0, 900)], "#7d8a4e")
    canvas.shape([(215, 600), (385, 600), (600, 900), (0, 900)], "#b79d70")
    for step in range(7):
        y, half = 640 + step * step * 7, 110 + step * 34
        canvas.box(300 - half, y, 300 + half, y + 6 + step * 3, "#5f4226")
    for side in (-1, 1):
        canvas.shape([(300 + side * x, y) for x, y in [(74, 600), (84, 600), (232, 900), (196, 900)]], "#4a4f55")
    ink, brass = "#23262b", "#d8a93f"
    canvas.shape([(252, 300), (268, 195), (232, 160), (368, 160), (332, 195), (348, 300)], ink)
    canvas.box(228, 152, 372, 170, brass, corner=6)
    canvas.disc(300, 430, 168, ink)
    canvas.ring(300, 430, 150, brass, 8)
    canvas.disc(300, 430, 112, "#33383f")
    canvas.ring(300, 430, 112, "#4c535c", 6)
    for angle in range(0, 360, 30):
        canvas.disc(*around(300, 430, 130, angle), 5, brass)
    canvas.box(262, 252, 338, 322, "#a8322a", corner=8)
    canvas.disc(300, 287, 27, "#fff3b8")
    canvas.box(112, 560, 488, 610, "#a8322a")
    canvas.shape([(150, 610), (450, 610), (520, 752), (80, 752)], "#a8322a")
    for number in range(9):
        canvas.line([(300 + (number - 4) * 30, 622), (300 + (number - 4) * 46, 744)], ink, 7)
    for x in (150, 450):
        canvas.disc(x, 585, 15, brass)
    canvas.words(300, 452, "3", 120, brass, weight=3)
    canvas.box(0, 776, 600, 900, ink)
    canvas.words(300, 820, "THE GENERAL", 66, "#f1e3bd", weight=2, spacing=6, fit=540)
    canvas.words(300, 872, "BUSTER KEATON · 1926", 19, brass, spacing=5)
    return canvas


def sherlock_jr() -> Canvas:
    canvas = Canvas("#12312f")
    canvas.shape([(40, 130), (560, 130), (330, 900), (270, 900)], "#1f4b45")
    canvas.shape([(130, 130), (470, 130), (318, 900), (282, 900)], "#2d6359")
    canvas.box(40, 60, 560, 420, "#f6efd9")
    canvas.frame(40, 60, 560, 420, "#0b1f1e", 9)
    for x in range(52, 552, 33):
        for y in (74, 392):
            canvas.box(x, y, x + 18, y + 14, "#12312f", corner=3)
    ink = "#12201f"
    canvas.shape([(222, 388), (236, 290), (364, 290), (378, 388)], ink)
    canvas.oval(252, 190, 348, 310, "#e9c9a1")
    canvas.oval(205, 176, 395, 204, ink)
    canvas.box(242, 134, 358, 190, ink, corner=14)
    canvas.box(242, 168, 358, 180, "#c8502f")
    canvas.line([(272, 280), (328, 280)], ink, 4)
    canvas.disc(276, 240, 7, ink)
    canvas.ring(338, 246, 74, "#d9a441", 15)
    canvas.disc(338, 246, 60, "#fffaf0")
    canvas.oval(290, 216, 386, 276, "#e9c9a1")
    canvas.disc(338, 246, 26, "#ffffff")
    canvas.disc(338, 246, 17, ink)
    canvas.disc(344, 240, 5, "#ffffff")
    canvas.line([(392, 302), (486, 402)], "#7a4520", 24)
    canvas.shape([(232, 900), (250, 800), (350, 800), (368, 900)], "#0b1f1e")
    canvas.disc(262, 776, 34, "#0b1f1e")
    canvas.disc(338, 776, 34, "#0b1f1e")
    for x in (262, 338):
        canvas.disc(x, 776, 12, "#d9a441")
    canvas.words(300, 520, "SHERLOCK", 88, "#f6efd9", weight=3, spacing=3, fit=540)
    canvas.words(300, 622, "JR.", 104, "#d9a441", weight=4, spacing=8)
    canvas.words(130, 868, "BUSTER KEATON", 20, "#f6efd9", spacing=2, fit=200)
    canvas.words(484, 868, "1924", 20, "#f6efd9", spacing=8)
    return canvas


def the_kid() -> Canvas:
    canvas = Canvas("#e8b84a")
    canvas.box(0, 690, 600, 900, "#b5763a")
    canvas.box(80, 150, 520, 690, "#6b3e26")
    canvas.box(104, 176, 496, 690, "#824d2f")
    for x, y in [(130, 204), (314, 204), (130, 450), (314, 450)]:
        canvas.frame(x, y, x + 156, y + 214, "#6b3e26", 7)
    canvas.disc(474, 440, 12, "#e8b84a")
    canvas.box(50, 690, 550, 726, "#d9c39a")
    canvas.box(20, 726, 580, 764, "#c7ad7f")
    ink = "#191412"
    canvas.shape([(150, 690), (164, 452), (208, 410), (292, 410), (334, 452), (350, 690)], ink)
    canvas.shape([(228, 410), (250, 470), (272, 410)], "#f3e7cd")
    canvas.oval(190, 282, 310, 424, "#f0cda4")
    canvas.shape([(172, 298), (328, 298), (312, 312), (188, 312)], ink)
    canvas.slice(250, 300, 68, 180, 360, ink)
    canvas.box(232, 374, 268, 388, ink)
    for x in (226, 274):
        canvas.disc(x, 345, 7, ink)
    canvas.shape([(340, 690), (350, 588), (372, 566), (438, 566), (458, 588), (470, 690)], "#8c8f86")
    canvas.shape([(352, 600), (368, 690), (340, 690)], "#6f726a")
    canvas.oval(358, 462, 450, 572, "#f0cda4")
    canvas.slice(404, 500, 58, 180, 360, "#55606b")
    canvas.shape([(346, 498), (462, 498), (486, 514), (360, 514)], "#3f4851")
    for x in (388, 422):
        canvas.disc(x, 528, 6, ink)
    canvas.line(bow(392, 420, 550, -6), ink, 4)
    canvas.line([(334, 470), (352, 560), (362, 606)], ink, 24)
    canvas.line([(160, 470), (118, 590)], ink, 24)
    canvas.line([(112, 600), (96, 722)], "#4a2b18", 8)
    canvas.arc(128, 598, 18, 150, 330, "#4a2b18", 8)
    canvas.words(300, 80, "THE KID", 104, ink, weight=3.5, spacing=10, fit=540)
    canvas.words(300, 832, "SIX REELS OF JOY, AND PERHAPS A TEAR", 21, "#fff3d2", spacing=2)
    canvas.words(300, 868, "1921", 24, "#fff3d2", spacing=12)
    return canvas
