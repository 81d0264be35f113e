"""Programmes that cinemas publish as schema.org data in their pages (JSON-LD): read, mended, and told with its doubts.

``blocks`` finds the data and mends what is not quite JSON, ``nodes`` puts the pieces together, ``programme`` reads
showings from them, ``values`` the single facts. Nothing here fetches, and nothing raises for what a page says.
"""
