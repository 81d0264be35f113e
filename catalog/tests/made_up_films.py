"""Films that nobody made, always the same ones, to search among: their words and names are near those of real films."""

from collections.abc import Iterator
from random import Random
from typing import Any

SEED = 1895
WORDS = """
Night Knight Dead Death Living Leaving Man Woman Human Camera Chamber Kid Kind King General Generation Lost Last Cost
World Word Moon Noon Moor Trip Strip Sun Son Song Sunset Morning Mourning Girl Boy Friday Sunday Phantom Phase Opera
Operator Shop Ship Horror Mirror Error Passion Fashion Carnival Cardinal Soul Saul Safety Story Shadow Detective Junior
Hitch Hiker Biker Metro Police Polis Fist Feast Beast Sail Charity Parade Cabinet Cabin Doctor Actor Captain Batteries
Leadership River Winter Garden Silence Été Señora Märchen Ghost Island Letter Train Window Street Fire Snow Dance Secret
"""
FIRST_NAMES = """
Anna Ben Carla Carlos Charlotte Chad Edna Edmund Edwin Emil Eva Frida Fred Georg George Grete Gustavo Harriet Harald Ida
Ines Jacques Jack Joan Jean Joana Karl Kate Klara Leon Lena Louis Maria Max Mildred Nora Olaf Oscar Pauline Pedro Robert
Rosa Ruth Søren Sven Thea Tom Ursula Viktor Werner Wilma Yuri Zoë
"""
LAST_NAMES = """
Adler Baker Barker Becker Berg Chapman Chambers Chance Drexler Dreher Eisner Einstein Falcon Fisher Garner Grand Grande
Hanson Harper Hepworth Herold Hitchens Keating Kean Kessler Kramer Lange Langer Lloydson Logan Lund Malone Meyer Miller
Morrow Murray Murphy Nichols Nilsson Novak Obert Olsen Ortega Parker Pérez Quinn Romano Romer Rossi Russo Schreiber
Schröter Sherman Silva Taylor Turner Ulman Vernon Verne Wagner Walsh Weber Winter Young Zeller
"""
PATTERNS = (
    "The {} {}",
    "{} of the {}",
    "{} {}",
    "{} and the {}",
    "A {} in {}",
    "The Last {}",
    "{} with a {}",
    "{}",
    "His {} {}",
    "{} of {}s",
)
GENRES = (
    "drama",
    "comedy",
    "horror",
    "thriller",
    "romance",
    "crime",
    "film noir",
    "documentary",
    "adventure",
    "silent",
)


def films(number: int, cast: int = 8) -> Iterator[dict[str, Any]]:
    """Yield films as ``programme.films`` does, ``cast`` people in each."""
    dice = Random(SEED)
    words, first_names, last_names = WORDS.split(), FIRST_NAMES.split(), LAST_NAMES.split()
    for count in range(number):
        people = [f"{dice.choice(first_names)} {dice.choice(last_names)}" for _ in range(cast + 1)]
        yield {
            "title": dice.choice(PATTERNS).format(*dice.sample(words, 2)),
            "slug": f"made-up-{count}",
            "description": " ".join(dice.choices(words, k=30)),
            "duration_minutes": dice.randint(60, 180),
            "genre": dice.sample(GENRES, 2),
            "rating": dice.choice(("U", "PG", "PG-13", "R")),
            "state": dice.choice(("SHOWING", "COMING_SOON", "ENDED")),
            "director": people[0],
            "release_date": f"{dice.randint(1920, 2025)}-{dice.randint(1, 12):02}-01",
            "country": dice.choice(("Germany", "France", "Österreich", "United States")),
            "language": dice.choice(("German", "French", "English", "Español")),
            "cast": [
                {"actor_name": name, "character_name": dice.choice(first_names), "role": "Actor"} for name in people[1:]
            ],
        }
