"""Draw the posters of the demo programme: ``python -m catalog.demo.draw_posters``. Their files are checked in."""

from collections.abc import Callable
from pathlib import Path

from catalog.demo.art import expressionists, noir, pioneers, sixties, slapstick, visions
from catalog.demo.art.canvas import Canvas

FOLDER = Path(__file__).parent / "posters"
POSTERS: dict[str, Callable[[], Canvas]] = {
    "a-trip-to-the-moon": pioneers.a_trip_to_the_moon,
    "battleship-potemkin": pioneers.battleship_potemkin,
    "carnival-of-souls": sixties.carnival_of_souls,
    "charade": sixties.charade,
    "detour": noir.detour,
    "doa": noir.doa,
    "faust": expressionists.faust,
    "haxan": pioneers.haxan,
    "his-girl-friday": noir.his_girl_friday,
    "man-with-a-movie-camera": visions.man_with_a_movie_camera,
    "metropolis": visions.metropolis,
    "night-of-the-living-dead": sixties.night_of_the_living_dead,
    "nosferatu": expressionists.nosferatu,
    "safety-last": slapstick.safety_last,
    "sherlock-jr": slapstick.sherlock_jr,
    "sunrise": visions.sunrise,
    "the-cabinet-of-dr-caligari": expressionists.the_cabinet_of_dr_caligari,
    "the-general": slapstick.the_general,
    "the-hitch-hiker": noir.the_hitch_hiker,
    "the-kid": slapstick.the_kid,
    "the-little-shop-of-horrors": sixties.the_little_shop_of_horrors,
    "the-lost-world": pioneers.the_lost_world,
    "the-passion-of-joan-of-arc": visions.the_passion_of_joan_of_arc,
    "the-phantom-of-the-opera": expressionists.the_phantom_of_the_opera,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for slug, draw in POSTERS.items():
        draw().finished().save(FOLDER / f"{slug}.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
