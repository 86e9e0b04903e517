"""Text with a parse mode: what it becomes, and what Telegram would refuse."""

import pytest

from bot.playground.entities import format_text
from bot.playground.errors import ApiError


def kinds(text: str, mode: str | None) -> tuple[str, list[tuple[str, int, int]]]:
    """Plain text and (type, offset, length) of each entity."""
    plain, found = format_text(text, mode, None)
    return plain, [(e["type"], e["offset"], e["length"]) for e in found]


@pytest.mark.parametrize(
    ("source", "plain", "expected"),
    [
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<u>a</u><s>b</s>", "ab", [("underline", 0, 1), ("strikethrough", 1, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("&lt;b&gt; &amp; &#8364;", "<b> & €", []),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("  <b> a</b>  ", "a", [("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("👩‍👧 <b>x</b>", "👩‍👧 x", [("bold", 6, 1)]),
    ],
)
def test_html_becomes_entities(source: str, plain: str, expected: list):
    """Nesting, escapes, trimming, and offsets in UTF-16 units."""
    assert kinds(source, "HTML") == (plain, expected)


@pytest.mark.parametrize(
    ("source", "plain", "expected"),
    [
        ("*a _b_*", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        (
            "__a__ ~b~ ||c||",
            "a b c",
            [("underline", 0, 1), ("strikethrough", 2, 1), ("spoiler", 4, 1)],
        ),
        ("`a*b`", "a*b", [("code", 0, 3)]),
        ("```py\nx = 1\n```", "x = 1", [("pre", 0, 5)]),
        ("1\\. a\\!", "1. a!", []),
        (">quote\nafter", "quote\nafter", [("blockquote", 0, 6)]),
    ],
)
def test_markdown_becomes_entities(source: str, plain: str, expected: list):
    """Styles, code, escapes and quotes."""
    assert kinds(source, "MarkdownV2") == (plain, expected)


@pytest.mark.parametrize(
    ("source", "mode", "said"),
    [
        ("<b>a", "HTML", "Can't find end tag"),
        ("a</b>", "HTML", "Unexpected end tag"),
        ("<b><i>a</b></i>", "HTML", "Unmatched end tag"),
        ("1 < 2", "HTML", "Unsupported start tag"),
        ("<font>a</font>", "HTML", 'Unsupported start tag "font"'),
        ("a.", "MarkdownV2", "Character '.' is reserved"),
        ("*a", "MarkdownV2", "Can't find end of bold entity"),
        ("`a", "MarkdownV2", "Can't find end of code entity"),
        ("a", "Wiki", "unsupported parse_mode"),
    ],
)
def test_broken_markup_is_refused(source: str, mode: str, said: str):
    """In Telegram's words, so that an unescaped name fails here too."""
    with pytest.raises(ApiError) as caught:
        format_text(source, mode, None)
    assert caught.value.code == 400
    assert said in caught.value.description


def test_commands_links_and_names_are_found_in_plain_text():
    """As Telegram marks them by itself – but not inside code."""
    _, found = kinds("/start@a_bot see https://a.org/x?y=1. or @anna, me@a.org #tag", None)
    assert [kind for kind, _, _ in found] == ["bot_command", "url", "mention", "email", "hashtag"]
    assert found[1][2] == len("https://a.org/x?y=1")
    assert kinds("<code>/start</code>", "HTML")[1] == [("code", 0, 6)]
