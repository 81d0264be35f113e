"""The secret of an embedded installation: made once, kept beside its database."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_secret_key(folder: Path) -> str:
    """Return the key in ``folder/secret_key``; the first caller of all processes makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret_key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder) as draft, suppress(FileExistsError):
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            os.link(draft.name, path)  # appears whole or not at all
    return path.read_text()
