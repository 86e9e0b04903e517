"""Keeps every other web page out: names of this machine only, no foreign origin, no framing.

A page from elsewhere can make a browser send requests to 127.0.0.1, and by rebinding its own name
it can even read the answers.  Three things stop it, each alone enough: the `Host` must be ours, an
`Origin` must be ours, and the address holds a random key that the other page cannot know.
"""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)
"""A name of this machine and perhaps a port: compared as a whole, nothing is taken apart."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(request: web.Request) -> str | None:
    """Why a request is not from our own page or from a bot on this machine; None if it is."""
    if not _HOST.fullmatch(request.host):
        return "unknown host"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return "foreign origin"
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return "foreign site"
    return None


@web.middleware
async def this_machine_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what `refusal` names, and give every answer the protecting headers."""
    reason = refusal(request)
    if reason is not None:
        return web.Response(status=403, text=f"Refused: {reason}.", headers=HEADERS)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response
