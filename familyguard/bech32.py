"""Bech32, the alphabet in which age writes its keys: five bits a letter, six letters of check.

Only writing; reading is left to the library that uses the keys.  The format is that of BIP 173
(https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki) without its limit of 90 letters, as
the specification of age has it (https://age-encryption.org/v1).
"""

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECK_LETTERS = 6

_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
"""The remainders of BIP 173's polynomial."""


def encode(prefix: str, content: bytes) -> str:
    """`content` in lower-case letters after `prefix` and a 1."""
    return encode_groups(prefix, _fives(content))


def encode_groups(prefix: str, groups: list[int]) -> str:
    """Numbers of five bits each, in the same way."""
    expanded = [ord(letter) >> 5 for letter in prefix] + [0]
    expanded += [ord(letter) & 31 for letter in prefix]
    rest = _remainder(expanded + groups + [0] * CHECK_LETTERS) ^ 1
    check = [rest >> 5 * (CHECK_LETTERS - 1 - at) & 31 for at in range(CHECK_LETTERS)]
    return prefix + "1" + "".join(ALPHABET[group] for group in groups + check)


def _fives(content: bytes) -> list[int]:
    """The bits of `content` in fives, filled up with zeros at the end."""
    count = -(-8 * len(content) // 5)
    number = int.from_bytes(content) << 5 * count - 8 * len(content)
    return [number >> 5 * (count - 1 - at) & 31 for at in range(count)]


def _remainder(values: list[int]) -> int:
    found = 1
    for value in values:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATOR):
            if top >> at & 1:
                found ^= generator
    return found
