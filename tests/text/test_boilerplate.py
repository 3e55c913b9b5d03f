"""What web pages put around their paragraphs is recognised, and no paragraph is taken for it."""

import pytest

from stance.text.boilerplate import find_boilerplate
from stance.text.paragraphs import split_paragraphs

BY_KIND = {
    "boilerplate": [
        "We use cookies to improve your experience. Read our policy.",
        "This website uses cookies.",
        "By continuing to use this site you agree to our terms of use and privacy policy.",
        "Accept all cookies",
        "Cookie settings",
        "Read more",
        "Read more: Lamps out on the north coast",
        "READ MORE | Two keepers, one herring season",
        "Also read: The oil runs out",
        "Read also",
        "See also: The council's vote",
        "Related articles",
        "Related: Harbour closed",
        "Recommended stories",
        "More on this story",
        "Watch: The lamps go out",
        "Continue reading",
        "Keep reading",
        "Story continues below advertisement",
        "Advertisement",
        "ADVERTISEMENT",
        "Sponsored content",
        "Skip to main content",
        "Click here to read the full document.",
        "Sign up for our daily newsletter, delivered every morning.",
        "Subscribe",
        "Subscribe now for full access.",
        "Leave a comment",
        "View all comments",
        "12 Comments",
        "Share this article",
        "Share on Facebook",
        "Log in",
        "Published 3 March 2024",
        "Updated: 10:30 GMT, 3 March 2024",
        "Last updated on March 3, 2024 at 10:30 am",
        "3 March 2024",
        "Sun 3 Mar 2024 10.30 GMT",
        "2024-03-03T10:30:00Z",
        "2 hours ago",
        "5 min read",
        "First published on Sun 3 Mar 2024 10.30 GMT",
        "@annlee",
        "Follow Ann Lee on X: @annlee",
        "Follow us on Facebook and X",
        "Follow @annlee on Twitter",
        "Twitter: @annlee",
        "https://harbour.example/news/12",
        "ann.lee@harbour.example",
        "Email: ann.lee@harbour.example",
        "@annlee, @bomarsh",
    ],
    "credit": [
        "© 2024 The Harbour Bell",
        "Copyright 2024 The Harbour Bell. All rights reserved.",
        "All rights reserved.",
        "LONDON, May 3 (Reuters) -",
        "PORT LUMEN (AFP) —",
    ],
    "caption": [
        "Photo: Ann Lee/Reuters",
        "Ann Lee/Reuters",
        "[Ann Lee/AP Photo]",
        "(AP Photo/Ann Lee)",
        "[File: Ann Lee/AFP]",
        "Getty Images",
        "Ann Lee via Getty Images",
        "Anna Marsh/AFP/Getty Images",
        "Image credit: Ann Lee / EPA",
        "Photograph by Ann Lee / Reuters",
    ],
}
PARAGRAPHS = [
    "LONDON (Reuters) - The keepers signed a truce.",
    "We use cookies as bait, and they still would not sign.",
    "Read the terms again before you sign.",
    "Watch the harbour, they said, and the truce will hold.",
    "By continuing the war they lose the coast.",
    "Stop the war.",
    "Truce now",
    "May 3 was the day the guns fell silent.",
    "March on the capital!",
    "Subscribe to peace, not to war, the nurse begged.",
    "Share the oil, and the fighting ends.",
    "Follow the money.",
    "The agency Reuters reported a truce.",
    "A truce, Ann Lee told Reuters",
    "Talks fail, says Reuters",
    "All rights must be respected in the truce.",
    "#CeasefireNow",
    "@annlee They must stop the fighting now.",
    "Stop the fighting https://harbour.example/news/12",
    "On Sunday",
    "5 dead",
    "12 comments on the truce were read aloud.",
    "Advertisement for war, the keeper called it.",
    "Related parties must sign the truce.",
    "See the truce through.",
    "10 days of truce",
    "Last day of the truce on March 3",
    "Log in the truce, not the war.",
    "A deal is on the table, two keepers tell AP",
    "More talks on Sunday",
    "May they stop",
]


@pytest.mark.parametrize("kind", BY_KIND)
def test_boilerplate_is_recognised(kind: str) -> None:
    assert {text: find_boilerplate(text) for text in BY_KIND[kind]} == dict.fromkeys(
        BY_KIND[kind], kind
    )


@pytest.mark.parametrize("text", PARAGRAPHS)
def test_a_paragraph_is_not_taken_for_boilerplate(text: str) -> None:
    assert find_boilerplate(text) is None


def test_boilerplate_of_a_page_gets_its_kind_and_the_dateline_keeps_its_paragraph() -> None:
    document = (
        "Both lights may stop firing at noon on Tuesday this week\n\n"
        "Published 3 March 2024, 10:30 GMT\n\n"
        "Both lights may stop firing at noon on Tuesday this week\n\n"
        "PORT LUMEN (Reuters) - The keepers signed a truce.\n\n"
        "• Share on Facebook\n\nFollow us on X\n\nRead more"
    )
    assert [kind for _, _, kind in split_paragraphs(document)] == [
        "heading", "boilerplate", "heading", "paragraph", "boilerplate", "boilerplate", "boilerplate",
    ]  # fmt: skip


def test_a_cell_of_one_line_is_boilerplate_but_no_credit() -> None:
    kinds = [split_paragraphs(text)[0].kind for text in ("Read more", "© 2024", "Getty Images")]
    assert kinds == ["boilerplate", "paragraph", "paragraph"]
