"""What the house sold and took, for staff: ``admin/stats/*``, and the older clients' words for the same numbers."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.roles import BOX_OFFICE
from accounts.selectors import known_people
from booking.api.serializers.seats import money
from booking.api.views.staff import staff_of, tickets_json
from booking.realtime import wire_time
from booking.selectors import sales, stats
from booking.selectors.sales import Sale
from booking.selectors.stats import Takings
from booking.selectors.tickets import everybodys_tickets
from catalog.models import Movie, Room
from catalog.selectors.cinemas import visible_cinemas
from catalog.selectors.screenings import screenings, upcoming
from cinema_project.common import clock
from cinema_project.common.errors import Invalid
from cinema_project.common.json_api import JsonView, answer
from cinema_project.common.pagination import MAX_LIMIT, SkipLimitPagination
from cinema_project.common.queries import whole

MOST_DAYS = 366
RECENT_DAYS = 7
Json = dict[str, Any]


class Report(JsonView):
    """One report, for managers, admins and auditors."""

    def get(self, request: HttpRequest) -> HttpResponse:
        staff_of(request, reads=True)
        return answer(self.report(request))

    def report(self, request: HttpRequest) -> Any:
        raise NotImplementedError


class Movies(Report):
    def report(self, request: HttpRequest) -> Json:
        return {"movies_count": Movie.objects.visible().count()}


class Cinemas(Report):
    def report(self, request: HttpRequest) -> Json:
        return {"cinemas_count": visible_cinemas().count()}


class Users(Report):
    def report(self, request: HttpRequest) -> Json:
        return {"users_count": known_people().count()}


class RecentTickets(Report):
    def report(self, request: HttpRequest) -> Json:
        since, limit = stats.start_of_period(_days(request, RECENT_DAYS)), _limit(request)
        ids = everybodys_tickets().filter(booked_at__gte=since).values_list("pk", flat=True)[:limit]
        return {"recent_bookings": tickets_json(list(ids))}


class Revenue(Report):
    def report(self, request: HttpRequest) -> Json:
        takings = stats.takings()
        return {"total_revenue": money(takings.total)} | _by_currency(takings)


class RevenueOfPeriod(Report):
    def report(self, request: HttpRequest) -> Json:
        days = stats.takings_by_day(_days(request, 30))
        takings = stats.together(days)
        return {
            "revenue_last_period": money(takings.total),
            **_by_currency(takings),
            "period_days": len(days),
            "by_day": [_day(day) for day in days],
        }


class TicketsSold(Report):
    def report(self, request: HttpRequest) -> Json:
        return {"total_tickets_sold": stats.takings().tickets}


class PopularMovies(Report):
    def report(self, request: HttpRequest) -> Json:
        films = stats.popular_films(_limit(request))
        shown = [{"movie_id": film.movie_id, "title": film.title, "tickets_sold": film.tickets} for film in films]
        return {"popular_movies": shown}


class Today(Report):
    """Tickets confirmed today, less those given back."""

    def report(self, request: HttpRequest) -> Json:
        [day] = stats.takings_by_day(1)
        takings = day.takings
        return {
            "today_bookings": takings.tickets,
            "today_revenue": money(takings.total),
            **_by_currency(takings),
            "date": day.date.isoformat(),
        }


class Dashboard(Report):
    def report(self, request: HttpRequest) -> Json:
        ever, lately = stats.takings(), stats.together(stats.takings_by_day(RECENT_DAYS))
        return {
            "total_users": known_people().count(),
            "total_bookings": stats.bookings_that_count(),
            "total_revenue": money(ever.total),
            **_by_currency(ever),
            "total_movies": Movie.objects.visible().count(),
            "total_showings": screenings().count(),
            "upcoming_showings": upcoming().count(),
            "total_rooms": Room.objects.visible().count(),
            "recent_bookings": stats.bookings_that_count(RECENT_DAYS),
            "recent_revenue": money(lately.total),
            "last_updated": wire_time(clock.now()),
        }


class Bookings(JsonView):
    """Every booking, the newest first, also for the box office."""

    default_limit = 100

    def get(self, request: HttpRequest) -> HttpResponse:
        staff_of(request, BOX_OFFICE, reads=True)
        pagination = SkipLimitPagination()
        found = pagination.cut(sales.bookings(), request, self.default_limit)
        response = answer([_booking(sale) for sale in sales.sales(found)])
        for name, value in pagination.headers().items():
            response[name] = value
        return response


class RecentBookings(Bookings):
    default_limit = 10


def _booking(sale: Sale) -> Json:
    booking, screening = sale.booking, sale.booking.screening
    return {
        "id": booking.pk,
        "booking_number": booking.booking_number,
        "user_id": booking.user_id,
        "user_email": booking.user.email,
        "user_name": booking.user.full_name,
        "showing_id": screening.pk,
        "movie_title": screening.movie.title,
        "room_name": screening.room.name,
        "showing_time": wire_time(screening.start_time),
        "seats": [ticket.seat.label for ticket in sale.tickets],
        "status": sale.status,
        "total_price": money(booking.total),
        "revenue": money(sale.revenue),
        "currency": booking.currency,
        "created_at": wire_time(booking.booked_at),
    }


def _day(day: stats.Day) -> Json:
    takings = day.takings
    shown = {"date": day.date.isoformat(), "revenue": money(takings.total), "tickets": takings.tickets}
    return shown | _by_currency(takings)


def _by_currency(takings: Takings) -> Json:
    return {"by_currency": {name: money(amount) for name, amount in sorted(takings.by_currency.items())}}


def _days(request: HttpRequest, default: int) -> int:
    return _up_to(request, "days", default, MOST_DAYS)


def _limit(request: HttpRequest) -> int:
    return _up_to(request, "limit", 10, MAX_LIMIT)


def _up_to(request: HttpRequest, name: str, default: int, most: int) -> int:
    value = whole(request.GET, name, default, least=1)
    if value > most:
        sentence = f"{name} is at most {most}."
        raise Invalid(sentence, errors=[{"pointer": f"/{name}", "detail": sentence}])
    return value
