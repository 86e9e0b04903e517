"""The chat page and its API: one person's browser, every person of the playground.

Everything lies below a random key in the address; on top of it the first visit sets a cookie that
no other site can make the browser send.  See `guard.py` for what is refused before it comes here.
"""

import asyncio
import contextlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.resources import files
from typing import Any, cast, get_args

from aiohttp import web

from bot.playground import view
from bot.playground.actions import ACTIONS, Desk
from bot.playground.errors import ApiError, Refused
from bot.playground.guard import HEADERS
from bot.playground.params import Upload
from bot.playground.scenario import load_scenarios
from bot.playground.world import MediaKind, StoredFile, World

COOKIE = "playground"
HISTORY_LIMIT = 200
HEARTBEAT_SECONDS = 15.0
TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html", "svg": "image/svg+xml"}
SHOWN_TYPES = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "audio/mp4"}
    | {"audio/webm", "audio/wav", "audio/x-wav", "audio/flac", "video/mp4", "video/webm"}
)
"""What a browser may show in place; everything else is only ever downloaded."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Page:
    """The page's side of a world.  `key` is what the address needs."""

    world: World
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    language: str = "nl"
    spoken: Callable[[str], None] = lambda _: None
    """Told when the page speaks another language, in a thread."""

    def __post_init__(self) -> None:
        self.scenarios = load_scenarios()
        self.desk = Desk(self.world, self.scenarios)

    def mount(self, app: web.Application) -> None:
        """Add the page to the server's application."""
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/{key}/", self._index),
            ("GET", "/{key}/static/{name}", self._static),
            ("GET", "/{key}/files/{file}", self._file),
            ("GET", "/{key}/api/state", self._state),
            ("GET", "/{key}/api/history", self._history),
            ("GET", "/{key}/api/events", self._events),
            ("POST", "/{key}/api/send", self._send),
            ("POST", "/{key}/api/{action}", self._act),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, self._locked(handler))

    def _locked(self, handler: Handler) -> Handler:
        """Behind the key, and – but for the page itself – behind the cookie."""

        async def checked(request: web.Request) -> web.StreamResponse:
            if not _same(request.match_info["key"], self.key):
                raise web.HTTPNotFound
            if handler != self._index and not _same(request.cookies.get(COOKIE, ""), self.cookie):
                raise web.HTTPForbidden(text="Open the page first.")
            if request.method == "POST" and request.headers.get("Origin") is None:
                raise web.HTTPForbidden(text="Only the page itself may do this.")
            return await handler(request)

        return checked

    async def _index(self, _request: web.Request) -> web.Response:
        html = (files("bot.playground") / "templates" / "page.html").read_text("utf-8")
        response = web.Response(text=html, content_type="text/html")
        response.set_cookie(
            COOKIE, self.cookie, path=f"/{self.key}/", httponly=True, samesite="Strict"
        )
        return response

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        for file in (files("bot.playground") / "static").iterdir():
            if file.name == name:
                kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
                return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8")
        raise web.HTTPNotFound

    async def _file(self, request: web.Request) -> web.Response:
        stored = self.world.files.get(request.match_info["file"])
        if stored is None:
            raise web.HTTPNotFound
        return _as_file(request, stored)

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "event": self.world.events.last,
                "language": self.language,
                "accounts": view.accounts(self.world),
                "chats": [view.chat(chat) for chat in self.world.chats.values()],
                "scenarios": [one.summary() for one in self.scenarios.values()],
                "texts": page_texts(),
            }
        )

    async def _history(self, request: web.Request) -> web.Response:
        """The newest messages of a chat below the number `before`, oldest first."""
        chat = self.world.chats.get(request.query.get("chat", ""))
        if chat is None:
            raise web.HTTPNotFound
        before = int(request.query.get("before", "0")) or None
        limit = min(int(request.query.get("limit", "60")), HISTORY_LIMIT)
        found = []
        for number, message in reversed(chat.messages.items()):
            if before is None or number < before:
                found.append(view.message(message))
            if len(found) == limit:
                break
        return web.json_response(found[::-1])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events; the browser reconnects by itself and names the last it saw."""
        after = int(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream = self.world.events.follow(after)
        coming = asyncio.ensure_future(anext(stream))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    await response.write(b":\n\n")
                    continue
                number, event = coming.result()
                coming = asyncio.ensure_future(anext(stream))
                if (shown := self._shown(event)) is not None:
                    line = f"id: {number}\ndata: {json.dumps(shown)}\n\n"
                    await response.write(line.encode())
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming
            await stream.aclose()
        return response

    def _shown(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """An event with what it is about, as that is now; None if that is gone."""
        chat = self.world.chats.get(event.get("chat", ""))
        match event["type"]:
            case "message" | "edit":
                message = chat.messages.get(event["id"]) if chat else None
                return event | {"message": view.message(message)} if message else None
            case "chat":
                return event | {"chat": view.chat(chat)} if chat else None
            case "commands" | "accounts":
                return {"type": "accounts", "accounts": view.accounts(self.world)}
        return event

    async def _send(self, request: web.Request) -> web.Response:
        """A file, as multipart: person, chat, kind, file, caption, seconds, width, height."""
        form = await request.post()
        upload = form.get("file")
        kind = str(form.get("kind", "document"))
        if not isinstance(upload, web.FileField) or kind not in get_args(MediaKind):
            raise web.HTTPBadRequest(text="No file, or no such kind.")
        given = {name: str(value) for name, value in form.items() if isinstance(value, str)}
        file = Upload(upload.file.read(), upload.filename, upload.content_type)
        media_kind = cast("MediaKind", kind)
        return await self._done(lambda: self.desk.send(given, media_kind, file))

    async def _act(self, request: web.Request) -> web.Response:
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        given = await request.json()
        answer = await self._done(lambda: action(self.desk, given))
        if request.match_info["action"] == "language" and answer.status == HTTPStatus.OK:
            self.language = str(given["language"])
            await asyncio.to_thread(self.spoken, self.language)
        return answer

    async def _done(self, act: Callable[[], Any]) -> web.Response:
        try:
            result = act()
            if asyncio.iscoroutine(result):
                result = await result
        except Refused as refused:
            return web.json_response({"refused": refused.code}, status=409)
        except ApiError as error:
            return web.json_response({"refused": error.description}, status=409)
        except (KeyError, ValueError, TypeError) as error:
            return web.json_response({"refused": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"done": result})


def page_texts() -> dict[str, dict[str, str]]:
    """Every text of the page by language and key."""
    texts: dict[str, dict[str, str]] = json.loads(
        (files("bot.playground") / "texts.json").read_text("utf-8")
    )
    return texts


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _as_file(request: web.Request, stored: StoredFile) -> web.Response:
    """The bytes, in part if the player asks for a part; a sandbox in case a browser opens them."""
    shown = stored.mime in SHOWN_TYPES
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": "inline" if shown else "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    kind = stored.mime if shown else "application/octet-stream"
    try:
        part = request.http_range
    except ValueError:
        part = slice(None)
    if part.start is None and part.stop is None:
        return web.Response(body=stored.data, content_type=kind, headers=headers)
    start, stop, _ = part.indices(len(stored.data))
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(stored.data)}"
    return web.Response(
        status=206, body=stored.data[start:stop], content_type=kind, headers=headers
    )
