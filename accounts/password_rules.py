"""What makes a password easy to guess for somebody who knows the house; used in production, see settings."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError

from accounts.models import User

SHORTEST_WORD = 4
SHORTEST_REST = 8


class HouseWords:
    """Words that anybody would try here count for nothing: without them a password must still be long enough."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = set(words_of(" ".join(words)))

    def validate(self, password: str, user: User | None = None) -> None:
        """Let a password pass that is more than the house's words and the person's name.

        :raises ValidationError: if it is not
        """
        known = self.words | set(words_of(user.full_name if user else ""))
        rest = password.casefold()
        for word in sorted(known, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(rest) < SHORTEST_REST:
            raise ValidationError(
                "This password is too easy to guess: it is made of words of this cinema or of your name.",
                code="password_of_house_words",
            )

    def get_help_text(self) -> str:
        return "Your password must be more than words of this cinema and your name."


def words_of(text: str) -> list[str]:
    """Return the words of a name or an address that are long enough to be guessed by."""
    return [word.casefold() for word in re.split(r"[\W_]+", text) if len(word) >= SHORTEST_WORD]
