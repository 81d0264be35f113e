"""The cinema that is measured: rooms of 200 seats, screenings for each purpose, people with tokens. All made by SQL."""

import psycopg

ROOMS, ROOM_SEATS, USERS = 20, 200, 997
BLOCKS = ROOM_SEATS // 3  # sales of three seats that a screening has room for
TAKEN = 66  # sold seats of each map that is read
SEATS_OF_SALE = 4  # of the past
SALES_OF_ROOM = ROOM_SEATS // SEATS_OF_SALE
SALES_AT_ONCE = 50_000

MAPS = range(1, 201)
SALES = range(201, 801)
RACES = range(801, 901)
WATCHED = range(901, 1001)
RUSH = range(1001, 1021)
LIMIT = range(2001, 4001)
PAST = range(10_001, 15_001)

SEED = f"""
INSERT INTO catalog_cinema (id, name, slug, address, city, amenities, timezone, currency, premium_factor, vip_factor,
    trailer_minutes, version, created_at)
VALUES (1, 'Bench', 'bench', 'Street 1', 'Town', '[]', 'UTC', 'EUR', 1.2, 1.5, 15, 1, now());
INSERT INTO catalog_room (id, cinema_id, name, cleaning_minutes, step_free, hearing_loop, layout_version, created_at)
SELECT room + 1, 1, 'Room ' || room, 15, false, false, 1, now() FROM generate_series(0, {ROOMS - 1}) AS room;
INSERT INTO catalog_seat (id, room_id, row_label, seat_number, seat_type, is_active)
SELECT room * {ROOM_SEATS} + seat + 1, room + 1, chr(65 + seat / 20), seat % 20 + 1, 'standard', true
FROM generate_series(0, {ROOMS - 1}) AS room, generate_series(0, {ROOM_SEATS - 1}) AS seat;
INSERT INTO catalog_movie (id, title, original_title, slug, duration_minutes, genre, state, writers, producers, poster,
    awards, details, imported, created_at, updated_at)
VALUES (1, 'Bench', '', 'bench', 90, '[]', 'SHOWING', '[]', '[]', '', '[]', '{{}}', '{{}}', now(), now());
INSERT INTO catalog_screening (id, movie_id, room_id, start_time, end_time, room_free_at, price, currency, is_3d,
    is_imax, is_dolby, presale, status, bookings_count, seat_seq, created_at)
SELECT id, 1, id % {ROOMS} + 1, starts, starts + interval '105 min', starts + interval '2 h', 10, 'EUR', false, false,
    false, false, 'scheduled', 0, 0, now()
FROM (
    SELECT id, now() + interval '1 day' + interval '2 h' * (id / {ROOMS}) AS starts
    FROM generate_series(1, {LIMIT.stop - 1}) AS id
    UNION SELECT id, now() - interval '800 days' + interval '2 h' * (id / {ROOMS})
    FROM generate_series({PAST.start}, {PAST.stop - 1}) AS id
) AS times;
INSERT INTO accounts_user (id, password, is_superuser, uuid, email, full_name, is_active, is_staff, dark_mode,
    notifications_enabled, newsletter_subscribed, long_holds, page_epoch, created_at, updated_at)
SELECT id, '', false, gen_random_uuid(), 'user' || id || '@bench.test', '', true, false, false, false, false, false,
    0, now(), now()
FROM generate_series(1, {USERS}) AS id;
"""
PAST_TICKETS = f"""
WITH payments AS (
    INSERT INTO booking_payment (payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at)
    SELECT 'past-' || n, 1 + n %% {USERS}, {PAST.start} + n / {SALES_OF_ROOM}, '[]', 40, 'EUR', 'claimed',
        now() - interval '900 days'
    FROM generate_series(%s::int, %s::int) AS n
    RETURNING payment_id, substr(payment_id, 6)::int AS n, user_id, screening_id, captured_at
), sales AS (
    INSERT INTO booking_booking (booking_number, payment_id, user_id, screening_id, total, currency, booked_at)
    SELECT 'P' || n, payment_id, user_id, screening_id, 40, 'EUR', captured_at FROM payments
    RETURNING id, substr(booking_number, 2)::int AS n, user_id, screening_id, booked_at
)
INSERT INTO booking_seatclaim
    (screening_id, seat_id, user_id, state, price, currency, extensions, secret, booking_id, booked_at, confirmed_at)
SELECT screening_id, screening_id %% {ROOMS} * {ROOM_SEATS} + n %% {SALES_OF_ROOM} * {SEATS_OF_SALE} + number, user_id,
    'used', 10, 'EUR', 0, substr(md5('past' || n || ' ' || number), 1, 26), id, booked_at, booked_at
FROM sales, generate_series(1, {SEATS_OF_SALE}) AS number
"""
SOLD_SEATS = f"""
WITH booking AS (
    INSERT INTO booking_booking (booking_number, user_id, screening_id, total, currency, booked_at)
    SELECT 'M' || id, 1, id, 0, 'EUR', now() FROM generate_series({MAPS.start}, {MAPS.stop - 1}) AS id
    RETURNING id, screening_id, user_id, booked_at
)
INSERT INTO booking_seatclaim
    (screening_id, seat_id, user_id, state, price, currency, extensions, secret, booking_id, booked_at, confirmed_at)
SELECT screening_id, screening_id % {ROOMS} * {ROOM_SEATS} + seat * 3, user_id, 'confirmed', 10, 'EUR', 0,
    substr(md5('map' || screening_id || ' ' || seat), 1, 26), id, booked_at, booked_at
FROM booking, generate_series(1, {TAKEN}) AS seat
"""


def build(database_url: str, *, past_tickets: int) -> None:
    """Fill an empty, migrated database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SEED)
        connection.execute(SOLD_SEATS)
        add_past_tickets(connection, 0, past_tickets)


def add_past_tickets(connection: "psycopg.Connection", known: int, wanted: int) -> None:
    """Raise the number of used tickets, evenly over people, from ``known`` to ``wanted``."""
    sales = range(known // SEATS_OF_SALE, wanted // SEATS_OF_SALE)
    for first in sales[::SALES_AT_ONCE]:
        last = min(first + SALES_AT_ONCE, sales.stop) - 1
        connection.execute(PAST_TICKETS, [first, last])
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")  # or the measurement would pay for it


def first_seat(screening: int) -> int:
    """Return the lowest seat id of the screening's room."""
    return screening % ROOMS * ROOM_SEATS + 1
