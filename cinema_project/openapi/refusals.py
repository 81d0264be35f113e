"""What each ``code`` of a problem document means, and what a client does about it: the page its ``type`` points to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cinema_project.common.errors import DomainError
from cinema_project.common.exception_handler import STATUSES


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the page."""

    code: str
    status: int
    meaning: str

    @property
    def html(self) -> SafeString:
        """The meaning, with what stands between backquotes as code."""
        pieces = enumerate(self.meaning.split("`"))
        marked = (format_html("<code>{}</code>", piece) if number % 2 else piece for number, piece in pieces)
        return format_html_join("", "{}", ((piece,) for piece in marked))


def refusals() -> list[Refusal]:
    """Return every refusal of the API, by status and code."""
    known = {*statuses_of(DomainError), *OUTSIDE}
    found = [Refusal(code, status, MEANINGS[code]) for code, status in known if code in MEANINGS]
    return sorted(found, key=lambda refusal: (refusal.status, refusal.code))


def statuses_of(kind: type[DomainError]) -> Iterator[tuple[str, int]]:
    """Yield code and status of each refusal below this one that may be an answer."""
    for error in kind.__subclasses__():
        if error.__module__.startswith(NOT_ANSWERED):
            continue
        yield error.code, next(STATUSES[base] for base in error.__mro__ if base in STATUSES)
        yield from statuses_of(error)


NOT_ANSWERED = ("scraping.", "cinema_project.common.fetching.")
"""Where refusals are defined that end in a run's log, not in an answer."""

INSIDE = {
    "amount_not_payable",
    "conflict",
    "event_merged",
    "event_over",
    "host_silent",
    "nothing_to_merge",
    "too_little_time",
    "programme_refused",
    "row_refused",
    "screening_not_past",
    "secret_unreadable",
    "unprocessable",
    "upstream_failed",
}
"""Codes that no caller of the API is told, unless the house has asked for prices that its currency has no coins for."""

OUTSIDE = {("method_not_allowed", 405), ("not_acceptable", 406), ("server_error", 500)}
"""Refusals that are no domain errors."""

MEANINGS = {
    # 400
    "already_favorite": "It is one of your favourites already. Nothing to do.",
    "already_reviewed": "Each person reviews a film once. Change yours with PUT.",
    "api_key_refused": "A key with this name, these scopes or this end cannot be made; `errors` says why.",
    "birthday_invalid": "Send a day from 1900 until today, as YYYY-MM-DD.",
    "code_missing": "Send the code of a ticket, as its QR code holds it, or its first eight characters.",
    "email_invalid": "Send an address such as ann@example.org.",
    "email_taken": "Somebody has an account with this address: log in, or ask for a new password.",
    "ends_out_of_order": "A screening ends after it starts, and not before its film does.",
    "film_coming_soon": "The film is not out yet: set `presale`, or its state to SHOWING first.",
    "invalid": "The body or the query is not as described; `errors` points to each field that is wrong.",
    "link_invalid": "The mailed link was used, replaced or is too old. Ask for another.",
    "name_unknown": "The query names a field or a choice that there is not; `detail` lists those there are.",
    "no_such_moment": "The calendar or the cinema's clock has no such moment. Choose a year from 1900 to 2999.",
    "nothing_to_pay": "These seats cost nothing: book them without a payment.",
    "password_refused": "The password is too easy to guess; `errors` says why.",
    "payment_id_invalid": "Send a payment_id of 1 to 255 printable ASCII characters.",
    "payment_mismatch": "What was paid is not what the seats cost. It goes back, or buys other seats of its price.",
    "payment_unknown": "No payment has this id, or it is somebody else's: begin one with payments/intents.",
    "picture_refused": "Send a JPEG, PNG, WebP or GIF of at most 5 MB and a sensible size.",
    "plan_invalid": "The plan of the room cannot be read; `errors` names the lines.",
    "promo_not_valid": "There is such a code, but for another time, cinema, film or currency; `detail` says which.",
    "promo_unknown": "There is no such code, or it is switched off. Go on without it.",
    "query_missing": "Send `q`, a text of 1 to 255 characters.",
    "reset_token_invalid": "The token was used, or is older than half an hour. Ask for another.",
    "screening_limit": "You hold seats in two other screenings already: book or give back those of one.",
    "screening_past": "The screening has begun: its seats are no longer sold, and its tickets no longer cancelled.",
    "seat_limit": "One person can have ten seats in a screening, those already bought included. Ask for fewer.",
    "seat_not_in_room": "Some ids in `conflicting_seat_ids` are no seats of the screening's room.",
    "signature_invalid": "The message does not carry the payment provider's signature, or is too old.",
    "starts_in_the_past": "A screening starts in the future.",
    "state_goes_back": "A film goes from COMING_SOON to SHOWING to ENDED, never back.",
    "status_unknown": "There is no such status of a ticket; `detail` lists those there are.",
    "ticket_types_invalid": "Send an object of seat ids and ticket types: adult, child, senior, member.",
    "url_refused": "Send a public http or https address.",
    "wrong_number_of_seats": "The plan has another number of seats than was said.",
    "wrong_password": "The current password is another one.",
    # 401
    "invalid_api_key": "The API key is unknown, revoked or expired, or whoever made it is suspended.",
    "invalid_token": "The token is not one of ours, not of the kind wanted, or its account is closed. Log in again.",
    "not_authenticated": "Send `Authorization: Bearer <access_token>`; auth/login hands one out.",
    "token_expired": "Get another token with auth/refresh-token, or log in again.",
    "token_revoked": "A logout, a new password or a refresh token used twice ended the sign-in. Log in again.",
    "wrong_credentials": "Address or password is wrong; which of the two is not told.",
    # 403
    "not_allowed": "You are known, but this takes a role or a scope that you have not.",
    "not_your_review": "A review is changed by who wrote it.",
    "origin_refused": "A page of another site sent the cookie along.",
    "own_account": "One cannot do this to one's own account. Ask somebody else.",
    "sign_in_again": "This takes a sign-in of the last hour. Log in again, then repeat.",
    # 404
    "api_key_not_found": "There is no such API key.",
    "cast_member_not_found": "There is no such member of a cast.",
    "cinema_not_found": "There is no such cinema.",
    "event_not_found": "There is no such event, or it is over.",
    "event_type_unknown": "There is no such type of event.",
    "movie_not_found": "There is no such film.",
    "not_favorite": "It is none of your favourites.",
    "not_found": "Nothing is at this address, or it is not yours to see.",
    "review_not_found": "There is no such review.",
    "room_not_found": "There is no such room.",
    "screening_not_found": "There is no such screening.",
    "search_not_found": "There is no such entry in your search history.",
    "seat_not_found": "There is no such seat.",
    "ticket_unknown": "No ticket has this code: it is mistyped, or forged.",
    "tmdb_not_found": "The Movie Database has no such film.",
    "user_not_found": "There is no such user.",
    # 405, 406
    "method_not_allowed": "The address knows other methods: the header `Allow` lists them.",
    "not_acceptable": "Answers are JSON: accept `application/json`.",
    # 409
    "already_used": "The ticket has let somebody in; `first_scan` says when and by whom.",
    "already_waiting": "You are on this waiting list already.",
    "busy": "Others change the same seats at this moment, and nothing was written. Repeat after `Retry-After`.",
    "cinema_archived": "The cinema was taken out of the programme.",
    "code_ambiguous": "Several tickets begin with these characters: send the whole code.",
    "companion_seat": "A companion seat goes with the wheelchair space beside it: take both, or another seat.",
    "extend_limit": "The hold was prolonged as often or as long as it can be: pay, or let it go.",
    "film_archived": "The film was taken out of the programme.",
    "has_live_claims": "People hold or have bought seats that this would take from them.",
    "has_screenings_to_come": "It is still part of screenings to come: cancel or move those first.",
    "hold_expired": "These seats are not held for you, or no longer: hold them again.",
    "illegal_transition": "What is in this state cannot become that one; `detail` says why.",
    "last_admin": "Somebody has to remain who can do everything.",
    "no_mailbox": "The buyer has no mail address: a guest at the counter, or somebody whose account is closed.",
    "no_more_suggestions": "All groups of this size were suggested: take one, or begin anew without `avoid`.",
    "payment_declined": "The payment did not work out, and nothing was taken. Pay in another way.",
    "payment_id_reused": "This payment_id belongs to another booking or another person: use a new one.",
    "payment_not_captured": "The money is not there yet. Repeat after a moment.",
    "payment_refunded": "The money of this payment was given back, or is about to be: pay anew.",
    "price_too_high": "The prices of this cinema make more of this than its till can take.",
    "promo_used": "You have used this code as often as one person may.",
    "promo_used_up": "The code was used as often as it may be. Go on without it.",
    "refund_sent": "The money is on its way back, or back already.",
    "request_in_progress": "The same booking is under way. Repeat after `Retry-After` to get its answer.",
    "reservation_expired": "The seats in `conflicting_seat_ids` are not held for you: hold them, then book.",
    "room_name_taken": "The cinema has another room of this name.",
    "room_overlap": "The room is in use then, cleaning included; `detail` says by what.",
    "screening_cancelled": "The screening was called off. Tickets are refunded by themselves.",
    "seat_has_history": "The seat was sold before, so its row, number and kind stay.",
    "seats_available": "There are seats for your party now; `alternatives` names some.",
    "seats_booked": "Somebody has bought the seats in `conflicting_seat_ids`; `alternatives` names others.",
    "seats_exist": "The room has these seats already.",
    "seats_held": "Somebody holds the seats in `conflicting_seat_ids`, for now; `alternatives` names others.",
    "seats_not_on_sale": "The seats in `conflicting_seat_ids` are not sold.",
    "single_seat_gap": "The seats in `conflicting_seat_ids` would be left single; `alternatives` names other choices.",
    "ticket_not_valid": "The ticket was cancelled, refunded or never paid: it lets nobody in.",
    "ticket_void": "The ticket does not count, so there is no QR code of it.",
    "too_few_seats": "There are not so many free seats. Ask for fewer, or join the waiting list.",
    "wrong_day": "The ticket is for another day; `detail` says which.",
    "wrong_screening": "The ticket is for another screening; `detail` says which.",
    # 413 and on
    "too_large": "Send less: at most 10 MB, a picture at most 5 MB.",
    "unsupported_media_type": "Send `Content-Type: application/json`, or for files `multipart/form-data`.",
    "idempotency_key_reused": "This Idempotency-Key came with another body: use a new key for a new request.",
    "hold_churn": "You held these seats too often without buying, and others have a turn. Repeat after `Retry-After`.",
    "rate_limit": "Too many requests. Repeat after `Retry-After` seconds.",
    "too_many_failures": "Too many wrong passwords for this account. Repeat after `Retry-After`, or ask for a new one.",
    "too_many_requests": "Too many requests. Repeat after `Retry-After` seconds.",
    "server_error": "Something went wrong on our side. A repeat is safe with the same payment_id or Idempotency-Key.",
    "batch_not_stored": "The database is away; nothing of the batch is stored. Send it again after `Retry-After`.",
    "event_not_stored": "The database does not take the event; nothing is stored.",
    "image_download_failed": "The event's picture cannot be fetched, read or stored; `detail` says why.",
    "tmdb_refused": "The Movie Database does not accept the site's key.",
    "tmdb_unavailable": "The Movie Database is down, slow or busy. Repeat later.",
    "commit_unknown": "The database went away while it wrote. Repeat with the same payment_id or Idempotency-Key.",
    "payment_provider_unavailable": "The payment provider does not answer. Repeat after `Retry-After`.",
    "payments_not_configured": "The site has no payment provider. Its staff must set one.",
    "pictures_busy": "Other pictures are being worked on. Repeat after `Retry-After`.",
    "stopping": "The server is about to stop. Repeat in a moment.",
    "storage_unavailable": "Files cannot be stored at this moment. Repeat later.",
    "tmdb_not_configured": "The site has no key for The Movie Database: set TMDB_API_KEY.",
    "unavailable": "The service is busy or starting. Repeat after `Retry-After`.",
}
