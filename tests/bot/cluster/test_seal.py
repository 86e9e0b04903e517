"""What is sealed for one order opens for no other, and names say nothing."""

import pytest
from taskiq import TaskiqMessage

from bot.cluster.seal import NAME_LENGTH, Seal, SealedFormatter, SealedSerializer
from bot.cluster.wire import bare, name_for, packed, unpacked
from bot.protocol import CheckJob, RehearJob
from familyguard.errors import SealBroken
from tests.bot.cluster.conftest import KEY, OTHER_KEY

NAME, OTHER = "a" * NAME_LENGTH, "b" * NAME_LENGTH


def order(name):
    """An order as taskiq holds it."""
    return TaskiqMessage(task_id=name, task_name="judge", labels={}, args=["secret"], kwargs={})


def test_an_order_opens_under_its_own_name_only():
    """Whoever can write to Redis cannot put one in the place of another."""
    formatter = SealedFormatter(Seal(KEY))
    message = formatter.dumps(order(NAME)).message
    assert formatter.loads(message) == order(NAME)
    assert b"secret" not in message
    with pytest.raises(SealBroken):
        formatter.loads(OTHER.encode() + message[NAME_LENGTH:])
    with pytest.raises(SealBroken):
        SealedFormatter(Seal(OTHER_KEY)).loads(message)


def test_a_result_opens_for_its_own_order_only():
    """No memo gets the verdict of another."""
    serializer = SealedSerializer(Seal(KEY))
    with serializer.of(NAME):
        sealed = serializer.dumpb({"return_value": "secret"})
        assert serializer.loadb(sealed) == {"return_value": "secret"}
    assert b"secret" not in sealed
    with serializer.of(OTHER), pytest.raises(SealBroken):
        serializer.loadb(sealed)


def test_what_was_sealed_as_one_thing_is_no_other():
    """A step of the analysis cannot become its verdict."""
    seal = Seal(KEY)
    sealed = seal.seal(b"secret", "news", NAME)
    with pytest.raises(SealBroken):
        seal.open(sealed, "parcel", NAME)
    with pytest.raises(SealBroken):
        seal.open(b"", "news", NAME)


def test_the_same_memo_of_the_same_member_has_the_same_name():
    """Also where its file lies elsewhere after a restart; anything else has another."""
    seal = Seal(KEY)

    def name(path="x", member=1, content=b"sound", copy=0, key=seal, language="nl"):
        job = CheckJob(number=copy, path=path, language=language)
        return name_for(key, "bot", member, job, [content], copy)

    assert name() == name(path="y")
    others = {name(member=2), name(content=b"other"), name(copy=1), name(language="en")}
    assert len(others | {name(key=Seal(OTHER_KEY)), name()}) == 6


def test_files_travel_together_and_paths_stay_at_home():
    """None, one and several; empty ones too."""
    for files in ([], [b""], [b"one", b"", b"three" * 1000]):
        assert unpacked(packed(files)) == files
    job = RehearJob(number=7, paths=("/home/anna/1", "/home/anna/2"), spoken="nl")
    assert "anna" not in bare(job).model_dump_json()
