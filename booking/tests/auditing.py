"""What tests leave behind in the running product, held against the invariants; loaded before Django is set up."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from booking.selectors.invariants import CHECKS
from cinema_project.tests.product import Product


def audit(product: Product) -> list[tuple[str, object]]:
    """Ask the product's database for everything that breaks an invariant, outside of the product."""
    position = "STRPOS" if product.is_scaled else "INSTR"
    checks = {rule: sql.replace("{position}", position) for rule, sql in CHECKS.items()}
    return [(rule, row) for rule, sql in checks.items() for row in product.query(sql)]


@contextmanager
def audited(product: Product, request: pytest.FixtureRequest) -> Iterator[Product]:
    """Let tests use the product, audit what they leave behind (R64), and end it."""
    try:
        yield product
        if not request.node.get_closest_marker("breaks_invariants"):
            assert audit(product) == []
    finally:
        product.close()
