"""Units of text that, repeated, are the worst that a text can be: runs of one thing and of pairs."""

UNITS = [
    # letters, digits, space, line ends
    "a", "A", "é", "ß", "İ", "中", "ا", "٣", "7", "_", "Ab ", " ", "\t", "\u00a0", "\u3000", "\n",
    "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x1c", "a\n", "Ab\n\n", "A b\n\nA keeper spoke.\n\n",
    # quotation marks, apostrophes, brackets
    "“", "”", '"', "''", "'", " 'a", "‘", "’", " ‘a", "'a", "’s ", "a' ", "(", ")", "[", "]", "(a ",
    "(ap ", "(Reuters / ", "[Photo by ", ").",
    # full stops, initials, abbreviations, sentences
    ".", "!", "?", "…", ". ", "A. ", "Mr. ", "U.S.", "Stop. A", "said. ", "She said that it ended. ",
    # bullets, headings, quotations, captions, credits
    "•", "• ", "- ", "-", "* a\n", "1. ", "a) b\n", "#", "# ", "## A\n", ">", "> ", "> > a\n", "---\n",
    ":", "Photo: ", "photo", "photo : ", "Source: ", "By ", "By Ann ", "by A", "and ", "© ",
    "A lamp burns. (Reuters)\n\n", "By Ann Lee\n\n",
    # combining marks, joiners, direction marks, surrogates, zero, emoji, hashtags, tags
    "\u0301", "a\u0301", "\u200d", "👩\u200d", "\u202e", "\u200f", "\ud800", "\udc00", "\x00", "😀", "#Aa",
    ":) ", "<p>", "</p>", "&amp;", "<div class='a'>", "http://a.b/",
    # names of sides, and their beginnings
    "Israel ", "Israel’s ", "South ", "South Sudan", "Ben-", "Ben-Gvir ", "St. ", "U.", "the ",
    "United Arab ", "-", "‑", "/",
]  # fmt: skip
