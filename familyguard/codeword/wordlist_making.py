"""Makes the word lists: `python -m familyguard.codeword.wordlist_making FOLDER TOKENIZER`.

FOLDER holds what Debian's packages scowl, wdutch and wordnet-base bring, as `usr/share/…`;
TOKENIZER is the recogniser's tokenizer.json; the Python package wordfreq must be installed.  From
these come facts – is it a word, a noun, a thing, how frequent, does the recogniser know it – and
the lists are what passes the rules below.  docs/codeword.md has the licences.
"""

import argparse
import importlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from familyguard.codeword.languages import LANGUAGES
from familyguard.codeword.phonetic import phonetic
from familyguard.codeword.wordlists import function_words, number_words

LISTS = Path(__file__).with_name("words")

SIZE = 8_000
"""Words written to each list, the most frequent of those that pass: some are pruned later."""

SHAPE = {"en": re.compile("[a-z]{4,10}"), "nl": re.compile("[a-z]{4,12}")}
"""Short enough to say, long enough to hear.  Dutch writes compounds together."""

MAX_ZIPF = {"en": 5.6, "nl": 5.2}
"""Words more frequent than this (log10 per billion) make up most of all talk."""

THINGS = frozenset(
    ["04", "05", "06", "08", "10", "11", "13", "14", "15", "17", "18", "19", "20", "25", "27"]
)
"""WordNet's files of nouns for acts, animals, artifacts, the body, communication, events, food,
groups, places, natural objects, people, phenomena, plants, shapes and substances (lexnames(5WN)):
what can be pictured, more or less."""

COMPOUND_DISCOUNT = 2.5
"""What a compound may be rarer than the rarer of its parts, in log10, and still be common."""

PIECE_DISCOUNT = 0.6
"""In log10, for each further piece that the recogniser spells a word in: it has a single piece for
a word that it met often, and writes those where it is unsure."""

N_FRAME = 3
"""Tokens that the tokenizer puts around every text."""

_ABSTRACT_DUTCH = re.compile(
    "(heid|ing|atie|iteit|schap|isme|teit|ist|nis|sie|tie|ade|age|logie|ment|iek|end|elijk|baar"
    "|loos|ig|isch|eerd|aal|ief|eus|je|jes|dom|st|de)$"
)
_DUTCH_PREFIX = re.compile("(be|ge|ver|ont|her)")
_PARTICIPLE = re.compile("(ge|be|ver|ont|her|aan|op|uit|af|in|om|mee|na|voor|over|door).*[dt]$")

_REFUSED = re.compile(
    "sex|seks|porn|nazi|hitler|jood|joden|jihad|terror|zelfmoord|suicid|moord|murder|rape|rapist|"
    "verkracht|kanker|cancer|tumor|tering|kloot|klote|lul|kut|neuk|fuck|shit|crap|cunt|cock|dick|"
    "prick|penis|vagin|clit|tit(s|t)|tiet|borst|boob|breast|nipple|tepel|anus|anal|arse|bitch|"
    "slut|whore|hoer|slet|bastard|bastaard|nigg|neger|negro|kaffer|flikker|mietje|faggot|dyke|"
    "lesb|homo|tranny|queer|homo|pedo|paedo|incest|sperm|zaad|semen|orgas|condom|condoom|dildo|"
    "erot|naakt|nude|stripper|bordeel|brothel|escort|pimp|pooier|drug|heroin|cocain|coke|crack|"
    "meth|hash|hasj|wiet|weed|joint|junk|opium|morfine|morphin|bomb|bom|granaat|grenade|gun|"
    "pistol|pistool|geweer|rifle|kogel|bullet|wapen|weapon|dood|death|dead|corpse|lijk|kill|"
    "slacht|beul|galg|gallow|hangman|execut|marteling|tortur|slave|slaaf|negr|gypsy|zigeun|"
    "holocaust|gulag|getto|ghetto|crema|graf|grave|tomb|coffin|kist$|abort|foetus|fetus|"
    "stron|poep|pis|piss|turd|poop|fart|scheet|schijt|drol|kots|vomit|urine|faec|fece|rectum|"
    "idiot|idioot|moron|retard|debiel|mongol|imbec|cretin|spast|cripple|kreup|invalid|dwerg|"
    "midget|lunatic|gek$|hack|satan|duivel|devil|demon|hell|hel$|god$|allah|jesus|christ|"
    "islam|moslim|muslim|jew|hindu|arab|turk|marok|racis|fascis|aids|hiv|syfil|syphil|herpes|"
    "gonor|lepr|pest$|cholera|diarr|maniac|crimin|gangst|ganger$|kidnap|gijzel|hostage|oplicht|"
    "scam|fraud|dief|thief|rover|robber|schurk|crook|ongeluk|accident|ambulan|wond|wound|"
    "trut|teef|teven|kreng|sukkel|loser|sloer|snol|kak|reet|kont|bil(len)?$|balzak|ballen|aars|"
    "erect|geil|horny|bukk|pijp|blow|wank|jerk|screw|bang$|hump|hooker|tosser|bugger|bollock|"
    "slavin|spleet|sluts|foreskin|pubic|pubis|groin|schaamte|schaam|crotch|kruis|panty|slipje|"
    "abus|assassin|cadaver|carcass|carnage|excrem|funeral|gay|genocid|ghat$|hag$|harlot|lynch|"
    "molest|opiat|prostit|shooting|stillb|strangl|victim|widow|nikker|mongool|uitvaart|wees|"
    "bra$|lingerie|tampon|menstr|bloed|blood|gore$|chink|coolie|darkie|dago|spic$|wop$|gook"
)
"""Stems of words that nobody should be made to say to their grandmother, and of fright."""

_VOWELS = str.maketrans("eyu", "iio")

Frequency = Callable[[str], float]


def english(folder: Path, frequency: Frequency) -> Iterator[tuple[str, float]]:
    """Nouns that first of all, and more often than not, mean a thing, with their frequencies."""
    wordnet, scowl = folder / "usr/share/wordnet", folder / "usr/share/dict/scowl"
    file_of = {line[:8]: line[9:11] for line in _lines(wordnet / "data.noun")}
    first_sense = {}
    for line in _lines(wordnet / "index.noun"):
        fields = line.split()
        n_pointers = int(fields[3])
        first_sense[fields[0]] = fields[6 + n_pointers]
    uses: Counter[tuple[str, bool]] = Counter()
    for line in _lines(wordnet / "cntlist.rev"):
        sense, _, count = line.split()
        lemma, _, rest = sense.partition("%")
        uses[lemma, rest[0] == "1"] += int(count)
    known = _scowl(scowl, "words", 70) - {n.lower() for n in _scowl(scowl, "proper-names", 80)}
    for word in known:
        is_thing = word in first_sense and file_of[first_sense[word]] in THINGS
        if is_thing and uses[word, False] <= uses[word, True]:
            yield word, frequency(word)


def dutch(folder: Path, frequency: Frequency) -> Iterator[tuple[str, float]]:
    """Nouns, told by their diminutive, and compounds of two such nouns, with their frequencies.

    No free list says which Dutch words are nouns; but what can be small is mostly a thing.  A rare
    compound of two common words is counted as commoner than it is: everybody understands it.
    """
    known = {line.strip().replace("ĳ", "ij") for line in _lines(folder / "usr/share/dict/dutch")}
    small = {word for word in known if re.fullmatch("[a-z]{3,12}", word)}
    nouns = frozenset(
        word
        for word in small
        if any(form in known for form in _diminutives(word))
        and not _is_verb_or_adjective(word, known)
    )
    for word in small:
        if _ABSTRACT_DUTCH.search(word) or _is_inflected(word, small):
            continue
        parts = _compound(word, nouns)
        if parts and (word in nouns or any(form in known for form in _plurals(word))):
            weakest = min(frequency(part) for part in parts)
            yield word, max(frequency(word), weakest - COMPOUND_DISCOUNT)
        elif word in nouns:
            yield word, frequency(word)


def _diminutives(word: str) -> tuple[str, ...]:
    last = word[-1]
    forms = (word + "je", word + "tje", word + "pje", word + last + "etje", word + "etje")
    return (*forms, word[:-1] + "kje", word + last + "tje")


def _plurals(word: str) -> tuple[str, ...]:
    last = word[-1]
    hard = {"f": "v", "s": "z"}.get(last, last)
    stem = word[:-2] if re.search("(aa|ee|oo|uu).$", word) else word[:-1]
    return (word + "en", word + "s", word + "'s", word + last + "en", stem + hard + "en",
            word[:-1] + hard + "en")  # fmt: skip


def _is_verb_or_adjective(word: str, known: set[str]) -> bool:
    stem = word[:-2] + word[-1] if re.search("(aa|ee|oo|uu).$", word) else word
    is_adjective = (stem + "e" in known or stem + word[-1] + "e" in known) and (
        stem + "er" in known or stem + word[-1] + "er" in known or stem + "ere" in known
    )
    is_form = word.endswith("t") and (word[:-1] + "en" in known and word[:-1] + "end" in known)
    is_finite = word + "t" in known and stem + "end" in known and word.endswith(("eer", "el", "er"))
    return (
        is_adjective
        or is_form
        or is_finite
        or bool(_PARTICIPLE.fullmatch(word) and word + "e" in known)
    )


def _is_inflected(word: str, small: set[str]) -> bool:
    if word.endswith(("s", "t")) and word[:-1] in small:
        # "Zomert" seems a noun because "zomertje" is written as if it came from it.
        return word.endswith("s") or not any(form in small for form in _plurals(word))
    if not word.endswith("en"):
        return False
    return any(stem in small for stem in (word[:-2], word[:-1], word[:-3])) or bool(
        re.search("[aeou][bdfgklmnprstvz]en$", word)
    )


def _compound(word: str, nouns: frozenset[str]) -> tuple[str, str] | None:
    """The two nouns that `word` is made of."""
    if _DUTCH_PREFIX.match(word):
        return None
    for cut in range(3, len(word) - 2):
        left, right = word[:cut], word[cut:]
        for joint in ("", "s", "en", "e"):
            if right in nouns and left.endswith(joint) and left.removesuffix(joint) in nouns:
                return left.removesuffix(joint), right
    return None


def chosen(
    found: Iterable[tuple[str, float]], language: str, pieces: Callable[[str], int]
) -> list[str]:
    """The best known of the words found of which no two sound alike, in alphabetical order.

    `pieces` says in how many the recogniser spells a word.
    """

    def fame(each: tuple[str, float]) -> tuple[float, str]:
        return PIECE_DISCOUNT * pieces(each[0]) - each[1], each[0]

    unfit = function_words(language) | set(number_words(language))
    taken: dict[str, str] = {}
    for word, frequency in sorted(found, key=fame):
        fits = SHAPE[language].fullmatch(word) is not None and frequency <= MAX_ZIPF[language]
        if fits and word not in unfit and _REFUSED.search(word) is None:
            taken.setdefault(sound_of(word, language), word)
    return sorted(list(taken.values())[:SIZE])


def sound_of(word: str, language: str) -> str:
    """What must differ between two words of a list: their sounds, and roughly their vowels."""
    vowels = "".join(run[0].translate(_VOWELS) for run in re.findall("[aeiouy]+", word))
    return f"{phonetic(word, language)} {vowels}"


def _scowl(folder: Path, what: str, largest: int) -> set[str]:
    found: set[str] = set()
    for variety in ("english", "british", "american"):
        for path in folder.glob(f"{variety}-{what}.*"):
            if int(path.suffix[1:]) <= largest:
                found |= {line.strip() for line in path.read_text("latin-1").splitlines()}
    return found


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith(" "):  # the licence at the top of WordNet's files
                yield line


def main() -> None:
    """Write both lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tokenizer", type=Path)
    given = parser.parse_args()
    folder = given.folder
    tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(str(given.tokenizer))
    wordfreq = importlib.import_module("wordfreq")
    for language in LANGUAGES:

        def frequency(word: str, language: str = language) -> float:
            return float(wordfreq.zipf_frequency(word, language))

        found = dict(english(folder, frequency) if language == "en" else dutch(folder, frequency))
        words = chosen(
            found.items(), language, lambda word: len(tokenizer.encode(f" {word}").tokens) - N_FRAME
        )
        (LISTS / f"{language}.txt").write_text("".join(f"{word}\n" for word in words), "utf-8")
        rarest = min(found[word] for word in words)
        print(language, len(words), "words, the rarest", rarest, "in log10 per billion")


if __name__ == "__main__":
    main()
