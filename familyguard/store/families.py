"""Families, their persons and accounts."""

from collections.abc import Iterator

from familyguard.erased import What
from familyguard.family import Account, Applicant, Family, Person, Role
from familyguard.store.room import ListedRoom, Room, new_id

_FAMILY = "select id, name, language, country, created_at, greeting, frozen_until, setup_step"
_PERSON = (
    "select id, family_id, name, role, joined_at, phone, phone_set_at, guardian_id from persons"
)
_ACCOUNT = (
    "select user_id, accounts.family_id, person_id, role, language, accounts.joined_at, display"
    " from accounts join persons on persons.id = person_id"
)


class Families(ListedRoom):
    """What is known of each family as a whole."""

    def found(self, language: str, now: float, country: str | None = None) -> Family:
        """A new family without anybody in it."""
        family = new_id()
        self._write(
            "insert into families (id, language, country, created_at) values (?, ?, ?, ?)",
            [family, language, country, now],
        )
        return self.get(family)

    def get(self, family: str) -> Family:
        """The family of that name.  Raises KeyError."""
        row = self._one(f"{_FAMILY} from families where id = ?", [family])
        if row is None:
            raise KeyError(family)
        key, name, language, country, created_at, greeting, frozen_until, step = row
        return Family(
            id=key,
            name=self._open(name, "families", "name", key, key),
            language=language,
            country=country,
            created_at=created_at,
            greeting=self._open(greeting, "families", "greeting", key, key),
            frozen_until=frozen_until,
            setup_step=step,
        )

    def all(self) -> list[Family]:
        """Every family, the eldest first."""
        rows = self._all("select id from families order by created_at, id")
        return [self.get(family) for (family,) in rows]

    def rename(self, family: str, name: str) -> None:
        """Give the family its name."""
        sealed = self._seal(name, "families", "name", family, family)
        self._write("update families set name = ? where id = ?", [sealed, family])

    def greet_with(self, family: str, greeting: str) -> None:
        """The phrase by which the family knows its own bot, on every verdict."""
        sealed = self._seal(greeting, "families", "greeting", family, family)
        self._write("update families set greeting = ? where id = ?", [sealed, family])

    def live_in(self, family: str, country: str) -> None:
        """The country, ISO 3166-1 alpha-2, that decides whom to report to."""
        self._write("update families set country = ? where id = ?", [country, family])

    def speak(self, family: str, language: str) -> None:
        """The language for new members and for memos."""
        self._write("update families set language = ? where id = ?", [language, family])

    def come_to(self, family: str, step: str | None) -> None:
        """The step of the set-up that is due; None when it is done."""
        self._write("update families set setup_step = ? where id = ?", [step, family])

    def freeze(self, family: str, until: float) -> None:
        """Refuse administrative changes until then; a longer freeze is never cut short."""
        self._erased.note(What.FROZEN, family, at=until)
        self._write(
            "update families set frozen_until = max(coalesce(frozen_until, 0), ?) where id = ?",
            [until, family],
        )

    def set_pin(self, family: str, salt: bytes, tag: bytes, now: float) -> None:
        """Store the slow hash of the administrative PIN."""
        self._write(
            "update families set pin_salt = ?, pin_tag = ?, pin_set_at = ? where id = ?",
            [salt, tag, now, family],
        )

    def pin(self, family: str) -> tuple[bytes, bytes] | None:
        """Salt and slow hash of the PIN, if one was set."""
        row = self._one("select pin_salt, pin_tag from families where id = ?", [family])
        return (row[0], row[1]) if row and row[1] is not None else None

    def clear_pin(self, family: str) -> None:
        """Ask for no PIN any more."""
        self._write(
            "update families set pin_salt = null, pin_tag = null, pin_set_at = null where id = ?",
            [family],
        )

    def payee_key(self, family: str, fresh: bytes) -> bytes:
        """The secret that keys the family's payees; `fresh` becomes it if there was none."""
        row = self._one("select payee_key from families where id = ?", [family])
        if row is not None and row[0] is not None:
            return bytes.fromhex(self._open(row[0], "families", "payee_key", family, family))
        sealed = self._seal(fresh.hex(), "families", "payee_key", family, family)
        self._write("update families set payee_key = ? where id = ?", [sealed, family])
        return fresh

    def erase(self, family: str) -> None:
        """Forget the family and everything that belongs to it."""
        self._erased.note(What.FAMILY, family)
        self._write("delete from families where id = ?", [family])


class People(ListedRoom):
    """The persons of a family."""

    def add(
        self, family: str, role: Role, now: float, name: str = "", guardian: str | None = None
    ) -> Person:
        """Someone new, still without an account."""
        person = new_id()
        sealed = self._seal(name, "persons", "name", person, family) if name else None
        self._write(
            "insert into persons (id, family_id, name, role, joined_at, guardian_id)"
            " values (?, ?, ?, ?, ?, ?)",
            [person, family, sealed, role, now, guardian],
        )
        return Person(person, family, name, role, now, guardian_id=guardian)

    def get(self, family: str, person: str) -> Person | None:
        """The person of that name in that family, if there is one."""
        row = self._one(f"{_PERSON} where id = ? and family_id = ?", [person, family])
        return self._person(row) if row else None

    def of_family(self, family: str) -> list[Person]:
        """Everyone, in the order in which they joined."""
        rows = self._all(f"{_PERSON} where family_id = ? order by joined_at, id", [family])
        return [self._person(row) for row in rows]

    def rename(self, family: str, person: str, name: str) -> None:
        """How the family calls them."""
        sealed = self._seal(name, "persons", "name", person, family)
        self._write(
            "update persons set name = ? where id = ? and family_id = ?", [sealed, person, family]
        )

    def call_on(self, family: str, person: str, phone: str, now: float) -> None:
        """The number on which they are called back, in E.164; empty takes it away."""
        sealed = self._seal(phone, "persons", "phone", person, family) if phone else None
        self._write(
            "update persons set phone = ?, phone_set_at = ? where id = ? and family_id = ?",
            [sealed, now if phone else None, person, family],
        )

    def appoint(self, family: str, person: str, role: Role) -> None:
        """Give them another role."""
        self._write(
            "update persons set role = ? where id = ? and family_id = ?", [role, person, family]
        )

    def entrust(self, family: str, person: str, guardian: str) -> None:
        """`guardian`, a person of the same family, may consent for this child."""
        self._write(
            "update persons set guardian_id = ? where id = ? and family_id = ?",
            [guardian, person, family],
        )

    def remove(self, family: str, person: str) -> None:
        """Forget them: accounts, voiceprints, consents and questions go with them."""
        self._erased.note(What.PERSON, family, person)
        self._write("delete from persons where id = ? and family_id = ?", [person, family])

    def _person(self, row: tuple[str, str, bytes, str, float, bytes, float, str]) -> Person:
        key, family, name, role, joined_at, phone, phone_set_at, guardian = row
        return Person(
            id=key,
            family_id=family,
            name=self._open(name, "persons", "name", key, family),
            role=Role(role),
            joined_at=joined_at,
            phone=self._open(phone, "persons", "phone", key, family),
            phone_set_at=phone_set_at,
            guardian_id=guardian,
        )


class Accounts(Room):
    """The Telegram users of all families, and those who ask to become one."""

    def get(self, user_id: int) -> Account | None:
        """The account with this Telegram id, if it may use the bot."""
        row = self._one(f"{_ACCOUNT} where user_id = ?", [user_id])
        return self._account(row) if row else None

    def of_family(self, family: str) -> list[Account]:
        """All accounts of a family, in the order in which they joined."""
        return list(self._find("accounts.family_id = ?", family))

    def of_person(self, family: str, person: str) -> list[Account]:
        """All accounts of a person."""
        return list(self._find("accounts.family_id = ? and person_id = ?", family, person))

    def add(self, user_id: int, person: Person, language: str, now: float, display: str) -> Account:
        """Let `user_id` speak for `person`.  Raises ValueError if they have an account already."""
        if self.get(user_id) is not None:
            raise ValueError("this Telegram user has an account already")
        sealed = self._seal(display, "accounts", "display", user_id, person.family_id)
        with self._db.atomic():
            self._db.execute("delete from applicants where user_id = ?", [user_id])
            self._db.execute(
                "insert into accounts (user_id, family_id, person_id, display, language, joined_at)"
                " values (?, ?, ?, ?, ?, ?)",
                [user_id, person.family_id, person.id, sealed, language, now],
            )
        account = self.get(user_id)
        assert account is not None
        return account

    def speak(self, user_id: int, language: str) -> None:
        """They want to be answered in `language` from now on."""
        self._write("update accounts set language = ? where user_id = ?", [language, user_id])

    def remove(self, user_id: int) -> None:
        """Forget the account; the person stays."""
        self._write("delete from accounts where user_id = ?", [user_id])

    def apply(self, user_id: int, family: str, display: str, language: str, now: float) -> None:
        """Someone used an invitation and waits.  A second time changes nothing."""
        sealed = self._seal(display, "applicants", "display", user_id, family)
        self._write(
            "insert into applicants (user_id, family_id, display, language, asked_at)"
            " values (?, ?, ?, ?, ?) on conflict do nothing",
            [user_id, family, sealed, language, now],
        )

    def applicant(self, user_id: int) -> Applicant | None:
        """The waiting one with this Telegram id."""
        row = self._one(
            "select user_id, family_id, language, asked_at, display from applicants"
            " where user_id = ?",
            [user_id],
        )
        if row is None:
            return None
        _, family, language, asked_at, display = row
        opened = self._open(display, "applicants", "display", user_id, family)
        return Applicant(user_id, family, language, asked_at, opened)

    def applicants(self, family: str) -> list[Applicant]:
        """Everyone who waits to join the family."""
        rows = self._all(
            "select user_id from applicants where family_id = ? order by asked_at", [family]
        )
        found = [self.applicant(user_id) for (user_id,) in rows]
        return [applicant for applicant in found if applicant]

    def waiting_since(self, before: float) -> list[Applicant]:
        """Those of all families who asked before that time and still wait."""
        rows = self._all("select user_id from applicants where asked_at < ?", [before])
        found = [self.applicant(user_id) for (user_id,) in rows]
        return [applicant for applicant in found if applicant]

    def turn_away(self, user_id: int) -> None:
        """They will not join."""
        self._write("delete from applicants where user_id = ?", [user_id])

    def _find(self, where: str, *values: str) -> Iterator[Account]:
        rows = self._all(f"{_ACCOUNT} where {where} order by accounts.joined_at, user_id", values)
        return (self._account(row) for row in rows)

    def _account(self, row: tuple[int, str, str, str, str, float, bytes]) -> Account:
        user_id, family, person, role, language, joined_at, display = row
        opened = self._open(display, "accounts", "display", user_id, family)
        return Account(user_id, family, person, Role(role), language, joined_at, opened)
