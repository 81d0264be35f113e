"""Many rows at once: the ground's way, under the name by which the engine knows it."""

from cinema_project.common.bulk import insert, upsert

__all__ = ["insert", "upsert"]
