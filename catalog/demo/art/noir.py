"""Posters: the newsroom, two bad roads and a slow poison."""

from random import Random

from catalog.demo.art.canvas import Canvas, bow


def his_girl_friday() -> Canvas:
    canvas, dice = Canvas("#b3282d"), Random(1940)
    canvas.rays(300, 470, 20, "#a11f26")
    canvas.shape([(64, 150), (520, 104), (560, 700), (104, 746)], "#8a171d")
    canvas.shape([(52, 138), (508, 92), (548, 688), (92, 734)], "#f5ecd6")
    canvas.words(288, 158, "THE MORNING POST", 34, "#2a2320", weight=1, angle=5.7, fit=400, spacing=2)
    canvas.line([(74, 206), (502, 163)], "#2a2320", 4)
    canvas.words(295, 236, "HIS GIRL", 84, "#1b1614", weight=4, angle=5.7, fit=420)
    canvas.words(302, 330, "FRIDAY", 100, "#1b1614", weight=5, angle=5.7, fit=420)
    for column in range(4):
        for row in range(17):
            x, y = 92 + column * 112 + row * 1.6, 426 - column * 11.5 + row * 17
            canvas.line([(x, y), (x + dice.choice([94, 94, 94, 60]), y - 9.6)], "#a89c86", 5)
    ink = "#1b1614"
    canvas.oval(212, 800, 432, 872, ink)
    canvas.box(298, 560, 346, 840, ink)
    canvas.oval(268, 520, 376, 590, ink)
    canvas.shape([(270, 545), (240, 470), (404, 470), (374, 545)], ink)
    canvas.oval(238, 446, 406, 496, "#3a312d")
    canvas.oval(262, 456, 382, 486, ink)
    canvas.line([(372, 640), (430, 640)], ink, 17)
    canvas.shape([(418, 560), (454, 560), (464, 720), (408, 720)], ink)
    canvas.oval(396, 700, 476, 744, ink)
    canvas.line([(436, 744), (450, 830), (540, 860), (620, 842)], ink, 7)
    canvas.words(300, 46, "CARY GRANT · ROSALIND RUSSELL", 24, "#f5ecd6", spacing=3)
    canvas.words(100, 856, "1940", 34, "#f5ecd6", weight=1, spacing=6, fit=160)
    return canvas


def detour() -> Canvas:
    canvas = Canvas("#0f141c")
    canvas.fade(0, 470, "#0b0f18", "#3a4560")
    canvas.disc(468, 120, 46, "#dfe3ea")
    canvas.disc(450, 110, 44, "#151b29")
    canvas.shape([(0, 470), (0, 400), (120, 360), (250, 440), (360, 385), (600, 430), (600, 470)], "#10151f")
    canvas.box(0, 468, 600, 900, "#1c2026")
    canvas.shape([(290, 468), (310, 468), (620, 900), (-20, 900)], "#2c3138")
    for step in range(5):
        top = 484 + step * step * 13
        half = 1.5 + step * 2.6
        canvas.shape(
            [
                (300 - half, top),
                (300 + half, top),
                (300 + half * 1.7, top + 12 + step * 15),
                (300 - half * 1.7, top + 12 + step * 15),
            ],
            "#e8c53a",
        )
    for side in (-1, 1):
        canvas.shape([(300 + side * x, y) for x, y in [(9, 470), (14, 470), (330, 900), (250, 900)]], "#3b4048")
    canvas.box(166, 300, 184, 760, "#5b4632")
    canvas.box(416, 300, 434, 760, "#5b4632")
    for x, y in ((175, 292), (425, 292)):
        canvas.disc(x, y, 19, "#e0432d")
        canvas.disc(x, y, 10, "#ffb199")
    canvas.box(46, 330, 554, 500, "#e8b92c", corner=10)
    canvas.frame(58, 342, 542, 488, "#15181d", 6)
    canvas.words(300, 414, "DETOUR", 112, "#15181d", weight=4.5, spacing=6, fit=450)
    canvas.box(46, 524, 554, 600, "#efe9dc", corner=6)
    for x in range(20, 560, 72):
        canvas.shape([(max(46, x), 600), (x + 36, 524), (x + 72, 524), (x + 36, 600)], "#c8352a")
    canvas.shape([(554, 520), (600, 520), (600, 604), (554, 604)], "#262b32")
    canvas.box(0, 812, 600, 900, "#0f141c")
    canvas.words(300, 856, "TOM NEAL · ANN SAVAGE · 1945", 25, "#e8c53a", spacing=4)
    return canvas


def doa() -> Canvas:
    canvas = Canvas("#0d1210")
    canvas.words(300, 158, "D.O.A.", 190, "#e9efe4", weight=8, spacing=4, fit=520)
    glow = "#b8f23a"
    for radius, colour in ((215, "#131d10"), (170, "#1b2c12"), (125, "#294316")):
        canvas.disc(300, 520, radius, colour)
    canvas.shape([(190, 350), (410, 350), (372, 640), (228, 640)], "#dfe9dc")
    canvas.shape([(202, 362), (398, 362), (363, 628), (237, 628)], "#172016")
    canvas.shape([(214, 450), (386, 450), (363, 628), (237, 628)], glow)
    canvas.oval(212, 436, 388, 466, "#dcff8a")
    for x, y, radius in [(270, 520, 12), (318, 560, 17), (286, 590, 9), (338, 500, 8), (262, 560, 6)]:
        canvas.ring(x, y, radius, "#5f8a12", 4)
    canvas.oval(258, 476, 342, 556, "#2c4410")
    canvas.box(278, 540, 322, 580, "#2c4410", corner=6)
    for x in (282, 318):
        canvas.disc(x, 514, 13, glow)
    canvas.shape([(300, 528), (292, 544), (308, 544)], glow)
    for x in (289, 300, 311):
        canvas.box(x - 1.5, 560, x + 1.5, 580, glow)
    beat = [(0, 728), (120, 728), (140, 700), (160, 728), (186, 728), (206, 650), (232, 764), (252, 728), (300, 728)]
    canvas.line(beat, "#e34234", 7)
    canvas.line([(300, 728), (322, 712), (340, 728), (600, 728)], "#e34234", 7)
    canvas.words(300, 806, "I WANT TO REPORT A MURDER", 29, "#e9efe4", spacing=3)
    canvas.words(300, 856, "EDMOND O'BRIEN · 1950", 21, "#7d8f76", spacing=5)
    return canvas


def the_hitch_hiker() -> Canvas:
    canvas = Canvas("#e2793b")
    canvas.fade(0, 430, "#8d2f3c", "#f4a24c")
    canvas.disc(300, 420, 108, "#ffdd8c")
    canvas.shape([(0, 430), (0, 370), (110, 350), (150, 400), (260, 430)], "#6b2a3a")
    canvas.shape([(600, 430), (600, 350), (520, 330), (470, 395), (360, 430)], "#6b2a3a")
    canvas.box(0, 428, 600, 900, "#c98546")
    canvas.shape([(292, 428), (308, 428), (520, 760), (80, 760)], "#3a3036")
    canvas.shape([(298, 440), (302, 440), (314, 740), (286, 740)], "#f3d27a")
    ink = "#181318"
    canvas.shape([(0, 0), (70, 0), (14, 720), (0, 720)], ink)
    canvas.shape([(600, 0), (530, 0), (586, 720), (600, 720)], ink)
    canvas.box(0, 0, 600, 40, ink)
    canvas.shape([(0, 720), (300, 668), (600, 720), (600, 900), (0, 900)], ink)
    canvas.box(288, 30, 312, 120, ink)
    canvas.box(82, 104, 518, 284, ink, corner=60)
    canvas.box(98, 120, 502, 268, "#d9c3a4", corner=46)
    canvas.shape([*bow(128, 262, 204, 44), *reversed(bow(128, 262, 204, -36))], "#fbf6ea")
    canvas.disc(196, 200, 29, "#5d7d6a")
    canvas.disc(196, 200, 14, ink)
    canvas.shape([*bow(338, 472, 204, 44), *reversed(bow(338, 472, 204, -36))], "#fbf6ea")
    canvas.disc(404, 212, 27, "#5d7d6a")
    canvas.disc(404, 212, 13, ink)
    canvas.shape([*bow(334, 476, 206, 50), (476, 214), (334, 206)], "#b79a78")
    canvas.line([(118, 150), (190, 138), (272, 164)], "#3b2a22", 12)
    canvas.line([(328, 164), (410, 150), (480, 160)], "#3b2a22", 12)
    canvas.ring(470, 900, 170, "#3b3138", 22)
    canvas.words(300, 776, "THE HITCH-HIKER", 62, "#f4a24c", weight=2.5, spacing=3, fit=520)
    canvas.words(300, 842, "IDA LUPINO · 1953", 24, "#d9c3a4", spacing=6)
    return canvas
