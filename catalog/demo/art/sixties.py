"""Posters: the plant, the pavilion, the stamps and the farmhouse."""

from catalog.demo.art.canvas import Canvas, around, bow


def the_little_shop_of_horrors() -> Canvas:
    canvas = Canvas("#f4b6c4")
    canvas.rays(300, 400, 14, "#f7c6d0")
    _awning(canvas)
    leaf, dark = "#3f8f4f", "#23603a"
    canvas.line([(300, 720), (292, 640), (322, 580), (300, 530)], dark, 26)
    for side in (-1, 1):
        canvas.shape([(300 + side * x, y) for x, y in [(0, 690), (90, 610), (210, 600), (150, 680)]], leaf)
        canvas.line([(300 + side * 10, 686), (300 + side * 160, 630)], dark, 5)
    canvas.disc(300, 400, 172, leaf)
    for x, y, radius in [
        (200, 290, 14),
        (260, 258, 18),
        (350, 262, 13),
        (400, 300, 18),
        (220, 520, 14),
        (380, 515, 16),
    ]:
        canvas.disc(x, y, radius, "#6db868")
    mouth = [(120, 400), (300, 320), (480, 400), (300, 490)]
    canvas.shape(mouth, "#8f1631")
    canvas.shape([(230, 440), (300, 400), (370, 440), (300, 476)], "#e8637c")
    for number in range(8):
        x = 132 + number * 42
        height = 400 - (180 - abs(x + 21 - 300)) * 0.44
        lower = 400 + (180 - abs(x + 21 - 300)) * 0.5
        canvas.shape([(x, height + 8), (x + 42, height + 8), (x + 21, height + 46)], "#fff6ee")
        canvas.shape([(x, lower - 6), (x + 42, lower - 6), (x + 21, lower - 38)], "#fff6ee")
    canvas.line([(120, 400), (300, 318), (480, 400)], dark, 17)
    canvas.line([(120, 400), (300, 494), (480, 400)], dark, 17)
    canvas.shape([(196, 716), (404, 716), (376, 822), (224, 822)], "#c8643a")
    canvas.box(182, 694, 418, 734, "#dd7a4a", corner=6)
    canvas.words(300, 138, "THE LITTLE SHOP", 58, "#5b1b33", weight=2.5, fit=530)
    canvas.words(300, 200, "OF HORRORS", 58, "#d23b52", weight=3, fit=400)
    canvas.box(0, 822, 600, 900, "#5b1b33")
    canvas.words(300, 862, "ROGER CORMAN · 1960", 26, "#f4b6c4", spacing=6)
    return canvas


def _awning(canvas: Canvas) -> None:
    for x in range(0, 600, 75):
        canvas.box(x, 0, x + 38, 66, "#d23b52")
        canvas.slice(x + 19, 64, 19, 0, 180, "#d23b52")
        canvas.box(x + 38, 0, x + 75, 66, "#fff6ee")
        canvas.slice(x + 56, 64, 19, 0, 180, "#fff6ee")


def carnival_of_souls() -> Canvas:
    canvas = Canvas("#1b2530")
    canvas.fade(0, 560, "#1b2530", "#5f7a86")
    ink = "#10171e"
    for x, radius in ((110, 52), (300, 105), (490, 52)):
        canvas.slice(x, 430, radius, 180, 360, ink)
        canvas.box(x - radius, 428, x + radius, 560, ink)
        canvas.line([(x, 430 - radius - 46), (x, 430 - radius)], ink, 6)
    canvas.box(30, 490, 570, 560, ink)
    for x in range(52, 560, 46):
        canvas.slice(x + 10, 520, 11, 180, 360, "#c9b66b")
        canvas.box(x - 1, 519, x + 21, 548, "#c9b66b")
    canvas.fade(560, 900, "#4f6a77", "#131b23")
    for step in range(12):
        half = 250 - step * 12 + (step % 2) * 26
        canvas.box(300 - half, 566 + step * 17, 300 + half, 573 + step * 17, "#1b2731", corner=3)
    for x, y, size in ((300, 690, 1.25), (146, 735, 0.86), (454, 735, 0.86)):
        canvas.oval(x - 62 * size, y - 84 * size, x + 62 * size, y + 92 * size, "#dfe6e2")
        canvas.slice(x, y - 22 * size, 66 * size, 180, 360, "#20262b")
        for side in (-1, 1):
            canvas.disc(x + side * 25 * size, y + 2 * size, 19 * size, "#39444b")
            canvas.disc(x + side * 25 * size, y + 2 * size, 7 * size, "#f6f8f4")
        canvas.line(bow(x - 20 * size, x + 20 * size, y + 52 * size, 6 * size), "#39444b", 5 * size)
    canvas.words(300, 90, "CARNIVAL", 92, "#e6ecdf", weight=2, spacing=10, fit=540)
    canvas.words(300, 182, "OF SOULS", 70, "#c9b66b", weight=1.5, spacing=18, fit=460)
    canvas.words(300, 866, "HERK HARVEY · 1962", 22, "#c9b66b", spacing=6)
    return canvas


def charade() -> Canvas:
    canvas = Canvas("#3c1f5b")
    palette = ["#f2467a", "#f79a2e", "#26a5a0", "#f5d548"]
    for row in range(3):
        for column in range(2):
            _stamp(canvas, 48 + column * 262, 40 + row * 206, palette[(row + column * 2) % 4])
    for radius, colour in ((72, "#3c1f5b"), (56, "#f5d548"), (40, "#3c1f5b"), (24, "#f5d548"), (9, "#3c1f5b")):
        canvas.disc(169, 129, radius, colour)
    canvas.disc(431, 112, 36, "#3c1f5b")
    canvas.slice(431, 190, 60, 180, 360, "#3c1f5b")
    canvas.oval(372, 76, 490, 96, "#3c1f5b")
    canvas.box(400, 52, 462, 88, "#3c1f5b")
    canvas.shape([(100, 390), (169, 266), (238, 390)], "#3c1f5b")
    canvas.shape([(139, 390), (169, 330), (199, 390)], "#f79a2e")
    canvas.line([(169, 266), (169, 250)], "#3c1f5b", 6)
    canvas.box(122, 338, 216, 348, "#3c1f5b")
    canvas.disc(431, 320, 44, "#3c1f5b")
    canvas.slice(431, 398, 58, 180, 360, "#3c1f5b")
    canvas.box(395, 308, 467, 326, "#f2467a", corner=8)
    for x in (413, 449):
        canvas.disc(x, 318, 17, "#fff5df")
        canvas.disc(x, 318, 11, "#3c1f5b")
    canvas.line([(106, 540), (232, 540)], "#3c1f5b", 22)
    canvas.shape([(214, 500), (262, 540), (214, 580)], "#3c1f5b")
    canvas.words(431, 540, "$", 150, "#3c1f5b", weight=5)
    canvas.words(300, 722, "CHARADE", 108, "#fff5df", weight=4, spacing=6, fit=530)
    canvas.words(300, 806, "AUDREY HEPBURN · CARY GRANT", 26, "#f79a2e", weight=0.5, spacing=3)
    canvas.words(300, 856, "PARIS, 1963", 24, "#26a5a0", spacing=8)
    return canvas


def _stamp(canvas: Canvas, left: float, top: float, colour: str) -> None:
    canvas.box(left, top, left + 242, top + 182, "#fff5df")
    for x in range(0, 243, 22):
        canvas.disc(left + x, top, 7, "#3c1f5b")
        canvas.disc(left + x, top + 182, 7, "#3c1f5b")
    for y in range(0, 183, 23):
        canvas.disc(left, top + y, 7, "#3c1f5b")
        canvas.disc(left + 242, top + y, 7, "#3c1f5b")
    canvas.box(left + 18, top + 16, left + 224, top + 166, colour)


def night_of_the_living_dead() -> Canvas:
    canvas = Canvas("#1a1d1a")
    canvas.fade(0, 600, "#0f1210", "#6c7a5a")
    canvas.disc(440, 318, 108, "#d9dfb2")
    for x, y, radius in [(410, 290, 20), (475, 350, 26), (460, 270, 12)]:
        canvas.disc(x, y, radius, "#c4cb98")
    ink = "#0b0d0b"
    canvas.shape([(0, 640), (170, 540), (330, 520), (600, 620), (600, 900), (0, 900)], ink)
    canvas.box(160, 400, 300, 545, ink)
    canvas.shape([(144, 406), (230, 318), (316, 406)], ink)
    canvas.box(262, 320, 284, 372, ink)
    canvas.box(186, 440, 212, 478, "#f3b63f")
    canvas.line([(182, 450), (216, 468)], ink, 6)
    canvas.line([(182, 470), (216, 446)], ink, 6)
    canvas.box(246, 440, 272, 478, "#f3b63f")
    canvas.line([(242, 459), (276, 459)], ink, 6)
    for x, height in ((380, 70), (450, 84), (520, 74), (70, 66)):
        base = 590 if x > 200 else 620
        canvas.disc(x + 6, base - height - 8, 13, ink)
        canvas.shape(
            [(x - 16, base + 20), (x - 12, base - height), (x + 18, base - height + 4), (x + 18, base + 20)], ink
        )
        canvas.line([(x - 4, base - height + 12), (x - 44, base - height + 20)], ink, 9)
    for x, y, tilt in ((120, 735, -8), (470, 725, 9), (300, 705, 0)):
        _hand(canvas, x, y, tilt, "#8b9a72")
    canvas.box(0, 812, 600, 900, "#a8231c")
    canvas.words(300, 82, "NIGHT OF THE", 46, "#d9dfb2", weight=1.5, spacing=8, fit=520)
    canvas.words(300, 154, "LIVING DEAD", 78, "#d9281f", weight=4, spacing=3, fit=530)
    canvas.words(300, 858, "GEORGE A. ROMERO · 1968", 28, "#f5ecd6", weight=0.5, spacing=4)
    return canvas


def _hand(canvas: Canvas, x: float, y: float, tilt: float, colour: str) -> None:
    canvas.line([(x - tilt, 830), (x, y)], colour, 34)
    canvas.disc(x, y - 8, 31, colour)
    for number, angle in enumerate((-138, -112, -90, -68)):
        knuckle = around(x, y - 8, 48, angle + tilt)
        bent = angle + tilt + (12 if number % 2 else -14)
        canvas.line([around(x, y - 8, 22, angle + tilt), knuckle, around(*knuckle, 27, bent)], colour, 12)
    canvas.line([(x + 22, y), (x + 50, y - 18), (x + 56, y - 42)], colour, 12)
