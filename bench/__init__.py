"""Measures the product as shipped against what PostgreSQL alone could do: ``python -m bench`` (or ``make bench``)."""
