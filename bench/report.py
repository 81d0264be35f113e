"""The table of results, printed and written to bench/RESULTS.md."""

import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("Django", "granian", "uvicorn", "channels", "psycopg", "redis", "orjson")
FILE = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True)
class Row:
    """One goal. ``upward``: more is better. A goal of ``None`` is only reported."""

    name: str
    measured: float
    must: float | None = None
    aim: float | None = None
    unit: str = ""
    upward: bool = True
    remark: str = ""

    def reaches(self, goal: float | None) -> bool:
        return goal is None or (self.measured >= goal if self.upward else self.measured <= goal)

    @property
    def verdict(self) -> str:
        if self.must is None:
            return ""
        if not self.reaches(self.must):
            return "**missed**"
        return "aim" if self.reaches(self.aim) else "must"

    def line(self) -> str:
        sign = "≥" if self.upward else "≤"
        must, aim = (f"{sign} {number(goal)}{self.unit}" if goal is not None else "" for goal in (self.must, self.aim))
        return f"| {self.name} | {must} | {aim} | {number(self.measured)}{self.unit} | {self.verdict} | {self.remark} |"


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    quick: bool = False

    def add(self, name: str, measured: float, **details: object) -> None:
        row = Row(name, measured, **details)
        self.rows.append(row)
        print(f"{row.name}: {number(row.measured)}{row.unit} {row.verdict.strip('*')}  {row.remark}", flush=True)

    @property
    def passed(self) -> bool:
        return all(row.reaches(row.must) for row in self.rows)

    def write(self, postgresql: str, others: float) -> None:
        """Put the table into its file.

        :param postgresql: its version
        :param others: the share of the processors that programs took which are not ours
        """
        FILE.write_text(self.text(postgresql, others))

    def text(self, postgresql: str, others: float) -> str:
        table = "\n".join(row.line() for row in self.rows)
        software = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        how = "A quick look" if self.quick else "Medians of five interleaved pairs"
        return f"""# Results of the bench

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. {how}; what the scenarios do is told in
`bench/scenarios/`. The limit is the same work in one SQL statement a step, by pgbench with 8 clients, in the same run.
The servers, their database and the load shared {processors()}. PostgreSQL ran with fsync and synchronous_commit on.
Other programs took {others:.0%} of the cores meanwhile: milliseconds suffer from that, ratios less.

| scenario | must | aim | measured | reached | |
|---|---|---|---|---|---|
{table}

{postgresql}, Python {platform.python_version()}, {software}.
"""


def number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"


def processors() -> str:
    found = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{found} processor cores"
