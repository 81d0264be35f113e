"""How often an address may ask for what costs us, or tells who has an account; how often a mailbox is written to."""

from cinema_project.common.rates import Rate

REGISTRATIONS = Rate("register", 60)
EMAIL_QUESTIONS = Rate("check-email", 10)
FORGOTTEN_PASSWORDS = Rate("forgot-password", 300)
LINKS_BY_MAIL = Rate("links-by-mail", 10, 3600)
