"""A TMDB of our own, over real HTTP: by default it knows one film and its pictures; told otherwise, it misbehaves."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

KEY = "0123456789abcdef0123456789abcdef"
TMDB_ID = 653
PATIENCE = 20

Script = Callable[[BaseHTTPRequestHandler], None]


def film(**changes: Any) -> dict[str, Any]:
    """TMDB's answer for one film, cut down to what is read and a little more."""
    return {
        "id": TMDB_ID,
        "title": "Nosferatu",
        "original_title": "Nosferatu, eine Symphonie des Grauens",
        "overview": "A count travels, and a town falls silent.",
        "genres": [{"id": 27, "name": "Horror"}, {"id": 14, "name": "Fantasy"}],
        "runtime": 94,
        "release_date": "1922-02-16",
        "status": "Released",
        "original_language": "de",
        "spoken_languages": [
            {"iso_639_1": "xx", "english_name": "No Language"},
            {"iso_639_1": "de", "english_name": "German"},
        ],
        "production_countries": [{"iso_3166_1": "DE", "name": "Germany"}],
        "vote_average": 7.7,
        "vote_count": 2100,
        "poster_path": "/poster.jpg",
        "backdrop_path": "/backdrop.jpg",
        "adult": False,
        "credits": {
            "cast": [
                {"name": "Greta Schröder", "character": "Ellen", "order": 1, "profile_path": None},
                {"name": "Max Schreck", "character": "Count Orlok", "order": 0, "profile_path": "/schreck.jpg"},
            ],
            "crew": [
                {"name": "F. W. Murnau", "job": "Director", "department": "Directing"},
                {"name": "Henrik Galeen", "job": "Screenplay", "department": "Writing"},
                {"name": "Bram Stoker", "job": "Novel", "department": "Writing"},
                {"name": "Enrico Dieckmann", "job": "Producer", "department": "Production"},
            ],
        },
        "videos": {
            "results": [
                video("teaser", type="Teaser", size=2160),
                video("elsewhere", site="Vimeo"),
                video("by-a-fan", official=False, size=2160),
                video("small", size=360),
                video("the-one"),
            ]
        },
        **changes,
    }


def video(key: str, **changes: Any) -> dict[str, Any]:
    return {"key": key, "site": "YouTube", "type": "Trailer", "official": True, "size": 1080, "name": key, **changes}


def page(*films: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {"page": number, "results": list(films), "total_pages": 1, "total_results": len(films)}


def hit(tmdb_id: int = TMDB_ID, title: str = "Nosferatu", release_date: str = "1922-02-16") -> dict[str, Any]:
    return {"id": tmdb_id, "title": title, "release_date": release_date}


def jpeg(size: tuple[int, int] = (500, 750)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(content, "JPEG")
    return content.getvalue()


def answer(body: Any, status: int = 200, **headers: str) -> Script:
    """Answer with JSON, or with bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def run(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(content)

    return run


def refusal(status: int, code: int, sentence: str, **headers: str) -> Script:
    return answer({"status_code": code, "status_message": sentence, "success": False}, status, **headers)


NOT_FOUND = refusal(404, 34, "The resource you requested could not be found.")
WRONG_KEY = refusal(401, 7, "Invalid API key: You must be granted a valid key.")


def too_many(seconds: str) -> Script:
    return refusal(429, 25, "Your request count is over the allowed limit.", Retry_After=seconds)


def cut_off(to: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    to.send_response(200)
    to.send_header("Content-Length", "1000")
    to.end_headers()
    to.wfile.write(b'{"title": ')
    to.close_connection = True


def compressed(to: BaseHTTPRequestHandler) -> None:
    """Send gzip to somebody who asked for none."""
    answer(b"\x1f\x8b\x08\x00", Content_Encoding="gzip")(to)


def no_answer(to: BaseHTTPRequestHandler) -> None:
    to.close_connection = True


@dataclass
class FakeTmdb:
    """What it answers by path, and what it was asked: ``(path, query, headers)``."""

    url: str = ""
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.asked.clear()
        self.released.clear()
        pictures = {"/t/p/w500/poster.jpg": jpeg(), "/t/p/w1280/backdrop.jpg": jpeg((1280, 720))}
        lists = ("movie/now_playing", "movie/upcoming", "movie/popular", "movie/top_rated", "search/movie")
        self.scripts = {path: [answer(content)] for path, content in pictures.items()}
        self.scripts |= {f"/3/{path}": [answer(page(hit()))] for path in lists}
        self.says(film())

    def says(self, document: Any) -> None:
        """Let it know this of its film."""
        self.does(answer(document))

    def does(self, *scripts: Script, path: str = f"movie/{TMDB_ID}") -> None:
        """Let it do this when asked, one after the other; the last again and again."""
        self.scripts[path if path.startswith("/") else f"/3/{path}"] = list(scripts)

    def hang(self, to: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test is over."""
        self.released.wait(PATIENCE)
        to.close_connection = True

    def drip(self, to: BaseHTTPRequestHandler) -> None:
        """Begin, and say nothing more until the test is over."""
        to.send_response(200)
        to.end_headers()
        to.wfile.write(b"{")
        to.wfile.flush()
        self.hang(to)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def serve(self, to: BaseHTTPRequestHandler) -> None:
        address = urlsplit(to.path)
        self.asked.append((address.path, dict(parse_qsl(address.query)), {**to.headers}))
        scripts = self.scripts.get(address.path, [NOT_FOUND])
        (scripts.pop(0) if len(scripts) > 1 else scripts[0])(to)


@contextmanager
def running() -> Iterator[FakeTmdb]:
    fake = FakeTmdb()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                fake.serve(self)
            except ConnectionError:
                self.close_connection = True  # whoever asked lost patience

        def log_message(self, *_words: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield fake
    finally:
        fake.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
