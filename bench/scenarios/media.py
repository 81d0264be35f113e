"""S8: 8 clients look through 10,000 videos of media jobs, with every filter, and ask for the figures."""

import itertools
from collections.abc import Iterator
from statistics import median

import psycopg

from bench.load import Flow, drive, request
from bench.report import Report
from bench.stage import Stage

CLIENTS, VIDEOS, JOBS = 8, 10_000, 200
OF_A_JOB = VIDEOS // JOBS
API = "/api/v1"
FILL = f"""
INSERT INTO accounts_user_groups (user_id, group_id)
    SELECT min(person.id), team.id FROM accounts_user person, auth_group team WHERE team.name = 'manager'
    GROUP BY team.id ON CONFLICT DO NOTHING;
INSERT INTO scraping_run (source, run_key, trigger, options, scope, state, created_at, due_at, started_at, finished_at,
        parser_version, verdict, words, counts, coverage, alarms)
    SELECT 'media', 'bench ' || n, 'staff', '{{}}', md5('bench ' || n), 'succeeded', now(), now(), now(), now(),
        1, 'changed', '', '{{}}', '{{}}', '[]' FROM generate_series(1, {JOBS}) AS n;
INSERT INTO scraping_mediajob (id, mode, value, "limit", no_watermark, drive_folder_id, created_at, run_id,
        failure_reason, note)
    SELECT md5('job ' || run_key)::uuid, CASE WHEN id % 4 = 0 THEN 'hashtag' ELSE 'profile' END, 'user' || id % 50, 50,
        true, '', now() - id * interval '1 minute', id, '', '' FROM scraping_run WHERE source = 'media';
INSERT INTO scraping_mediavideo (id, job_id, url, "desc", author_username, author_nickname, views, likes, comments,
        shares, created_at_tiktok, hashtags, music_title, music_author, duration, cover_url, cover, scraped_at,
        counted_at, state, note, error, has_watermark, file_size, checksum, folder_path, drive_file_id,
        drive_metadata_id, storage_name)
    SELECT (7000000000000000000 + job.run_id * 1000 + n)::text, job.id, 'https://www.tiktok.com/@user/video/1',
        repeat('words about a film ', 6), 'user' || job.run_id % 50, 'User', 1000 * n, 10 * n, n, n, now(),
        ('["film' || n % 20 || '", "cinema"]')::jsonb, 'Original Sound', 'User', 15, '', '',
        now() - (job.run_id * 100 + n) * interval '1 second', now(),
        CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'uploaded' END, '', '', false, 5000000, md5(job.run_id || ' ' || n),
        'TikTok/profile/user/2026/11', 'drive-' || job.run_id || '-' || n, 'beside-' || job.run_id || '-' || n, ''
    FROM scraping_mediajob job, generate_series(1, {OF_A_JOB}) AS n;
INSERT INTO scraping_jobvideo (job_id, video_id, place)
    SELECT job_id, id, right(id, 3)::int FROM scraping_mediavideo;
INSERT INTO scraping_videotag (video_id, tag)
    SELECT id, tag FROM scraping_mediavideo, jsonb_array_elements_text(hashtags) AS tag;
"""


def measure(stage: Stage, report: Report) -> None:
    with psycopg.connect(stage.product.database_url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    for name, paths in goals().items():
        asked = [request("GET", path, stage.tokens[0]) for path in paths]
        drive(stage.port, _flows(asked), clients=CLIENTS, seconds=1)
        slices = [
            drive(stage.port, _flows(asked), clients=CLIENTS, seconds=stage.slice_seconds) for _ in range(stage.pairs)
        ]
        assert {status for one in slices for status in one.statuses} == {200}, name
        p95 = median(one.percentile(0.95) for one in slices) * 1000
        rate = median(one.rate for one in slices)
        must = 60 if name.startswith("videos") else None
        report.add(f"{name}, p95", p95, must=must, unit=" ms", upward=False, remark=f"{rate:.0f} answers a second")


def goals() -> dict[str, list[str]]:
    """Return the addresses by the name of their list."""
    filters = {
        "all": ["", "offset=5000"],
        "by mode": ["mode=profile", "mode=hashtag"],
        "by value": [f"value=user{number}" for number in range(50)],
        "by author": [f"author_username=user{number}" for number in range(50)],
        "by hashtag": ["hashtag=cinema", *(f"hashtag=film{number}" for number in range(20))],
        "by status": ["status=uploaded", "status=failed", "status=pending"],
        "by all of them": [f"mode=profile&value=user{n}&hashtag=cinema&status=uploaded" for n in range(50)],
    }
    videos = {f"videos {name}": [f"{API}/videos?{asked}" for asked in queries] for name, queries in filters.items()}
    return videos | {"jobs": [f"{API}/jobs", f"{API}/jobs?status=completed"], "job stats": [f"{API}/stats"]}


def _flows(asked: list[bytes]) -> Iterator[Flow]:
    def one(what: bytes) -> Flow:
        yield what

    return (one(what) for what in itertools.cycle(asked))
