"""What searches look into: made from films and their cast by catalog/indexing.py, and from nothing else.

These rows are an index, not facts: no foreign key holds a film back, and those of a film that is gone are never found.
"""

from django.db import models

from catalog.models.movies import Movie


class TextField(models.TextChoices):
    TITLE = "title"
    ORIGINAL_TITLE = "original_title"
    GENRE = "genre"
    DIRECTOR = "director"
    CAST = "cast"
    DESCRIPTION = "description"
    COUNTRY = "country"
    LANGUAGE = "language"


class FilmText(models.Model):
    """A field of a film, folded; where the field is a list, one item a line."""

    movie = models.ForeignKey(
        Movie, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="texts"
    )
    field = models.CharField(max_length=14, choices=TextField.choices)
    folded = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movie", "field"], name="one_text_for_each_field")]

    def __str__(self) -> str:
        return f"{self.field} of film {self.movie_id}"


class FilmWord(models.Model):
    """A word by which a film is found, and how much it tells of the film: 1 in a title, less elsewhere."""

    movie = models.ForeignKey(
        Movie, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="words"
    )
    word = models.CharField(max_length=40)
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movie", "word"], name="film_word_once")]
        indexes = [models.Index(fields=["word"], name="film_by_word")]

    def __str__(self) -> str:
        return f"{self.word} of film {self.movie_id}"


class WordKey(models.Model):
    """One of the keys under which a word is looked up (cinema_project/common/words.py)."""

    key = models.CharField(max_length=7)
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "word"], name="word_key_once")]

    def __str__(self) -> str:
        return f"{self.key} for {self.word}"
