"""How often a person may try promo codes: enough for slips of the hand, too few to find one by trying."""

from cinema_project.common.rates import Rate

PROMO_TRIES = Rate("promo_codes", 30, 600)
