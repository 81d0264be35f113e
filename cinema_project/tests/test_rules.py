"""docs/booking.md tells the truth about its tests."""

import re

import pytest

from cinema_project.tests import rules


def test_table_of_rules_is_up_to_date():
    assert rules.table() in rules.DOCUMENT.read_text(), "make rules"


@pytest.mark.parametrize("rule", rules.NUMBERS)
def test_rule_is_told_and_has_a_test(rule):
    assert rules.tests_by_rule()[rule]
    assert re.search(rf"^\| {rule} \| \S", rules.DOCUMENT.read_text(), re.MULTILINE)
