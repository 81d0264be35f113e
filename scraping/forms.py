"""What staff narrow the market's pages down by. What is wrong is told and left out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from cinema_project.common.errors import DomainError
from scraping.selectors.fill import period


def _day(label: str) -> forms.DateField:
    return forms.DateField(required=False, label=label, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))


class MarketFilter(forms.Form):
    city = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    chain = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, data: QueryDict, *, cities: Sequence[str], chains: Sequence[str]) -> None:
        super().__init__(data.dict())
        for name, words, all_of_them in (("city", cities, "all cities"), ("chain", chains, "all chains")):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", all_of_them), *((word, word) for word in words)]
        self.is_valid()

    @property
    def place(self) -> dict[str, str]:
        """The city and the chain, as selectors take them; empty for all."""
        return {name: self.cleaned_data.get(name, "") for name in ("city", "chain")}

    @property
    def wanted(self) -> dict[str, str]:
        """All that was asked for and is right, for addresses of other pages."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value not in (None, "")}

    def show(self, **values: date | None) -> None:
        """Fill in what was chosen for somebody who typed nothing."""
        chosen = {name: str(value) for name, value in values.items() if value is not None and name not in self.errors}
        self.data = {**self.data, **chosen}


class ShowtimesFilter(MarketFilter):
    day = _day("Day")
    film = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    field_order = ("day", "city", "chain", "film")


class FillFilter(MarketFilter):
    first = _day("From")
    last = _day("To")
    field_order = ("first", "last", "city", "chain")
    days: tuple[date, date]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            self.days = period(cleaned.get("first"), cleaned.get("last"))
        except DomainError as refused:
            self.add_error("first", refused.errors[0]["detail"])
            self.days = period()
        return cleaned
