"""The engine: runs sources unit by unit, survives anything, and says in plain words what it got.

A *run* is one go at a source (``models.Run``), a *unit* one thing to fetch in it: a page, a city, a showing, a video
(``models.Unit``). Both are rows; Celery carries ids only. ``states.move`` is the one function that changes their state,
by compare-and-set; triggers in the database refuse what nobody drew.

    start_run -> queued -> running -> succeeded | partial | empty_suspect | failed | cancelled     (services/runs.py)
    unit: pending -> leased -> done | retry_at | quarantined | dead                                (leasing.py)

``worker.py`` leases units, lets threads fetch and parse them (``sources/base.py``: what a source is), and settles what
came out in batches: items, payloads, attempts and the states of units in one transaction (``settling.py``,
``ingest.py``). Whoever is killed loses only leases; they lapse, and the next worker takes the
units up. ``verdict.py`` judges the run.

To add a site: one file in ``sources/``, one line in ``sources/registry.py``.
"""
