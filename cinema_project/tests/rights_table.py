"""Who may do what: one line for each operation of the API and for each model of the admin."""

from dataclasses import dataclass

NOBODY, CUSTOMER, OWNER, ADMIN = "nobody", "customer", "owner", "admin"
MANAGER, PROGRAMMER, BOX_OFFICE, AUDITOR = "manager", "programmer", "box office", "auditor"
SIGNED_IN_PEOPLE = frozenset({CUSTOMER, OWNER, BOX_OFFICE, PROGRAMMER, AUDITOR, MANAGER, ADMIN})

OPTIONAL, ANY_TOKEN, STAFF_TOKEN = "optional", "any token", "a token of staff"


@dataclass(frozen=True, slots=True)
class Right:
    """Who is let in, what others with a token are answered, and which token the schema asks for.

    The objects in the address are the owner's. Auditors read where ``auditors_read``, whoever else may.
    """

    people: frozenset[str]
    token: str
    refusal: int = 403
    auditors_read: bool = False

    def let_in(self, method: str) -> frozenset[str]:
        return self.people | ({AUDITOR} if self.auditors_read and method == "GET" else frozenset())


def _staff(*groups: str, token: str = STAFF_TOKEN) -> Right:
    return Right(frozenset({MANAGER, ADMIN, *groups}), token, auditors_read=True)


OPEN = Right(SIGNED_IN_PEOPLE | {NOBODY}, OPTIONAL)
PROVEN = Right(frozenset(), OPTIONAL)
"""Brings its own proof: a password, a refresh token, a cookie. Tested where it is made."""
SIGNED_IN = Right(SIGNED_IN_PEOPLE, ANY_TOKEN)
OWN = Right(frozenset({OWNER}), ANY_TOKEN, refusal=404)
OWN_OR_SALES = Right(frozenset({OWNER, BOX_OFFICE, AUDITOR, MANAGER, ADMIN}), ANY_TOKEN, refusal=404)
OWN_OR_BOX_OFFICE = Right(frozenset({OWNER, BOX_OFFICE, MANAGER, ADMIN}), ANY_TOKEN, refusal=404)
AUTHOR = Right(frozenset({OWNER}), ANY_TOKEN)
AUTHOR_OR_STAFF = Right(frozenset({OWNER, MANAGER, ADMIN}), ANY_TOKEN)
STAFF = _staff()
STAFF_UNLESS_DEBUG = _staff(token=OPTIONAL)
BY_PROGRAMMERS = _staff(PROGRAMMER)
BY_BOX_OFFICE = _staff(BOX_OFFICE)

OPERATIONS: dict[str, Right] = {
    "GET /": OPEN,
    "GET /health": OPEN,
    "GET /health/ready": OPEN,
    "GET /auth/health": OPEN,
    "GET /catalog/health": OPEN,
    "GET /scraper/health": OPEN,
    "GET /scraperCatalog/health": OPEN,
    "POST /auth/register": OPEN,
    "POST /auth/login": PROVEN,
    "POST /auth/refresh": PROVEN,
    "POST /auth/change-password": PROVEN,
    "POST /auth/logout": SIGNED_IN,
    "GET /me/ping": SIGNED_IN,
    "POST /api/v1/auth/register": OPEN,
    "POST /api/v1/auth/login": PROVEN,
    "POST /api/v1/auth/refresh-token": PROVEN,
    "POST /api/v1/auth/reset-password": PROVEN,
    "POST /api/v1/auth/forgot-password": OPEN,
    "GET /api/v1/auth/check-email": OPEN,
    "GET /api/v1/auth/me": SIGNED_IN,
    "PUT /api/v1/auth/change-password": SIGNED_IN,
    "POST /api/v1/auth/logout": SIGNED_IN,
    "GET /api/v1/users/me": SIGNED_IN,
    "PUT /api/v1/users/me": SIGNED_IN,
    "DELETE /api/v1/users/me": SIGNED_IN,
    "GET /api/v1/users/me/export": SIGNED_IN,
    "PUT /api/v1/users/me/preferences": SIGNED_IN,
    "PUT /api/v1/users/me/profile-picture": SIGNED_IN,
    "PUT /api/v1/users/me/profile-picture-url": SIGNED_IN,
    "GET /api/v1/users/me/search-history": SIGNED_IN,
    "POST /api/v1/users/me/search-history": SIGNED_IN,
    "DELETE /api/v1/users/me/search-history": SIGNED_IN,
    "DELETE /api/v1/users/me/search-history/{search_id}": OWN,
    "GET /api/v1/users/me/searches": SIGNED_IN,
    "POST /api/v1/users/me/searches": SIGNED_IN,
    "DELETE /api/v1/users/me/searches": SIGNED_IN,
    "DELETE /api/v1/users/me/searches/{search_id}": OWN,
    "GET /api/v1/users/{user_id}": OPEN,
    "GET /api/v1/users/admin/users": STAFF,
    "POST /api/v1/users/admin/users": STAFF,
    "PATCH /api/v1/users/admin/users/{user_id}/status": STAFF,
    "GET /api/v1/admin/users": STAFF,
    "POST /api/v1/admin/users": STAFF,
    "PATCH /api/v1/admin/users/{user_id}/status": STAFF,
    "GET /api/v1/api-keys": STAFF,
    "POST /api/v1/api-keys": STAFF,
    "GET /api/v1/api-keys/{key_id}": STAFF,
    "DELETE /api/v1/api-keys/{key_id}": STAFF,
    "GET /api/v1/cinemas": OPEN,
    "GET /api/v1/cinemas/search": OPEN,
    "POST /api/v1/cinemas": STAFF,
    "GET /api/v1/cinemas/{cinema_id}": OPEN,
    "PUT /api/v1/cinemas/{cinema_id}": STAFF,
    "PATCH /api/v1/cinemas/{cinema_id}": STAFF,
    "DELETE /api/v1/cinemas/{cinema_id}": STAFF,
    "GET /api/v1/cinemas/{cinema_id}/amenities": OPEN,
    "GET /api/v1/cinemas/{cinema_id}/movies": OPEN,
    "GET /api/v1/cinemas/{cinema_id}/movies/{movie_id}/showtimes": OPEN,
    "GET /api/v1/cinemas/{cinema_id}/showtimes": OPEN,
    "GET /api/v1/cinemas/{cinema_id}/rooms": OPEN,
    "POST /api/v1/cinemas/{cinema_id}/rooms": BY_PROGRAMMERS,
    "GET /api/v1/rooms/{room_id}": OPEN,
    "PUT /api/v1/rooms/{room_id}": BY_PROGRAMMERS,
    "PATCH /api/v1/rooms/{room_id}": BY_PROGRAMMERS,
    "DELETE /api/v1/rooms/{room_id}": BY_PROGRAMMERS,
    "GET /api/v1/rooms/{room_id}/seats": OPEN,
    "POST /api/v1/rooms/{room_id}/seats/bulk": BY_PROGRAMMERS,
    "GET /api/v1/movies": OPEN,
    "GET /api/v1/movies/search": OPEN,
    "GET /api/v1/movies/suggest": OPEN,
    "GET /api/v1/movies/filter": OPEN,
    "GET /api/v1/movies/advanced-search": OPEN,
    "POST /api/v1/movies": BY_PROGRAMMERS,
    "GET /api/v1/movies/coming-soon": OPEN,
    "GET /api/v1/movies/{movie_id}": OPEN,
    "PATCH /api/v1/movies/{movie_id}": BY_PROGRAMMERS,
    "DELETE /api/v1/movies/{movie_id}": BY_PROGRAMMERS,
    "GET /api/v1/movies/{movie_id}/cast": OPEN,
    "GET /api/v1/movies/trending": OPEN,
    "GET /api/v1/movies/recommended": SIGNED_IN,
    "GET /api/v1/movies/{movie_id}/reviews": OPEN,
    "POST /api/v1/movies/{movie_id}/reviews": SIGNED_IN,
    "GET /api/v1/movies/{movie_id}/reviews/summary": OPEN,
    "GET /api/v1/movies/reviews/{review_id}": OPEN,
    "PUT /api/v1/movies/reviews/{review_id}": AUTHOR,
    "DELETE /api/v1/movies/reviews/{review_id}": AUTHOR_OR_STAFF,
    "POST /api/v1/movies/reviews/{review_id}/react": SIGNED_IN,
    "GET /api/v1/movies/favorites": SIGNED_IN,
    "POST /api/v1/movies/{movie_id}/favorite": SIGNED_IN,
    "DELETE /api/v1/movies/{movie_id}/favorite": OWN,
    "GET /api/v1/movies/{movie_id}/favorite/check": SIGNED_IN,
    "GET /api/v1/cinemas/favorites": SIGNED_IN,
    "POST /api/v1/cinemas/{cinema_id}/favorite": SIGNED_IN,
    "DELETE /api/v1/cinemas/{cinema_id}/favorite": OWN,
    "GET /api/v1/cinemas/{cinema_id}/favorite/check": SIGNED_IN,
    "GET /api/v1/casts": OPEN,
    "POST /api/v1/casts": BY_PROGRAMMERS,
    "GET /api/v1/casts/{cast_id}": OPEN,
    "PUT /api/v1/casts/{cast_id}": BY_PROGRAMMERS,
    "PATCH /api/v1/casts/{cast_id}": BY_PROGRAMMERS,
    "DELETE /api/v1/casts/{cast_id}": BY_PROGRAMMERS,
    "GET /api/v1/casts/movie/{movie_id}": OPEN,
    "GET /api/v1/movies/{movie_id}/showtimes": OPEN,
    "GET /api/v1/tmdb/now_playing": OPEN,
    "GET /api/v1/tmdb/upcoming": OPEN,
    "GET /api/v1/tmdb/popular": OPEN,
    "GET /api/v1/tmdb/top_rated": OPEN,
    "GET /api/v1/tmdb/search": OPEN,
    "GET /api/v1/tmdb/movies/{tmdb_id}": OPEN,
    "POST /api/v1/admin/tmdb/import/{tmdb_id}": BY_PROGRAMMERS,
    "GET /api/v1/screenings": OPEN,
    "POST /api/v1/screenings": BY_PROGRAMMERS,
    "GET /api/v1/screenings/{screening_id}": OPEN,
    "PUT /api/v1/screenings/{screening_id}": BY_PROGRAMMERS,
    "DELETE /api/v1/screenings/{screening_id}": BY_PROGRAMMERS,
    "GET /api/v1/screenings/{screening_id}/available-seats": OPEN,
    "GET /api/v1/showings": OPEN,
    "GET /api/v1/showings/now-playing": OPEN,
    "GET /api/v1/showings/{showing_id}": OPEN,
    "GET /api/v1/showings/{showing_id}/tickets": OPEN,
    "GET /api/v1/showings/{showing_id}/seats": OPEN,
    "GET /api/v1/showtimes": OPEN,
    "GET /api/v1/showtimes/{showtime_id}": OPEN,
    "GET /api/v1/showtimes/{showtime_id}/seats": OPEN,
    "GET /api/v1/seat-reservations/screening/{screening_id}/availability": OPEN,
    "GET /api/v1/seat-reservations/screening/{screening_id}/availability/me": SIGNED_IN,
    "GET /api/v1/seat-reservations/my-reservations": SIGNED_IN,
    "POST /api/v1/seat-reservations/reserve": SIGNED_IN,
    "POST /api/v1/seat-reservations/best-available": SIGNED_IN,
    "POST /api/v1/seat-reservations/promo-code": SIGNED_IN,
    "POST /api/v1/seat-reservations/toggle": SIGNED_IN,
    "POST /api/v1/seat-reservations/extend": SIGNED_IN,
    "POST /api/v1/seat-reservations/cancel": SIGNED_IN,
    "DELETE /api/v1/seat-reservations/cancel/{screening_id}": SIGNED_IN,
    "POST /api/v1/seat-reservations/cleanup": STAFF_UNLESS_DEBUG,
    "POST /api/v1/tickets/book": SIGNED_IN,
    "POST /api/v1/tickets/book-from-reservation": SIGNED_IN,
    "GET /api/v1/tickets/my-tickets": SIGNED_IN,
    "GET /api/v1/tickets": BY_BOX_OFFICE,
    "POST /api/v1/tickets/check-in": BY_BOX_OFFICE,
    "PUT /api/v1/tickets/{ticket_id}/status": BY_BOX_OFFICE,
    "GET /api/v1/tickets/{ticket_id}": OWN_OR_SALES,
    "DELETE /api/v1/tickets/{ticket_id}": OWN,
    "POST /api/v1/tickets/{ticket_id}/confirm-payment": OWN,
    "POST /api/v1/payments/intents": SIGNED_IN,
    "POST /api/v1/payments/stripe/webhook": PROVEN,
    "GET /api/v1/payments/history": SIGNED_IN,
    "GET /api/v1/payments/{payment_id}/tickets": OWN,
    "POST /api/v1/payment/process": SIGNED_IN,
    "GET /api/v1/payment/history": SIGNED_IN,
    "GET /api/v1/payment/ticket/{payment_id}": OWN,
    "GET /api/v1/admin/payments/ledger": STAFF,
    "GET /api/v1/tickets/{ticket_id}.pdf": OWN_OR_SALES,
    "GET /api/v1/tickets/{ticket_id}.ics": OWN_OR_SALES,
    "GET /api/v1/tickets/{ticket_id}/qr.svg": OWN_OR_SALES,
    "GET /api/v1/tickets/{ticket_id}/qr.png": OWN_OR_SALES,
    "POST /api/v1/tickets/{ticket_id}/resend": OWN_OR_BOX_OFFICE,
    "GET /api/v1/bookings/my-bookings": SIGNED_IN,
    "POST /api/v1/bookings/create": SIGNED_IN,
    "POST /api/v1/bookings/reserve-seats": SIGNED_IN,
    "GET /api/v1/bookings/{booking_id}": OWN_OR_SALES,
    "GET /api/v1/admin/stats/movies": STAFF,
    "GET /api/v1/admin/stats/cinemas": STAFF,
    "GET /api/v1/admin/stats/users": STAFF,
    "GET /api/v1/admin/stats/bookings/recent": STAFF,
    "GET /api/v1/admin/stats/revenue": STAFF,
    "GET /api/v1/admin/stats/revenue/period": STAFF,
    "GET /api/v1/admin/stats/tickets/total": STAFF,
    "GET /api/v1/admin/stats/movies/popular": STAFF,
    "GET /api/v1/admin/stats/today": STAFF,
    "GET /api/v1/admin/dashboard/stats": STAFF,
    "GET /api/v1/admin/dashboard/recent-bookings": BY_BOX_OFFICE,
    "GET /api/v1/admin/bookings": BY_BOX_OFFICE,
    "GET /api/v1/admin/showings": STAFF,
    "POST /api/v1/admin/showings": BY_PROGRAMMERS,
    "PUT /api/v1/admin/showings/{showing_id}": BY_PROGRAMMERS,
    "DELETE /api/v1/admin/showings/{showing_id}": BY_PROGRAMMERS,
    "GET /ws/stats": STAFF_UNLESS_DEBUG,
}

ADMIN_ROLES = (PROGRAMMER, BOX_OFFICE, MANAGER, AUDITOR, ADMIN)
ADMIN_PAGES: dict[str, tuple[str, str, str, str, str]] = {
    # view, add, change, delete; on facts nobody can do more than view them and, some, run an action
    "accounts.ApiKey": ("", "", "va", "v", "va"),
    "accounts.TokenFamily": ("", "", "v", "v", "v"),
    "accounts.User": ("", "", "vac", "v", "vacd"),
    "admin.LogEntry": ("", "", "v", "v", "v"),
    "axes.AccessFailureLog": ("", "", "v", "v", "v"),
    "auth.Group": ("", "", "", "v", "vacd"),
    "booking.Booking": ("", "v", "v", "v", "v"),
    "booking.Hold": ("", "v", "v", "v", "v"),
    "booking.Payment": ("", "v", "v", "v", "v"),
    "booking.PaymentIntent": ("", "v", "v", "v", "v"),
    "booking.PromoCode": ("", "v", "vacd", "v", "vacd"),
    "booking.PromoUse": ("", "v", "v", "v", "v"),
    "booking.Refund": ("", "v", "v", "v", "v"),
    "booking.StateChange": ("", "v", "v", "v", "v"),
    "booking.Ticket": ("", "v", "v", "v", "v"),
    "catalog.Cinema": ("v", "v", "vacd", "v", "vacd"),
    "catalog.Movie": ("vac", "v", "vacd", "v", "vacd"),
    "catalog.Review": ("", "", "vd", "v", "vd"),
    "catalog.Room": ("vac", "v", "vacd", "v", "vacd"),
    "catalog.Screening": ("vac", "v", "vacd", "v", "vacd"),
    "catalog.Seat": ("vc", "v", "vcd", "v", "vcd"),
    "common.IdempotencyRecord": ("", "", "v", "v", "v"),
    "common.OutboxMessage": ("", "", "v", "v", "v"),
    "django_celery_beat.ClockedSchedule": ("", "", "vacd", "v", "vacd"),
    "django_celery_beat.CrontabSchedule": ("", "", "vacd", "v", "vacd"),
    "django_celery_beat.IntervalSchedule": ("", "", "vacd", "v", "vacd"),
    "django_celery_beat.PeriodicTask": ("", "", "vacd", "v", "vacd"),
}
_ARCHIVING = {"take_out", "bring_back"}
ADMIN_ACTIONS: dict[str, dict[str, set[str]]] = {
    PROGRAMMER: {
        "catalog.Movie": _ARCHIVING,
        "catalog.Room": _ARCHIVING,
        "catalog.Screening": {"cancel_screenings"},
    },
    BOX_OFFICE: {"booking.Ticket": {"cancel_tickets"}, "booking.Refund": {"try_again"}},
    MANAGER: {
        "accounts.ApiKey": {"revoke"},
        "accounts.TokenFamily": {"end"},
        "accounts.User": {"suspend", "unsuspend", "sign_out"},
        "axes.AccessFailureLog": {"forget"},
        "booking.Refund": {"try_again"},
        "booking.Ticket": {"cancel_tickets"},
        "catalog.Cinema": _ARCHIVING,
        "catalog.Movie": _ARCHIVING,
        "catalog.Room": _ARCHIVING,
        "catalog.Screening": {"cancel_screenings"},
        "common.OutboxMessage": {"deliver_again"},
        "django_celery_beat.PeriodicTask": {"enable_tasks", "disable_tasks", "toggle_tasks", "run_tasks"},
    },
    AUDITOR: {},
}
ADMIN_ACTIONS[ADMIN] = ADMIN_ACTIONS[MANAGER]
