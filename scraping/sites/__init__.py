"""Sites of other cinemas that staff add by pasting an address: how each is read, and how well that goes.

``reading`` says what is known of a site, ``pages`` and ``vista_site`` are the ways to read one (``adapters`` lists
them), ``records`` makes of showings what the engine stores, ``confidence`` judges a preview, ``recording`` keeps pages
so that they can be read again. Nothing here touches the database.
"""
