"""Serving the demo: pages, API, sockets and background work in this one process."""

import signal
import socket
from types import FrameType

import uvicorn
from django.utils.module_loading import import_string

from cinema_project.demo.compression import Gzip

GRACE_SECONDS = 3


class PortTaken(Exception):
    """Somebody listens there already, or the address is not ours; the message is one sentence."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port before any work is done.

    :raises PortTaken: if that cannot be
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        reason = f"Port {port} of {host} cannot be used ({error.strerror})"
        raise PortTaken(f"{reason}: stop what uses it, or choose another with --port.") from error
    return listener


def serve(listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM; then finish what is under way and return."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ignore)  # uvicorn listens for both, and raises them again when it is done
    application = import_string("cinema_project.asgi.application")  # not before: it starts the background work
    config = uvicorn.Config(
        Gzip(application),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        proxy_headers=False,  # whom to believe about addresses, TRUSTED_PROXIES says
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _ignore(number: int, frame: FrameType | None) -> None: ...
