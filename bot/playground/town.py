"""The people of the demo: a family, an aunt who can be invited, a stranger, and someone who
pretends to be the daughter.
"""

from dataclasses import dataclass

from bot.playground.people import People
from bot.playground.world import BotAccount, Chat, Person, World

BOT_USERNAME = "familyguard_demo_bot"

SERVER = {"nl": "Je server", "en": "Your server"}
FAMILY = {"nl": "Familie de Vries", "en": "De Vries family"}
CLAIM = {
    "nl": "FamilyGuard draait. Open deze link, dan ben jij de beheerder:\n{link}",
    "en": "FamilyGuard is running. Open this link to become its keeper:\n{link}",
}


@dataclass(frozen=True)
class Town:
    """The demo's world.  `server` is whose chat brings the keeper the claim link."""

    world: World
    bot: BotAccount
    server: Person
    family: Chat

    @property
    def keeper(self) -> Person:
        """Who looks after the bot."""
        return self.world.person("keeper")


def build_town(language: str = "nl") -> Town:
    """A fresh world; its people's apps speak `language`."""
    world = World()
    keeper = world.add_person(
        "Bram", "keeper", last_name="de Vries", username="bram_devries", phone="+31610000001"
    )
    mother = world.add_person("Anna", "mother", last_name="de Vries", phone="+31610000002")
    daughter = world.add_person(
        "Lotte", "daughter", last_name="de Vries", username="lotte_dv", phone="+31610000003"
    )
    world.add_person("Els", "aunt", last_name="Bakker", phone="+31610000005")
    world.add_person("Joris", "stranger", last_name="Smit", phone="+31610000004")
    world.add_person("Lotte", "scammer", last_name="(2)", phone="+31610000099")
    server = world.add_person(SERVER[language], "server")
    for person in world.people.values():
        person.language_code = language
    bot = world.add_bot("FamilyGuard", BOT_USERNAME)
    family = world.add_group(FAMILY[language], [keeper, mother, daughter])
    return Town(world, bot, server, family)


def speak(people: People, language: str) -> None:
    """Let everybody's app, and what the demo itself has named and written, speak `language`."""
    world = people.world
    for person in world.people.values():
        person.language_code = language
    for chat in world.chats.values():
        if chat.title in FAMILY.values():
            chat.title = FAMILY[language]
            world.events.publish("chat", chat=chat.key)
    for server in [one for one in world.people.values() if one.role == "server"]:
        server.first_name = SERVER[language]
        world.events.publish("accounts")  # the name, before it is read aloud with the letter
        for chat in world.chats_of(server):
            for letter in [one for one in chat.messages.values() if one.sender is server]:
                head, _, link = (letter.text or "").partition("\n")
                if f"{head}\n{{link}}" in CLAIM.values():
                    people.edit(server, letter, CLAIM[language].format(link=link))
