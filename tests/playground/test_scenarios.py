"""The stories: readable, complete in both languages, and playable to their end."""

import asyncio
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel import Locale

from bot.playground import playing, scenario
from bot.playground.errors import Refused
from bot.playground.people import People
from bot.playground.playing import play_step
from bot.playground.scenario import BrokenScenario, load_scenarios, read_scenario
from bot.playground.town import build_town
from bot.playground.traffic import announce
from bot.texts import Language, Texts, catalogue

PACKAGE = Path(str(files("bot.playground")))
SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
HEAD = 'title = "t"\nabout = "a"\n[[step]]\n'


@pytest.mark.parametrize("name", sorted(load_scenarios()))
def test_every_step_names_people_and_samples_that_exist(name: str):
    """A story breaks in this test, not in front of a newcomer."""
    world = build_town().world
    for step in load_scenarios()[name].steps:
        world.person(step.who)
        if step.to not in {"bot", "group"}:
            world.person(step.to)
        if step.act == "sends":
            for language in scenario.LANGUAGES:
                assert playing.sample(scenario.in_language(step.what, language)).data


@pytest.mark.parametrize("name", sorted(load_scenarios()))
@pytest.mark.parametrize("language", scenario.LANGUAGES)
def test_a_story_waits_for_nothing_that_the_bot_never_says(name: str, language: Language):
    """Sentences and buttons change; then the story must change too."""
    sentences = [*catalogue(language).values(), *Locale(language).territories.values()]
    said = "\n".join(sentences).casefold()
    for step in load_scenarios()[name].steps:
        if step.act == "presses" or (step.act == "waits" and step.what is not True):
            assert scenario.in_language(step.what, language).casefold() in said


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("title = ", "Invalid value"),
        ('title = "t"\nabout = "a"\n', "step"),
        (HEAD + 'who = "mother"\ntell = "x"\n', "exactly one of"),
        (HEAD + 'who = "mother"\ntell = "x"\nsays = "a"\nwaits = true\n', "exactly one of"),
        (HEAD + 'who = "mother"\ntell.nl = "x"\nwaits = true\n', "both nl and en"),
        (HEAD + 'who = "mother"\ntell = "x"\nwaits = true\nwhen = "now"\n', "unknown: when"),
    ],
)
def test_a_broken_story_says_what_is_wrong(source: str, why: str):
    """The file's name and the reason."""
    with pytest.raises(BrokenScenario, match=f"broken.toml: .*{why}"):
        read_scenario("broken", source)


async def test_a_story_plays_from_message_to_press():
    """Says, sends, forwards hidden, waits for the bot and presses its button."""
    story = read_scenario(
        "story",
        'title = "t"\nabout = "a"\n'
        '[[step]]\nwho = "scammer"\nto = "mother"\ntell = "1"\nsays = "Hi mum"\n'
        '[[step]]\nwho = "scammer"\nto = "mother"\ntell = "2"\nsends = "hi-mum-en.ogg"\n'
        '[[step]]\nwho = "mother"\ntell = "3"\nforwards = "scammer"\nfrom = "scammer"\n'
        "hidden = true\n"
        '[[step]]\nwho = "mother"\ntell = "4"\nwaits = true\n'
        '[[step]]\nwho = "mother"\ntell = "5"\npresses = "detail"\n',
    )
    town = build_town()
    people = People(town.world)
    for number in range(3):
        await play_step(people, story, number, "en")
    mother = town.world.person("mother")
    chat = town.world.private(mother, town.bot)
    (forwarded,) = chat.messages.values()
    assert forwarded.origin is not None
    assert forwarded.origin["type"] == "hidden_user"
    keyboard = {"inline_keyboard": [[{"text": "Details", "callback_data": "d"}]]}
    card = town.world.new_message(chat, town.bot, text="Card", markup=keyboard)
    announce(town.world, card)
    assert (await play_step(people, story, 3, "en"))["id"] == card.id
    await play_step(people, story, 4, "en")
    assert "callback_query" in town.bot.queue.pending[-1]


@pytest.mark.parametrize("said", scenario.LANGUAGES)
async def test_a_story_goes_on_when_the_page_was_switched_in_the_middle(said: Language):
    """The buttons and sentences of before stay in the language in which they came."""
    town = build_town()
    people = People(town.world)
    story = load_scenarios()["80-hi-mum"]
    other = next(one for one in scenario.LANGUAGES if one != said)
    daughter, mother = town.world.person("daughter"), town.world.person("mother")
    label = Texts(said).get("ask.not_me")
    keyboard = {"inline_keyboard": [[{"text": label, "callback_data": "n"}]]}
    asked = town.world.private(daughter, town.bot)
    town.world.new_message(asked, town.bot, text="Question", markup=keyboard)
    await play_step(people, story, 3, other)
    assert "callback_query" in town.bot.queue.pending[-1]
    alarm = town.world.new_message(
        town.world.private(mother, town.bot),
        town.bot,
        text=scenario.in_language(story.steps[4].what, said),
    )
    assert (await play_step(people, story, 4, other))["id"] == alarm.id


async def test_progress_is_not_taken_for_the_answer():
    """A story waits until the bot has stopped saying that it is at work."""
    town = build_town()
    mother = town.world.person("mother")
    chat = town.world.private(mother, town.bot)
    progress = town.world.new_message(chat, town.bot, text=Texts("nl").get("chat.step.listening"))
    story = load_scenarios()["40-rubbish"]
    waiting = asyncio.create_task(play_step(People(town.world), story, 1, "nl"))
    await asyncio.sleep(playing.SETTLED_SECONDS + 0.3)
    assert not waiting.done()
    progress.text, progress.markup = "Ik kan dit niet beoordelen.", {"inline_keyboard": []}
    assert (await asyncio.wait_for(waiting, 10))["id"] == progress.id


async def test_a_story_waits_for_words_that_the_bot_says_later():
    """Not for what was said before the person's last word, nor for anything without them."""
    story = read_scenario("s", HEAD + 'who = "mother"\ntell = "1"\nwaits = "call Tom"\n')
    town = build_town()
    people = People(town.world)
    mother = town.world.person("mother")
    chat = town.world.private(mother, town.bot)
    town.world.new_message(chat, town.bot, text="You can call Tom.")
    people.say(mother, chat, "And now?")
    waiting = asyncio.create_task(play_step(people, story, 0, "en"))
    await asyncio.sleep(0.2)
    town.world.new_message(chat, town.bot, text="Wait.")
    await asyncio.sleep(0.2)
    assert not waiting.done()
    told = town.world.new_message(chat, town.bot, text="Do not pay, and call Tom.")
    assert (await asyncio.wait_for(waiting, 10))["id"] == told.id


async def test_a_bot_at_work_gets_more_time_than_a_silent_one(monkeypatch):
    """A slow machine is not a silent bot."""
    monkeypatch.setattr(playing, "WAIT_SECONDS", 0.8)
    story, town = load_scenarios()["40-rubbish"], build_town()
    people, mother = People(town.world), town.world.person("mother")
    asked = people.start(mother, town.bot)
    with pytest.raises(Refused, match="no_answer"):
        await play_step(people, story, 1, "en")
    progress = Texts("en").get("chat.step.listening")
    answer = town.world.new_message(asked.chat, town.bot, text=progress, reply_to=asked.id)
    waiting = asyncio.create_task(play_step(people, story, 1, "en"))
    await asyncio.sleep(1.2)
    answer.text, answer.markup = "I cannot judge this.", {"inline_keyboard": []}
    assert (await asyncio.wait_for(waiting, 10))["id"] == answer.id


async def test_an_invitation_is_forwarded_and_followed():
    """The bot's own message with the link in it, and not the one below; then the link's code."""
    story = load_scenarios()["55-aunt"]
    town = build_town()
    people, keeper = People(town.world), town.world.person("keeper")
    chat = town.world.private(keeper, town.bot)
    link = f"https://t.me/{town.bot.username}?start=one-Time_code"
    town.world.new_message(chat, town.bot, text=f"Tap the link:\n{link}")
    town.world.new_message(chat, town.bot, text="Forward the message above.")
    acts = [step.act for step in story.steps]
    with pytest.raises(Refused, match="nothing_to_forward"):
        await play_step(people, story, acts.index("follows"), "en")
    await play_step(people, story, acts.index("forwards"), "en")
    await play_step(people, story, acts.index("follows"), "en")
    messages = people.open(town.world.person("aunt"), town.bot).messages.values()
    assert [message.text for message in messages] == ["/start one-Time_code"]


async def test_the_set_up_claims_a_fresh_bot_first_and_only_once(monkeypatch):
    """With nobody let in the bot answers the keeper only after the link from the server."""
    monkeypatch.setattr(playing, "UNADDRESSED_SECONDS", 0.0)
    monkeypatch.setattr(playing, "SETTLED_SECONDS", 0.0)
    story = load_scenarios()["50-set-up"]
    town = build_town()
    people, chat = People(town.world), town.world.private(town.keeper, town.bot)
    assert (await play_step(people, story, 0, "en"))["id"] is None, "a family is there"
    letters = people.open(town.server, town.keeper)
    people.say(town.server, letters, f"Open: https://t.me/{town.bot.username}?start=one-Time_code")
    playing_it = asyncio.create_task(play_step(people, story, 0, "en"))
    await asyncio.sleep(0)
    assert [message.text for message in chat.messages.values()] == ["/start one-Time_code"]
    answer = town.world.new_message(chat, town.bot, text="Good to see you")
    assert (await asyncio.wait_for(playing_it, 5))["id"] == answer.id
    assert (await play_step(people, story, 0, "en"))["id"] is None, "claimed already"


async def test_a_step_out_of_turn_is_refused():
    """Forwarding before anything came says so instead of failing."""
    story = load_scenarios()["10-cloned-memo"]
    with pytest.raises(Refused, match="nothing_to_forward"):
        await play_step(People(build_town().world), story, 2, "nl")


def test_the_packaged_samples_are_those_of_the_docs():
    """One sound, two places: an installed package has no docs folder."""
    if not SAMPLES.is_dir():
        pytest.skip("docs/samples is not here")
    for file in (PACKAGE / "samples").glob("*.ogg"):
        if file.name != "rubbish.ogg":
            assert file.read_bytes() == (SAMPLES / file.name).read_bytes(), file.name


def test_the_page_speaks_dutch_and_english_alike():
    """The same keys in both, none empty, the same blanks to fill in."""
    texts = json.loads((PACKAGE / "texts.json").read_text("utf-8"))
    assert set(texts) == {"nl", "en"}
    assert texts["nl"].keys() == texts["en"].keys()
    for key, text in texts["nl"].items():
        assert text
        assert texts["en"][key]
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", texts["en"][key])), key


def test_the_page_uses_no_text_that_is_not_there_and_has_none_to_spare():
    """Every key in the script and the template exists, and every key is used somewhere."""
    texts = json.loads((PACKAGE / "texts.json").read_text("utf-8"))["en"]
    html = (PACKAGE / "templates" / "page.html").read_text("utf-8")
    script = "".join(f.read_text("utf-8") for f in (PACKAGE / "static").glob("*.js"))
    python = "".join(f.read_text("utf-8") for f in PACKAGE.rglob("*.py"))
    used = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', html))
    used |= set(re.findall(r'\bt\("(\w+)"', script))
    assert used <= texts.keys()
    for key in texts.keys() - used:
        assert f'"{key}"' in script + python, f"{key} is used nowhere"


def test_the_page_is_small_and_asks_no_other_host():
    """At most 300 kB without samples and pictures, and no address but relative ones."""
    parts = [*(PACKAGE / "static").iterdir(), *(PACKAGE / "templates").iterdir()]
    assert sum(part.stat().st_size for part in parts) <= 300_000
    for part in parts:
        source = part.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"""(src|href|url|import|fetch)\W{1,3}https?://""", source), part.name
        assert "innerHTML" not in source
        assert " style=" not in source
