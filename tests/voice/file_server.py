"""A web server on this machine, for what is fetched."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from voice.models.sources import WebFile

CONTENT = bytes(range(256)) * 4096  # 1 MiB


@dataclass
class Server:
    """A web server on this machine that serves one file, whole or not."""

    content: bytes = CONTENT
    break_after: list[int] = field(default_factory=list)  # bytes, one entry per request
    ignores_ranges: bool = False
    redirect_to: str | None = None
    only: str = ""  # the one path that there is, if not all
    ranges: list[str | None] = field(default_factory=list)  # the Range header of each request
    address: str = ""

    def source(self, path: str = "file.bin") -> WebFile:
        """The file as a source."""
        return WebFile(f"{self.address}/{path}")


@contextlib.contextmanager
def served() -> Iterator[Server]:
    """A running server whose behaviour the test can change."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.ranges.append(self.headers.get("Range"))
            if state.redirect_to and not self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", state.redirect_to)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if state.only and self.path != state.only:
                self.send_error(404)
                return
            start, end = 0, len(state.content)
            wanted = self.headers.get("Range")
            if wanted and not state.ignores_ranges:
                first, _, last = wanted.removeprefix("bytes=").partition("-")
                start, end = int(first), int(last or len(state.content) - 1) + 1
                self.send_response(206)
                total = len(state.content)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{total}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(end - start))
            self.end_headers()
            body = state.content[start:end]
            if state.break_after:
                body = body[: state.break_after.pop(0)]
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test output clean."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{web.server_port}"
    thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    web.shutdown()
    web.server_close()
    thread.join()
