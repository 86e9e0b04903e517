"""A case as a ZIP for the police: report, transcripts, pictures and the text that explains it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.papers import report
from bot.papers.report import CaseFacts
from bot.texts import Texts
from familyguard.evidence_pack import Pack, build, fingerprint


def make_pack(facts: CaseFacts, texts: Texts, key: Ed25519PrivateKey) -> bytes:
    """The signed ZIP, the same bytes each time.

    Raises:
        CannotPack: the case is larger than what a bot can send.
    """
    mark = fingerprint(key.public_key())
    documents = {
        "report.pdf": report.draw(facts, mark, texts),
        "summary.txt": report.summary(facts, texts).encode("utf-8", "replace"),
        "HOW-TO-CHECK.txt": texts.get("evidence.how_to_check", fingerprint=mark).encode(),
    }
    for number, exhibit in enumerate(facts.exhibits, 1):
        if exhibit.transcript:
            text = "\n".join(exhibit.transcript) + "\n"
            documents[f"transcript-{number:02}.txt"] = text.encode("utf-8", "replace")
        if exhibit.picture:
            documents[f"picture-{number:02}.png"] = exhibit.picture
    pack = Pack(
        case=facts.case,
        made_at=facts.made_at,
        language=texts.language,
        software=facts.software,
        originals=tuple(exhibit.original for exhibit in facts.exhibits),
        documents=documents,
        custody=facts.custody,
    )
    return build(pack, key)
