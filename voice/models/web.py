"""A file from a web address, taken up again where a transfer broke off."""

from collections.abc import Callable
from pathlib import Path

import httpx

from voice.models.sources import CHUNK_BYTES, SourceError, UnreachableError, WebFile

MAX_REDIRECTS = 5
WEB_ATTEMPTS = 3
"""A transfer that breaks off is taken up again where it stopped, this often."""
WEB_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds.  A host that cannot be reached must not hold up the next source for long."""


def size_of(source: WebFile, most: int) -> int:
    """How many bytes the server says that the file has; only the first is asked for.

    Raises SourceError (UnreachableError where the host did not answer), also for more than `most`.
    """
    with httpx.Client(timeout=WEB_TIMEOUT, follow_redirects=False) as client:
        # Not HEAD: a store's address is often signed for one method alone.
        headers = {"Accept-Encoding": "identity", "Range": "bytes=0-0"}
        try:
            response = _open(client, client.build_request("GET", source.url, headers=headers))
        except httpx.HTTPError as error:
            raise UnreachableError(f"no connection to {source.place} ({error})") from error
        response.close()
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        size = response.headers.get("Content-Range", "").rpartition("/")[2]
    elif response.status_code == httpx.codes.OK:
        size = response.headers.get("Content-Length", "")
    else:
        raise SourceError(f"{response.url.host} answered {response.status_code}")
    if not size.isdecimal() or not 0 < int(size) <= most:
        raise SourceError(f"{response.url.host} offers {size or 'an unknown number of'} bytes")
    return int(size)


def download(
    source: WebFile, partial: Path, size_bytes: int, report: Callable[[int], None]
) -> None:
    """Bring `partial` to `size_bytes` from a web address, going on where an earlier try stopped.

    Raises SourceError (UnreachableError where the host did not answer); what arrived stays there.
    """
    with httpx.Client(timeout=WEB_TIMEOUT, follow_redirects=False) as client:
        for attempt in range(1, WEB_ATTEMPTS + 1):
            try:
                _transfer(client, source.url, partial, size_bytes, report)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise UnreachableError(f"no connection to {source.place} ({error})") from error
            except httpx.HTTPError as error:
                if attempt == WEB_ATTEMPTS:
                    detail = str(error) or type(error).__name__
                    raise SourceError(f"{source.place} broke off ({detail})") from error
            else:
                return


def _transfer(
    client: httpx.Client, url: str, partial: Path, size_bytes: int, report: Callable[[int], None]
) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have > size_bytes:
        partial.unlink()
        have = 0
    if have == size_bytes:
        return
    # Compressed transfer would make byte ranges meaningless.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    response = _open(client, client.build_request("GET", url, headers=headers))
    try:
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                raise SourceError(f"{response.url.host} sent another part than was asked for")
        elif response.status_code == httpx.codes.OK:
            have = 0
        else:
            raise SourceError(f"{response.url.host} answered {response.status_code}")
        with partial.open("ab" if have else "wb") as target:
            for chunk in response.iter_bytes(CHUNK_BYTES):
                have += len(chunk)
                if have > size_bytes:
                    break
                target.write(chunk)
                report(have)
    finally:
        response.close()
    if have > size_bytes:
        partial.unlink()
        raise SourceError(f"{response.url.host} sent more than {size_bytes} bytes")
    if have < size_bytes:
        raise httpx.RemoteProtocolError("the transfer ended early")


def _open(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send, following redirects by hand: never from https to anything else."""
    needs_https = request.url.scheme == "https"
    for _ in range(MAX_REDIRECTS):
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        request = response.next_request
        if needs_https and request.url.scheme != "https":
            raise SourceError(f"{response.url.host} redirects to an unprotected address")
    raise SourceError(f"{request.url.host} redirects without end")
