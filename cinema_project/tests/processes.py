"""Child processes that never outlive the tests, not even tests that were killed."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
HOST = "127.0.0.1"


class DidNotStart(Exception):
    """A server ended early or never answered; the message carries the end of its log."""


def die_with_parent(by: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return what a child runs before ``exec`` so that the kernel ends it together with us."""
    return lambda: LIBC.prctl(PR_SET_PDEATHSIG, by) and None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def port_is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0


def unprivileged_user() -> str | None:
    """Name the account for servers that refuse root; ``None`` when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@dataclass
class Process:
    """A running server, and whatever it started itself."""

    child: subprocess.Popen[bytes]
    log: Path

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Return once ``ready`` says so.

        :raises DidNotStart: if the process ends, or the time runs out
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.child.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise DidNotStart(f"{self.child.args}\n{self.output()[-3000:]}")
            time.sleep(0.02)

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, by: signal.Signals = signal.SIGTERM, *, seconds: float = 10) -> int:
        """Ask it to end, insist when it does not, and return its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(by)
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.child.wait()

    def kill(self) -> None:
        """End it and its children at once, as a crash or a power cut would."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    dies_by: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a server in a process group of its own, its output in ``log``."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent(dies_by),
            **as_user(user),
        )
    return Process(child, log)


def as_user(user: str | None) -> dict[str, object]:
    """Return the arguments of ``subprocess`` that change to another account."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
