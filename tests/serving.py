"""A web server on this machine that serves real files and misbehaves on demand."""

from __future__ import annotations

import gzip
import io
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDLESS_MAX_BYTES = 50_000_000  # what "endless" sends at most, so that no test runs on
_CHUNK = 8192


@dataclass
class Reply:
    """One answer.

    `cut` closes the connection after so many bytes of the body; `claim` is a length that is not
    true; `pause_s` is waited before each chunk; without `ranges` a Range is ignored; with
    `blind` If-Range is.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    cut: int | None = None
    claim: int | None = None
    pause_s: float = 0.0
    chunk: int = _CHUNK
    ranges: bool = True
    blind: bool = False
    packed: bool = False
    endless: bool = False


@dataclass
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Site:
    """Replies by path: each request takes the next, the last one stays."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.replies: dict[str, list[Reply]] = {}
        self.requests: list[Request] = []
        self.lock = threading.Lock()

    def add(self, path: str, *replies: Reply) -> str:
        """Serve at a path; returns its address."""
        self.replies[path] = list(replies)
        return self.url + path

    def next(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            waiting = self.replies.get(request.path, [Reply(b"weg", status=404)])
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def ranges(self) -> list[str]:
        """The Range of each request so far, empty for the whole file."""
        return [request.headers.get("range", "") for request in self.requests]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method gets the same answer; the server looks for ``do_<method>``."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        self.close_connection = True
        size = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(size))
        reply = self.site.next(request)
        self._send(request, reply)

    def _send(self, request: Request, reply: Reply) -> None:
        status, body, headers = reply.status, reply.body, dict(reply.headers)
        if reply.etag:
            headers["ETag"] = reply.etag
            if request.headers.get("if-none-match") == reply.etag:
                status, body = 304, b""
        found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        is_same = reply.blind or request.headers.get("if-range") == reply.etag
        if status == 200 and found and reply.ranges and is_same:
            status, body = self._part(int(found[1]), body, headers)
        if reply.packed:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        if not reply.endless:
            headers["Content-Length"] = str(len(body) if reply.claim is None else reply.claim)
        self.send_response_only(status)  # no date and no name of its own
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self._write(body if reply.cut is None else body[: reply.cut], reply)

    def _part(self, start: int, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if start >= len(body):
            headers["Content-Range"] = f"bytes */{len(body)}"
            return 416, b""
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return 206, body[start:]

    def _write(self, body: bytes, reply: Reply) -> None:
        sent = 0
        while reply.endless and sent < ENDLESS_MAX_BYTES:
            self.wfile.write(b"x" * 65536)
            sent += 65536
        for start in range(0, len(body), reply.chunk):
            time.sleep(reply.pause_s)
            self.wfile.write(body[start : start + reply.chunk])
            self.wfile.flush()

    def log_message(self, *_words: object) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_words: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serving() -> Iterator[Site]:
    """Serve on a free port of this machine."""
    handler = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        handler.site = Site(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield handler.site
        finally:
            server.shutdown()
            thread.join()


def archive(**members: bytes) -> bytes:
    """A zip archive with members by name; two underscores stand for a dot."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as bundle:
        for name, content in members.items():
            bundle.writestr(name.replace("__", "."), content)
    return sink.getvalue()
