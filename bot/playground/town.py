"""The people of the demo: a family, a stranger, and someone who pretends to be the daughter."""

from dataclasses import dataclass

from bot.playground.world import BotAccount, Chat, Person, World

BOT_USERNAME = "familyguard_demo_bot"


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
    dutch = language == "nl"
    keeper = world.add_person(
        "Bram", "keeper", last_name="de Vries", username="bram_devries", phone="+31610000001"
    )
    mother = world.add_person("Anna", "mother", last_name="de Vries", phone="+31610000002")
    daughter = world.add_person(
        "Lotte", "daughter", last_name="de Vries", username="lotte_dv", phone="+31610000003"
    )
    world.add_person("Joris", "stranger", last_name="Smit", phone="+31610000004")
    world.add_person("Lotte", "scammer", last_name="(2)", phone="+31610000099")
    server = world.add_person("Je server" if dutch else "Your server", "server")
    for person in world.people.values():
        person.language_code = language
    bot = world.add_bot("FamilyGuard", BOT_USERNAME)
    family = world.add_group(
        "Familie de Vries" if dutch else "De Vries family", [keeper, mother, daughter]
    )
    return Town(world, bot, server, family)
