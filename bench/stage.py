"""What every scenario stands on: durable PostgreSQL, Redis, the product's processes, people with tokens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import world
from bench.cpu import OtherPrograms, cpu_seconds
from bench.limit import Limit
from cinema_project.tests.processes import DidNotStart
from cinema_project.tests.product import Product, Server, migrated_postgresql, scaled_product
from cinema_project.tests.services import Services

# A power cut loses nothing: what is measured is what a cinema would run.
DURABLE = (
    "max_connections=200",
    "fsync=on",
    "synchronous_commit=on",
    "jit=off",
    "shared_buffers=256MB",
    "max_wal_size=4GB",
)
SETTINGS = {
    "DEBUG": "false",
    "SECRET_KEY": "only for the bench, " * 3,
    "ALLOWED_HOSTS": "127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "http://127.0.0.1",
    "CORS_ALLOWED_ORIGINS": "http://127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "BOX_OFFICE": "true",
    "ACCESS_TOKEN_SECONDS": "14400",
}
FEW_TICKETS = 10_000
MINT = """
from accounts.models import User
from accounts.tokens import issue_tokens
for user in User.objects.order_by("pk"):
    print(issue_tokens(user=user).access_token)
"""


@dataclass
class Stage:
    """One cinema with its processes. ``quick``: shorter slices, fewer pairs; good for a look, not for a verdict."""

    product: Product
    limit: Limit
    tokens: list[str]
    postgresql: int
    quick: bool
    servers: dict[str, Server]

    @property
    def port(self) -> int:
        return self.servers["http"].port

    @property
    def pairs(self) -> int:
        return 2 if self.quick else 5

    @property
    def slice_seconds(self) -> int:
        return 1 if self.quick else 3

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds that each process, and PostgreSQL, has used so far."""
        used = {kind: cpu_seconds(server.process.child.pid) for kind, server in self.servers.items()}
        return used | {"postgresql": cpu_seconds(self.postgresql)}


class Theatre:
    """PostgreSQL, Redis, and a database from which stages are cloned."""

    def __init__(self, folder: Path, quick: bool) -> None:
        folder.chmod(0o755)  # PostgreSQL refuses root, and runs as somebody else
        self.services, self.quick = Services(folder), quick

    def __enter__(self) -> "Theatre":
        with ExitStack() as undo:
            undo.callback(self.services.stop)
            self.server_url, self.redis_url = self.services.postgresql(DURABLE), self.services.redis()
            self.others = OtherPrograms(self.services.postgresql_pid)
            self.template, self.tokens = self._template()
            undo.pop_all()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.services.stop()

    def _template(self) -> tuple[str, list[str]]:
        """Make the database; return its name and everybody's token."""
        name = migrated_postgresql(self.server_url, self.services.folder)
        database_url = f"{self.server_url.rsplit('/', 1)[0]}/{name}"
        product = Product(self.services.folder, database_url, self.redis_url, SETTINGS)
        world.build(product.database_url, past_tickets=FEW_TICKETS)
        minted = product.manage("shell", "--verbosity", "0", "-c", MINT)
        if minted.returncode:
            raise DidNotStart(minted.stderr)
        return name, minted.stdout.split()

    @contextmanager
    def stage(self, *kinds: str) -> Iterator[Stage]:
        """Clone a cinema, start these processes of the Procfile, and end them afterwards."""
        product = scaled_product(self.server_url, self.template, self.redis_url, self.services.folder)
        product.settings |= SETTINGS
        postgresql = self.services.postgresql_pid
        try:
            servers = {kind: product.start(kind) for kind in kinds}
            limit = Limit(product.database_url, self.services.folder)
            yield Stage(product, limit, self.tokens, postgresql, self.quick, servers)
        finally:
            product.close()

    @property
    def postgresql_version(self) -> str:
        with psycopg.connect(self.server_url) as connection:
            return f"PostgreSQL {connection.execute('SHOW server_version').fetchone()[0].split()[0]}"
