"""What a mail consists of, and how it becomes one: templates ``<name>.txt`` and ``<name>.html``, pictures, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that the HTML shows as ``cid:<name>``."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person. Subject and context hold plain text; the HTML template escapes it.

    The subject is followed by the name of the house.
    """

    to: str
    subject: str
    template: str
    context: dict[str, Any]
    pictures: Sequence[Picture] = ()
    files: Sequence[Enclosure] = ()


class _Mail(EmailMultiAlternatives):
    """Django's, with pictures where mail programs look for them: beside the text, not among the attached files."""

    pictures: Sequence[Picture] = ()

    def _create_alternatives(self, msg: Any) -> Any:
        text = super()._create_alternatives(msg)  # type: ignore[misc]
        if not self.pictures:
            return text
        related = SafeMIMEMultipart(_subtype="related", encoding=self.encoding or settings.DEFAULT_CHARSET)
        for part in (text, *map(_inline, self.pictures)):
            related.attach(part)
        return related


def mail_of(letter: Letter, *, message_id: str) -> EmailMultiAlternatives:
    """Write the mail.

    :param message_id: names it for good: a mail that is sent twice after a crash carries the same one both times
    """
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **letter.context}
    mail = _Mail(
        # A title may hold line breaks, a header must not.
        subject=" ".join(f"{letter.subject} · {settings.SITE_NAME}".split()),
        body=render_to_string(f"{letter.template}.txt", context),
        to=[letter.to],
        headers={"Message-ID": f"<{message_id}@{mail_domain()}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"{letter.template}.html", context), "text/html")
    mail.pictures = letter.pictures
    for file in letter.files:
        mail.attach(file.name, file.content, file.kind)
    return mail


def mail_domain() -> str:
    """Return the domain that our mails come from, good for names that must be ours alone."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _inline(picture: Picture) -> MIMEImage:
    part = MIMEImage(picture.content, "png")
    part["Content-ID"] = f"<{picture.name}>"
    part["Content-Disposition"] = f'inline; filename="{picture.name}.png"'
    return part
