"""The product as it runs for people: real processes from the Procfile, on a database of their own."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from cinema_project.tests.clock import Clock
from cinema_project.tests.processes import HOST, Process, free_port, port_is_open, spawn

ROOT = Path(__file__).resolve().parent.parent.parent
LISTENING = ("web", "http", "sockets")
PLAIN_NAMES = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass
class Server:
    """One process of the Procfile."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://{HOST}:{self.port}"

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and wait; returns the exit code."""
        return self.process.stop(by)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        self.process.kill()

    def output(self) -> str:
        return self.process.output()


@dataclass
class Product:
    """Processes that share one database, and what tests do around them.

    ``embedded``: SQLite, no Redis, ``start()`` is all there is.
    ``scaled``: PostgreSQL and Redis, any number of processes.
    """

    folder: Path
    database_url: str
    redis_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock("postgresql" if self.is_scaled else "sqlite", self.execute)

    @property
    def is_scaled(self) -> bool:
        return self.database_url.startswith("postgresql")

    def start(self, kind: str = "web", *, seconds: float = 60, **settings: object) -> Server:
        """Start a process of the Procfile and wait until it answers. Settings by name: ``start(HOLD_SECONDS=2)``."""
        port = free_port()
        env = self.environment(HOST=HOST, PORT=port, **settings)
        command = ["/bin/sh", "-c", f"exec {procfile()[kind]}"]
        process = spawn(command, log=self.folder / f"{kind}-{port}.log", env=env, cwd=ROOT)
        server = Server(process, port)
        self.servers.append(server)
        if kind in LISTENING:
            process.wait_until(answers(server) if kind != "sockets" else lambda: port_is_open(port), seconds=seconds)
        return server

    def manage(self, *arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a ``manage.py`` command against the same database. The caller looks at ``returncode``."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        env = self.environment(**settings)
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    def environment(self, **settings: object) -> dict[str, str]:
        env = {name: os.environ[name] for name in PLAIN_NAMES if name in os.environ}
        env["PATH"] = f"{Path(sys.executable).parent}:{env.get('PATH', os.defpath)}"
        env |= {"DATABASE_URL": self.database_url, "VAR_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        if self.is_scaled:
            env |= {"REDIS_URL": f"{self.redis_url}/1", "CELERY_BROKER_URL": f"{self.redis_url}/2"}
        return env | self.settings | {name: str(value) for name, value in settings.items()}

    def execute(self, statements: Sequence[str]) -> None:
        """Run SQL in one transaction, outside of the product."""
        self._run([(statement, ()) for statement in statements])

    def query(self, sql: str, *params: object) -> list[tuple[object, ...]]:
        """Read with SQL, outside of the product. ``%s`` marks a parameter."""
        return self._run([(sql, params)])

    def _run(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[tuple[object, ...]]:
        connection = self._connect()
        try:
            for sql, params in statements:
                cursor = connection.execute(sql if self.is_scaled else sql.replace("%s", "?"), params)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows
        finally:
            connection.close()

    def _connect(self) -> "psycopg.Connection | sqlite3.Connection":
        if self.is_scaled:
            return psycopg.connect(self.database_url)
        return sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=20)

    def close(self) -> None:
        for server in reversed(self.servers):
            server.kill()


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def answers(server: Server) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{server.url}/health/ready", timeout=5) as response:
                return response.status == 200
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    return ready


def migrated_sqlite(folder: Path) -> Path:
    """Make the file that embedded products start from."""
    path = folder / "template.sqlite3"
    _migrate(Product(folder, f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def embedded_product(template: Path, folder: Path) -> Product:
    shutil.copy(template, folder / "cinema.sqlite3")
    return Product(folder, f"sqlite:///{folder}/cinema.sqlite3")


def migrated_postgresql(server_url: str, folder: Path) -> str:
    """Make the database that scaled products are cloned from, and return its name."""
    name = template_name()
    _administer(server_url, f"CREATE DATABASE {name}")
    _migrate(Product(folder, _database(server_url, name)))
    return name


def template_name() -> str:
    return f"template_{os.getpid()}"


def has_database(server_url: str, name: str) -> bool:
    """Say whether there is a database of this name."""
    with psycopg.connect(server_url) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def copy_database(server_url: str, name: str, copy: str) -> None:
    """Copy a database that nobody is connected to."""
    _administer(server_url, f"CREATE DATABASE {copy} TEMPLATE {name}")


def scaled_product(server_url: str, template: str, redis_url: str, folder: Path) -> Product:
    name = f"product_{os.getpid()}_{free_port()}"
    copy_database(server_url, template, name)
    return Product(folder, _database(server_url, name), redis_url)


def drop_database(server_url: str, name: str) -> None:
    _administer(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _administer(server_url: str, statement: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


def _database(server_url: str, name: str) -> str:
    return f"{server_url.rsplit('/', 1)[0]}/{name}"


def _migrate(product: Product) -> None:
    done = product.manage("migrate", "--no-input", "--verbosity", "0", REDIS_URL="", CELERY_BROKER_URL="")
    if done.returncode:
        raise AssertionError(done.stderr)
