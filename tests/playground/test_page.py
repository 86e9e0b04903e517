"""The page's own door: who gets in, who does not, and what comes out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.playground.demo import speak_to_all
from bot.playground.guard import POLICY
from bot.playground.page import COOKIE, Page
from bot.playground.params import Upload
from bot.playground.people import People
from bot.playground.server import build, serve
from bot.playground.town import Town, build_town
from familyguard.store import open_store
from tests.bot.houses import let_in


class Visitor:
    """Somebody's HTTP client, with the cookie of the page when it opened it."""

    def __init__(self, url: str, town: Town, page: Page, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.town = town
        self.page = page
        self.session = session
        self.base = f"{url}/{page.key}"

    async def status(self, method: str, path: str, **more) -> int:
        """The status of a request below the key."""
        async with self.session.request(method, self.base + path, **more) as response:
            return response.status

    async def act(self, action: str, **given) -> tuple[int, dict]:
        """An action as the page does it."""
        async with self.session.post(
            f"{self.base}/api/{action}", json=given, headers={"Origin": self.url}
        ) as response:
            return response.status, await response.json()

    async def load(self, path: str):
        """JSON from the API."""
        async with self.session.get(f"{self.base}/api/{path}") as response:
            return await response.json()


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    """A visitor who has opened the page of a fresh town."""
    town = build_town()
    page = Page(town.world)
    app = build(town.world)
    page.mount(app)
    jar = aiohttp.CookieJar(unsafe=True)
    async with serve(app) as url, aiohttp.ClientSession(cookie_jar=jar) as session:
        made = Visitor(url, town, page, session)
        assert await made.status("GET", "/") == 200
        yield made


async def test_the_bot_of_the_demo_speaks_the_language_of_the_page(
    visitor: Visitor, tmp_path: Path
):
    """Family and members alike, as with /language; a bot that is still starting is left alone."""
    database = tmp_path / "data" / "familyguard.db"
    visitor.page.spoken = lambda language: speak_to_all(database, language)
    assert (await visitor.act("language", language="en"))[0] == 200
    assert not database.exists()
    with open_store(database) as store:
        let_in(store, 1, 2)
    assert (await visitor.act("language", language="nl"))[0] == 200
    with open_store(database) as store:
        (family,) = store.families.all()
        spoken = {one.language for one in store.accounts.of_family(family.id)}
        assert (family.language, spoken) == ("nl", {"nl"})


async def test_the_page_needs_its_key(visitor: Visitor):
    """Without the random key there is nothing to see, not even that there is a page."""
    for path in ("/", "/wrong/", "/wrong/api/state", "/static/main.js"):
        async with visitor.session.get(visitor.url + path) as response:
            assert response.status == 404
            assert "FamilyGuard" not in await response.text()


async def test_the_key_alone_is_not_enough_for_the_api(visitor: Visitor):
    """The cookie of the page is needed too, and no other site can make a browser send it."""
    async with aiohttp.ClientSession() as stranger:
        for path in ("/api/state", "/api/events", "/api/history?chat=x"):
            async with stranger.get(visitor.base + path) as response:
                assert response.status == 403
        async with stranger.post(
            visitor.base + "/api/say", json={}, headers={"Origin": visitor.url}
        ) as response:
            assert response.status == 403
    async with visitor.session.get(visitor.base + "/") as response:
        cookie = response.headers["Set-Cookie"]
    assert "SameSite=Strict" in cookie
    assert "HttpOnly" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "["},
        {"Host": "[::1"},
        {"Host": "evil@127.0.0.1"},
        {"Host": "127.0.0.1@evil.example"},
        {"Host": "127.0.0.1:80:80"},
        {"Host": "127.0.0.1:x"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_origin_is_refused_everywhere(visitor: Visitor, headers: dict[str, str]):
    """DNS rebinding, other sites, sandboxed frames, other local ports: page and Bot API alike."""
    token = visitor.town.bot.token
    for path in (f"/{visitor.page.key}/", f"/{visitor.page.key}/api/state", f"/bot{token}/getMe"):
        async with visitor.session.get(visitor.url + path, headers=headers) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
            assert "familyguard" not in (await response.text()).lower()


async def test_an_act_without_an_origin_is_refused(visitor: Visitor):
    """Only a page's script says where it comes from, and it always does."""
    mother = visitor.town.world.person("mother").id
    body = {"person": mother, "bot": visitor.town.bot.id}
    assert await visitor.status("POST", "/api/start", json=body) == 403
    assert (await visitor.act("start", **body))[0] == 200


async def test_a_form_of_another_page_cannot_act(visitor: Visitor):
    """Acts are JSON, which no plain form can send."""
    headers = {"Origin": visitor.url}
    assert await visitor.status("POST", "/api/say", data={"a": "b"}, headers=headers) == 415


async def test_every_answer_forbids_foreign_content(visitor: Visitor):
    """A strict policy on the page, its files and its refusals."""
    for path in ("/", "/static/main.js", "/api/state", "/api/nothing"):
        async with visitor.session.get(visitor.base + path) as response:
            assert response.headers["Content-Security-Policy"] == POLICY
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


async def test_an_uploaded_page_is_only_ever_downloaded(visitor: Visitor):
    """HTML and SVG that somebody sends never run with the page's rights."""
    people = People(visitor.town.world)
    mother = visitor.town.world.person("mother")
    chat = people.open(mother, visitor.town.bot)
    for name, mime in (("a.html", "text/html"), ("a.svg", "image/svg+xml")):
        file = Upload(b"<script>alert(1)</script>", name, mime)
        message = people.send(mother, chat, "document", file)
        assert message.media is not None
        path = f"{visitor.base}/files/{message.media.file.unique_id}"
        async with visitor.session.get(path) as response:
            assert response.headers["Content-Disposition"] == "attachment"
            assert response.content_type == "application/octet-stream"
            assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_player_may_ask_for_a_part(visitor: Visitor):
    """Seeking in a memo needs ranges."""
    people = People(visitor.town.world)
    mother = visitor.town.world.person("mother")
    memo = Upload(bytes(range(200)), "a.ogg", "audio/ogg")
    message = people.send(mother, people.open(mother, visitor.town.bot), "voice", memo)
    assert message.media is not None
    path = f"{visitor.base}/files/{message.media.file.unique_id}"
    async with visitor.session.get(path, headers={"Range": "bytes=10-19"}) as response:
        assert response.status == 206
        assert response.headers["Content-Range"] == "bytes 10-19/200"
        assert await response.read() == bytes(range(10, 20))


async def test_events_reach_the_page_as_they_happen(visitor: Visitor):
    """A text that somebody says comes down the stream as a message."""
    mother = visitor.town.world.person("mother")
    async with visitor.session.get(f"{visitor.base}/api/events?after=0") as stream:
        await visitor.act("start", person=mother.id, bot=visitor.town.bot.id, payload="abc")
        async with asyncio.timeout(5):
            async for line in stream.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event["type"] == "message":
                        break
    assert event["message"]["text"] == "/start abc"
    assert event["message"]["from"] == mother.id


async def test_a_page_that_slept_too_long_loads_anew(visitor: Visitor):
    """A number from before a restart, or from too long ago, gives a reload."""
    async with visitor.session.get(f"{visitor.base}/api/events?after=999999") as stream:
        async with asyncio.timeout(5):
            async for line in stream.content:
                if line.startswith(b"data:"):
                    break
    assert json.loads(line[5:])["type"] == "reload"


async def test_history_comes_in_pages(visitor: Visitor):
    """The newest first, then what lies before."""
    mother, world = visitor.town.world.person("mother"), visitor.town.world
    chat = world.private(mother, visitor.town.bot)
    for number in range(150):
        world.new_message(chat, mother, text=str(number))
    newest = await visitor.load(f"history?chat={chat.key}&limit=60")
    assert [m["text"] for m in newest] == [str(n) for n in range(90, 150)]
    before = await visitor.load(f"history?chat={chat.key}&limit=200&before={newest[0]['id']}")
    assert len(before) == 90


async def test_nobody_acts_in_a_chat_that_is_not_theirs(visitor: Visitor):
    """The page can play everybody, but each only in their own chats."""
    world = visitor.town.world
    mother, stranger = world.person("mother"), world.person("stranger")
    chat = world.private(mother, visitor.town.bot)
    status, body = await visitor.act("say", person=stranger.id, chat=chat.key, text="hi")
    assert (status, body["refused"]) == (409, "no_such_chat")


async def test_what_may_not_be_forwarded_is_refused(visitor: Visitor):
    """protect_content holds for people too."""
    world = visitor.town.world
    mother = world.person("mother")
    chat = world.private(mother, visitor.town.bot)
    card = world.new_message(chat, visitor.town.bot, text="verdict", protected=True)
    status, body = await visitor.act(
        "forward", person=mother.id, chat=chat.key, id=card.id, to=chat.key
    )
    assert (status, body["refused"]) == (409, "protected")


async def test_a_file_is_sent_as_the_page_sends_it(visitor: Visitor):
    """Multipart, with the length that the browser measured."""
    mother = visitor.town.world.person("mother")
    _, opened = await visitor.act("open", **{"person": mother.id, "with": visitor.town.bot.id})
    form = aiohttp.FormData()
    for name, value in (("person", mother.id), ("chat", opened["done"]), ("kind", "voice")):
        form.add_field(name, str(value))
    form.add_field("seconds", "6.6")
    form.add_field("file", b"webm", filename="memo", content_type="audio/webm")
    assert (
        await visitor.status("POST", "/api/send", data=form, headers={"Origin": visitor.url}) == 200
    )
    (message,) = visitor.town.world.chats[opened["done"]].messages.values()
    assert message.media is not None
    assert (message.media.kind, message.media.seconds) == ("voice", 7)
    assert message.media.file.mime == "audio/webm"


async def test_the_cookie_is_a_different_secret(visitor: Visitor):
    """Who learns the address from a history or a log still lacks the cookie."""
    jar = {cookie.key: cookie.value for cookie in visitor.session.cookie_jar}
    assert jar[COOKIE] != visitor.page.key
    assert len(visitor.page.key) >= 32
