"""CPU time of running servers, read from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(leader: int) -> float:
    """Return the CPU time of a process and of all that descend from it, threads included."""
    stats = [stat for stat in map(_stat, Path("/proc").glob("[0-9]*/stat")) if stat]
    family = {leader}
    while grown := {pid for pid, parent, _ in stats if parent in family} - family:
        family |= grown
    return sum(ticks for pid, _, ticks in stats if pid in family) / TICKS


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        text = path.read_text()
    except OSError:  # it has just ended
        return None
    pid, rest = text.split(" (", 1)
    fields = rest.rsplit(") ", 1)[1].split()
    return int(pid), int(fields[1]), sum(map(int, fields[11:15]))  # its own, and that of children that have ended


class OtherPrograms:
    """How much of the machine went to programs that are not ours: what absolute figures suffered from."""

    def __init__(self, postgresql: int) -> None:
        """Begin to measure; ``postgresql`` is the one process of ours that does not descend from this one."""
        self.ours = (os.getpid(), postgresql)
        self.began = self._used()

    def share(self) -> float:
        """Return their share of all processor time so far, between 0 and 1."""
        total, busy, ours = (now - before for now, before in zip(self._used(), self.began, strict=True))
        return max(0.0, busy - ours) / total

    def _used(self) -> tuple[float, float, float]:
        ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        idle = ticks[3] + ticks[4]
        return sum(ticks) / TICKS, (sum(ticks) - idle) / TICKS, sum(map(cpu_seconds, self.ours))
