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
    return int(pid), int(fields[1]), int(fields[11]) + int(fields[12])
