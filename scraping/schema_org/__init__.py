"""Programmes that cinemas publish as schema.org data in their pages: read, mended, and told with their doubts.

``blocks`` finds JSON-LD and mends what is not quite JSON, ``microdata`` finds the other kind, ``nodes`` puts the pieces
together, ``programme`` reads showings from them, ``values`` the single facts. Nothing here fetches, and nothing raises
for what a page says.
"""
