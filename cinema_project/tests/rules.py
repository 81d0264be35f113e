"""Which test proves which rule of docs/booking.md: read from the tests' names, written into the document.

``python -m cinema_project.tests.rules`` writes; ``test_rules.py`` checks that it was done, and that no rule is alone.
"""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "booking.md"
NUMBERS = [f"R{number}" for number in range(1, 65)] + [f"P{number}" for number in range(1, 10)]
BETWEEN = re.compile(r"(?<=<!-- rules: begin -->\n).*(?=<!-- rules: end -->)", re.DOTALL)
TEST = re.compile(r"def (test_((?:[rp]\d+_)+)\w+)\(")


def tests_by_rule() -> dict[str, list[str]]:
    """Return ``{"R1": ["booking/tests/test_holds.py::test_r01_...", ...]}`` for every rule and promise."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("*/**/tests/test_*.py")):
        for name, numbers in TEST.findall(path.read_text()):
            for letter, number in re.findall(r"([rp])(\d+)_", numbers):
                found[f"{letter.upper()}{int(number)}"].append(f"{path.relative_to(ROOT)}::{name}")
    return {rule: found[rule] for rule in NUMBERS}


def table() -> str:
    """Return the table in Markdown: one line a rule, its tests by file."""
    lines = ["| rule | tests |", "|---|---|"]
    for rule, tests in tests_by_rule().items():
        files: dict[str, list[str]] = defaultdict(list)
        for test in tests:
            path, name = test.split("::")
            files[path].append(name)
        told = "; ".join(f"`{path}`: {', '.join(names)}" for path, names in files.items())
        lines.append(f"| {rule} | {told} |")
    return "\n".join(lines) + "\n"


def write() -> None:
    """Bring the document up to date."""
    DOCUMENT.write_text(BETWEEN.sub(lambda _: table(), DOCUMENT.read_text()))


if __name__ == "__main__":
    write()
