"""Who waits for whom: rooms are locked first, then screenings, then films, and several of a kind ascending."""

from django.db.models import F

from catalog.models import Movie, Room, Screening
from catalog.selectors.screenings import ScreeningNotFound
from cinema_project.common import clock
from cinema_project.common.database import LARGEST_ID, Overtaken


def lock_rooms(*room_ids: int) -> dict[int, Room]:
    """Queue for these rooms, as everybody does who plans there; return those that are not archived, with cinema."""
    rooms = Room.objects.visible().select_for_update(of=("self",), no_key=True).select_related("cinema")
    possible = [room_id for room_id in room_ids if room_id <= LARGEST_ID]  # SQLite fails on others
    return {room.pk: room for room in rooms.filter(pk__in=possible).order_by("pk")}


def lock_movie(movie_id: int) -> Movie | None:
    """Queue for this film; return it unless it is archived or unknown."""
    return Movie.objects.visible().select_for_update(no_key=True).filter(pk=movie_id).first()


def lock_screening_and_rooms(screening_id: int, *other_room_ids: int) -> Screening:
    """Queue for a screening, and before it for its room and those where it may go.

    :raises ScreeningNotFound: if there is none
    :raises Overtaken: if it went to another room meanwhile
    """
    room_id = Screening.objects.filter(pk=screening_id).values_list("room_id", flat=True).first()
    lock_rooms(*filter(None, [room_id, *other_room_ids]))
    locked = (
        Screening.objects.select_for_update(of=("self",), no_key=True).with_places().filter(pk=screening_id).first()
    )
    if locked is None:
        raise ScreeningNotFound(f"Screening with id {screening_id} not found")
    if locked.room_id != room_id:
        raise Overtaken
    return locked


def stop_sales_in_room(room_id: int) -> None:
    """Let nobody hold or buy a seat of the room, or plan there, until the transaction ends; renew its maps."""
    Room.objects.filter(pk=room_id).update(layout_version=F("layout_version") + 1)
    running = Screening.objects.filter(room_id=room_id, end_time__gt=clock.now()).order_by("pk")
    ids = list(running.select_for_update(no_key=True).values_list("pk", flat=True))
    # Renewed, not only locked: a sale that looked before this is overtaken by it (docs/decisions/0005).
    Screening.objects.filter(pk__in=ids).update(seat_seq=F("seat_seq"))
