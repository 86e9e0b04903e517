"""Keys as age writes them."""

import pytest
from pyrage import x25519

from familyguard.bech32 import encode, encode_groups

LONG = "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio"


@pytest.mark.parametrize(
    ("prefix", "groups", "written"),
    [
        ("a", [], "a12uel5l"),
        (
            LONG,
            [],
            f"{LONG}1tt5tgs",
        ),
        ("abcdef", list(range(32)), "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"),
        ("?", [], "?1ezyfcl"),
    ],
)
def test_it_writes_what_the_standard_writes(prefix, groups, written):
    """The valid strings of BIP 173."""
    assert encode_groups(prefix, groups) == written


@pytest.mark.parametrize("content", [bytes(range(32)), b"\xff" * 32, b"B" * 32])
def test_what_it_writes_is_a_key_to_the_library(content):
    """The library reads it, checks its last letters, and writes the same itself."""
    written = encode("age-secret-key-", content).upper()
    assert str(x25519.Identity.from_str(written)) == written


def test_the_key_of_the_common_test_files_comes_out():
    """The identity of age's own test kit is 32 times 0x42."""
    written = encode("age-secret-key-", b"\x42" * 32).upper()
    recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert str(x25519.Identity.from_str(written).to_public()) == recipient
