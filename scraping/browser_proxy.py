"""A proxy on this machine for a browser, which can be given no password for one: all goes on to the real proxy."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urlsplit

from cinema_project.common.fetching.lines import authorities

HOST = "127.0.0.1"
PIECE = 64 * 1024
CONNECT_SECONDS = 10
UNREACHABLE = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    b"<title>The proxy cannot be reached</title>"
)
"""What a browser shows, and those who look for a form in it repeat."""
OURS = (b"proxy-authorization:", b"proxy-connection:", b"connection:")
"""Headers of which only our own are passed on."""


@contextmanager
def passing_on(proxy: str) -> Iterator[str]:
    """Listen until the block is left; yield the address to give to the browser.

    :param proxy: ``http://user:password@host:port``; https as well
    """
    loop, relay = asyncio.new_event_loop(), _Relay(urlsplit(proxy))
    server = loop.run_until_complete(asyncio.start_server(relay.serve, HOST, 0, limit=PIECE))
    thread = threading.Thread(target=loop.run_forever, name="browser proxy", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result(CONNECT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    """Stop listening, and cut what is still open."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Relay:
    def __init__(self, proxy: SplitResult) -> None:
        self._host, self._port = proxy.hostname, proxy.port
        self._secure = authorities() if proxy.scheme == "https" else None
        who = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode() if proxy.username else b""
        self._proof = b"Proxy-Authorization: Basic " + base64.b64encode(who) + b"\r\n" if who else b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on, and whatever follows it: a tunnel's content, or an answer."""
        opened = [writer]
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            try:
                answers, asking = await self._connected()
            except OSError:  # of which time out is a kind
                writer.write(UNREACHABLE)
                await writer.drain()
                return
            opened.append(asking)
            asking.write(self._passed_on(head))
            await asyncio.gather(_copy(reader, asking), _copy(answers, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the browser sees a connection that ends, and says so
        finally:
            for one in opened:
                one.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connecting = asyncio.open_connection(self._host, self._port, ssl=self._secure)
        return await asyncio.wait_for(connecting, CONNECT_SECONDS)

    def _passed_on(self, head: bytes) -> bytes:
        """Return the head of a request with our proof; each connection carries one, so that none goes without."""
        first, *lines = head[:-4].split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(OURS)]
        if not first.startswith(b"CONNECT "):
            kept.append(b"Connection: close")
        return b"\r\n".join([first, *kept]) + b"\r\n" + self._proof + b"\r\n"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
    with suppress(OSError, NotImplementedError):  # TLS knows no half that is closed
        writer.write_eof()
