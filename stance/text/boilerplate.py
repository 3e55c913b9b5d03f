"""Recognise what web pages put around their paragraphs: notices, links, credits, times, handles.

Each kind of boilerplate has a pattern of its own. All but that of notices take the whole block, so
that a paragraph that only begins with "(Reuters) -" or ends with an address stays one. No pattern
takes two ways through a text, so that reading takes time in proportion to its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

BOILERPLATE: Final = "boilerplate"
_REFINED: Final = frozenset({"paragraph", "list item", "heading"})
_MIN_CHARACTERS: Final = 3  # "@me"
_MAX_CHARACTERS: Final = 300  # of boilerplate; few paragraphs of print are shorter
_MAX_LINE: Final = 120  # of a time, a handle, or the credit of a picture
_MAX_HEADLINE: Final = 200
_SENTENCE_ENDS: Final = (".", "!", "?", "…", ":", "”", '"', "’", ")")

# We use cookies to improve this site    By continuing, you accept our privacy policy
_COOKIES: Final = r"""
    (?: we \ (?:and \ our \ partners \ )?+ use \ cookies (?= \ (?:to|and|on|for)\b | \W*\Z )
    | (?:this|our) \ (?:web)?site \ uses \ cookies
    | by \ (?:continuing|clicking|using|browsing) \b
      (?= [^\n]*? \b (?:cookies?|privacy \ policy|terms \ of \ (?:use|service)) \b)
    | (?:accept|reject|manage) \ (?:all \ )?+ cookies
    | cookies? \ (?:policy|settings|preferences|notice) \b
    ) [^\n]*+ \Z"""
# Read more: Lamps out on the north coast    Sign up for our newsletter    Advertisement
_LINK: Final = r"""
    (?: (?:read|see) \ (?:more|also|next) (?: \s*+ [:|>»–—-] [^\n]*+ | \ here)?+ [.…]?+
    | (?:also \ read|related|recommended|more \ on \ this|don['’]t \ miss)
      (?: \ (?:articles?|stories|story|topics?|coverage|reading|content|news) )?+
      (?: \s*+ [:|>»] [^\n]*+ )?+
    | (?:watch|listen|read) \s*+ [:|] \s [^\n]*+
    | (?:continue|keep) \ reading (?: \ below|\ the \ main \ story )?+ [.…]?+
    | (?:story|article) \ continues \ below (?: \ (?:this \ )?advertise?ment )?+
    | advertise?ment | sponsored (?:\ content)?+
    | skip \ (?:to|past) \ [^\n.]{1,60}
    | click \ here \ (?:to|for) \ [^\n]*+
    | (?:sign \ up|subscribe) (?: \ (?:now|here|today)? \b
      (?= [^\n]*? (?:newsletter|briefing|updates|alerts|access|channel|podcast|inbox) | .?\Z )
      [^\n]*+ )?+
    | (?:leave|post|add) \ a \ comment | (?:view|show|see) \ (?:all \ )?comments
    | \(?\d++ \)? \ comments?
    | share \ (?:this|on|via|by) (?: \ [^\n.]{1,60} )?+ | (?:log|sign) \ in
    ) \Z"""
# © 2024 The Harbour Bell    All rights reserved.
_RIGHTS: Final = r"(?:©|\(c\)\ |copyright\ (?:©|\(c\)|\d{4})|all\ rights\ reserved)[^\n]*+\Z"
_AGENCIES: Final = r"""(?: reuters|afp|ap|associated\ press|getty\ images|epa(?:-efe)?|dpa|anadolu
    (?:\ agency)?|xinhua|shutterstock|alamy|pa\ (?:wire|media)|upi|tass|bloomberg|ansa|kyodo )"""
# Ann Lee/Reuters    [File: Ann Lee/AP Photo]    Photograph: Ann Lee    LONDON, May 3 (Reuters) -
_PICTURE: Final = rf"""[(\[]?+
    (?: (?:photo(?:graph)?|image|picture|file)s?+ (?:\ credit)?+ \s*+ (?: : | \ by\ ) )?+ \s*+
    (?: [^\W\d_][\w.'’-]*+ (?:\ (?!{_AGENCIES}\b))? ){{0,5}} (?: \s*+ / \s*+ | \ via\ |\ )?+
    {_AGENCIES} (?: \ photos? | \ pool )?+ (?: (?:/|\ via\ ) [\w.'’ -]{{1,40}}+ )?+
    [)\]]?+ \.?+ \Z"""
_DATELINE: Final = rf"[^\W\d_][\w.,/' ]{{0,50}}+ \({_AGENCIES}\) \s*+ [-–—]++ \Z"
_TIME_WORD: Final = r"""(?:
    (?:first \ )?+ (?:published|updated|posted|modified|created) | last | on | at | min \ read
    | (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun) (?:day)?+
    | jan(?:uary)?+ | feb(?:ruary)?+ | mar(?:ch)?+ | apr(?:il)?+ | may | june?+ | july?+
    | aug(?:ust)?+ | sept?+(?:ember)?+ | oct(?:ober)?+ | nov(?:ember)?+ | dec(?:ember)?+
    | \d{4}-\d\d-\d\dt[\d:.]++ (?:z|[+-]\d\d:?\d\d)?+ | \d{1,4} (?:st|nd|rd|th|[ap]m|h)?+
    | [ap]\.?m\.?+ | gmt | utc | bst | e[ds]t | p[ds]t | cet | ist
    | (?:seconds?|minutes?|mins?|hours?|hrs?|days?) | ago ) (?![^\W_])"""
# Published 3 March 2024, 10:30 GMT    2 hours ago    2024-03-03T10:30:00Z
_TIME: Final = (
    rf"(?=\D{{0,40}}\d) {_TIME_WORD} (?: [\s,.:/|•·()+–—-]*+ {_TIME_WORD} )*+ [\s.:|)]*+ \Z"
)
# @annlee    Follow Ann Lee on X: @annlee    https://harbour.example/news    ann@harbour.example
_HANDLE: Final = r"""(?: follow \ [^\n.]{1,60}
    | (?:e-?mail|twitter|x|instagram|facebook|telegram|contact) \s*+ : )?+
    \s*+ (?: @\w++ | (?:https?://|www\.)\S++ | [\w.+-]++@[\w-]++\.[\w.]++ )
    (?: [\s,|·•]++ (?: and \s )?+ (?: @\w++ | (?:https?://|www\.)\S++ ) )*+ [\s.]*+ \Z"""
_FOLLOW: Final = (
    r"follow \ (?:us|me|him|her|them|@?\w++ (?: \ \w++ )?) \ on \ "
    r"(?:x|twitter|facebook|instagram|telegram|tiktok|youtube|whatsapp|linkedin|threads)\b"
    r"[^\n]{0,80}\Z"
)
_OPENINGS: Final = (
    (_COOKIES, BOILERPLATE),
    (_LINK, BOILERPLATE),
    (_RIGHTS, "credit"),
    (_FOLLOW, BOILERPLATE),
)
BEGINNINGS: Final = (
    "we use", "we and our", "this site", "this web", "our site", "our web", "by continuing",
    "by clicking", "by using", "by browsing", "accept ", "reject ", "manage ", "cookie", "read",
    "see more", "see also", "see next", "also read", "related", "recommended", "more on this",
    "don't miss", "don’t miss", "watch", "listen", "continue reading", "keep reading",
    "story continues", "article continues", "advert", "sponsored", "skip ", "click here", "sign ",
    "subscribe", "leave a", "post a", "add a", "view ", "show ", "see all", "see comments",
    "share ", "log in", "copyright ", "all rights", "follow ",
)  # fmt: skip
"""How a block of one of these begins, unless with "©", a bracket or a digit: few paragraphs do, and
no other is compared with them."""
# No time is without the one, nor a handle without the other.
_EARLY_DIGIT: Final = re.compile(r"\D{0,40}\d")
_HANDLE_MARK: Final = re.compile(r"[@/]|www", re.IGNORECASE)
_MAY_OPEN: Final = re.compile(rf"{'|'.join(BEGINNINGS)}|\(?\d|©|\(c", re.IGNORECASE)


def find_boilerplate(text: str) -> str | None:
    """Name the kind of a block that a web page puts around its paragraphs, or return None.

    Parameters
    ----------
    text : str
        The text of a block, without white space around it.

    Returns
    -------
    {"boilerplate", "caption", "credit"} or None

    Examples
    --------
    >>> texts = ("Read more: Lamps out", "Published 3 March 2024", "Ann Lee/Reuters", "@annlee")
    >>> [find_boilerplate(text) for text in texts]
    ['boilerplate', 'boilerplate', 'caption', 'boilerplate']
    >>> find_boilerplate("LONDON (Reuters) - The keepers signed a truce.") is None
    True
    """
    if not _MIN_CHARACTERS <= len(text) <= _MAX_CHARACTERS:
        return None
    if _MAY_OPEN.match(text):
        for pattern, kind in _OPENINGS:
            if _matches(pattern, text):
                return kind
    if len(text) > _MAX_LINE:
        return None
    if (_EARLY_DIGIT.match(text) and _matches(_TIME, text)) or (
        _HANDLE_MARK.search(text) and _matches(_HANDLE, text)
    ):
        return BOILERPLATE
    if text.endswith(("-", "–", "—")):
        return "credit" if _matches(_DATELINE, text) else None
    return "caption" if _matches(_PICTURE, text) else None


def _matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches; it is compiled when it is first used, which `re` remembers.

    All of them would take 7 ms of each start.
    """
    return re.match(pattern, text, re.IGNORECASE | re.VERBOSE) is not None


def refine_kinds(texts: Sequence[str], kinds: Sequence[str], *, alone: bool = False) -> list[str]:
    """Return the kinds of the blocks of a document, with boilerplate and repeated headlines.

    A short text without the end of a sentence that stands twice in a document is its headline. A
    document of one block is no credit or caption: it may be a cell of a table of headlines.

    `alone` says whether it has only this one.

    >>> refine_kinds(["They signed at noon", "They signed at noon", "@annlee"], ["paragraph"] * 3)
    ['heading', 'heading', 'boilerplate']
    """
    if alone:
        return [BOILERPLATE] if find_boilerplate(texts[0]) == BOILERPLATE else [*kinds]
    refined = [
        (find_boilerplate(text) if kind in _REFINED else None) or kind
        for text, kind in zip(texts, kinds, strict=True)
    ]
    headlines = [
        text.casefold()
        if kind == "paragraph" and len(text) <= _MAX_HEADLINE and not text.endswith(_SENTENCE_ENDS)
        else ""
        for text, kind in zip(texts, refined, strict=True)
    ]
    counts = Counter(headlines)
    return [
        "heading" if headline and counts[headline] > 1 else kind
        for headline, kind in zip(headlines, refined, strict=True)
    ]
