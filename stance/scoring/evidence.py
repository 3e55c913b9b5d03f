"""Label one document, and show which of its words count for or against a label."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import compress, repeat
from math import isnan

import numpy as np

from stance.errors import InputError
from stance.labels import LANGUAGES, STATUSES
from stance.results import Document, Evidence, HeadResult, LabelledParagraph
from stance.scoring.blocks import SKIPPED, first_status
from stance.scoring.cells import ScoredBlocks, score_blocks
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import Head, contributions_of_heads
from stance.text.features import PAIRED
from stance.text.html import ReadHtml
from stance.text.paragraphs import Paragraph
from stance.text.tokens import Token

_Places = tuple[list[str], list[int], list[int]]
"""The text, start and end of each token of a paragraph in its document."""


def label_blocks(
    model: FrozenModel,
    text: str,
    blocks: Sequence[Paragraph],
    *,
    kinds: Container[str],
    level: float,
    target: str | None,
    evidence: bool,
) -> Document:
    """Label the blocks of one document, as `Model.label` describes."""
    texts = [text[block.start : block.end] for block in blocks]
    statuses = [
        first_status(block_text) if block.kind in kinds else SKIPPED
        for block, block_text in zip(blocks, texts, strict=True)
    ]
    codes = np.asarray(statuses, dtype=np.int64)
    scored = score_blocks(model, texts, codes, [target] * len(blocks))
    numbers = scored.labelled.tolist()
    heads = {name: head.aim(target) for name, head in model.heads.items()}
    best_labels = {
        name: table.argmax(axis=1).tolist() for name, table in scored.probabilities.items()
    }
    words: list[Sequence[tuple[Evidence, ...]]] = [()] * len(heads)
    if evidence:
        tokens = [model.tokens(texts[number]) for number in numbers]
        places = [
            _place(text, blocks[number].start, block_tokens)
            for number, block_tokens in zip(numbers, tokens, strict=True)
        ]
        contributions = contributions_of_heads([*heads.values()], tokens, [*best_labels.values()])
        words = [list(map(_list_evidence, of_head, places)) for of_head in contributions]
    results: list[dict[str, HeadResult]] = [{} for _ in blocks]
    for (name, head), of_head in zip(heads.items(), words, strict=True):
        head_results = _head_results(
            head, scored.probabilities[name], best_labels[name], level, of_head
        )
        for number, result in zip(numbers, head_results, strict=True):
            results[number][name] = result
    return Document(text, list(_paragraphs(texts, blocks, scored, results)), model.labels)


def locate(document: Document, page: ReadHtml, source: str) -> Document:
    """Give the blocks and the evidence of the text of a page their places in its source."""
    return Document(source, [_located(block, page) for block in document], document.labels)


def _located(block: LabelledParagraph, page: ReadHtml) -> LabelledParagraph:
    start, end = page.span(block.start, block.end)
    results = {
        head: replace(result, evidence=locate_evidence(result.evidence, page))
        for head, result in block.results.items()
    }
    return replace(block, start=start, end=end, results=results)


def locate_evidence(words: Sequence[Evidence], page: ReadHtml) -> tuple[Evidence, ...]:
    """Give words of the text of a page their places in its source."""
    return tuple(
        Evidence(word.text, *page.span(word.start, word.end), word.contribution) for word in words
    )


def _head_results(
    head: Head,
    table: np.ndarray,
    best_labels: Sequence[int],
    level: float,
    evidence: Sequence[tuple[Evidence, ...]],
) -> Iterator[HeadResult]:
    """Yield what one head gives for each labelled block, perhaps with its evidence."""
    uncertain = head.is_uncertain(table, level).tolist()
    for best, probabilities, is_uncertain, words in zip(
        best_labels, table.tolist(), uncertain, evidence or repeat(()), strict=False
    ):
        by_label = dict(zip(head.classes, probabilities, strict=True))
        intercept = float(head.intercept[best])
        yield HeadResult(head.classes[best], by_label, is_uncertain, intercept, words)


def _paragraphs(
    texts: Sequence[str],
    blocks: Sequence[Paragraph],
    scored: ScoredBlocks,
    results: Sequence[dict[str, HeadResult]],
) -> Iterator[LabelledParagraph]:
    codes, shares = scored.statuses.tolist(), scored.familiarity.tolist()
    figures = zip(codes, shares, scored.languages.tolist(), strict=True)
    for text, block, result, (code, share, number) in zip(
        texts, blocks, results, figures, strict=True
    ):
        familiarity = None if isnan(share) else share
        language = None if number < 0 else LANGUAGES[number]
        yield LabelledParagraph(text, *block, STATUSES[code], result, familiarity, language)


def explain_paragraph(
    model: FrozenModel,
    text: str,
    *,
    head: str,
    label: str | None,
    contrast: str | None,
    target: str | None,
    pairs: bool = False,
) -> tuple[float, tuple[Evidence, ...]]:
    """Return what counts for or against a label of one paragraph, as `Model.explain` describes."""
    if head not in model.heads:
        raise InputError(f"`head` must be one of {list(model.labels)!r}; got {head!r}.")
    labels = model.labels[head]
    for name, value in (("label", label), ("contrast", contrast)):
        if value is not None and value not in labels:
            raise InputError(f"`{name}` must be one of {list(labels)!r}; got {value!r}.")
    aimed = model.heads[head].aim(target)
    tokens = model.tokens(text)
    explained = int(aimed.logits([tokens])[0].argmax()) if label is None else labels.index(label)
    direction = _direction(aimed, explained)
    if contrast is not None:
        direction -= _direction(aimed, labels.index(contrast))
    intercept = float(aimed.intercept @ direction)
    if pairs:
        return intercept, _find_pairs(aimed, tokens, text, direction, 0)
    contributions = _add_up(aimed, tokens, direction).tolist()
    return intercept, _list_evidence(contributions, _place(text, 0, tokens))


def _direction(head: Head, label: int) -> np.ndarray:
    """Return the vector whose product with the logits is the logit of one label."""
    return np.asarray(np.eye(len(head.classes))[label])


def _add_up(head: Head, tokens: Sequence[Token], direction: np.ndarray) -> np.ndarray:
    """Return the product of `Head.contributions` and a direction; few labels have a part in it."""
    labels = np.flatnonzero(direction)
    contributions = [*head.contributions_of_each([tokens] * len(labels), labels.tolist())]
    return np.asarray(direction[labels] @ np.reshape(contributions, (len(labels), len(tokens))))


def _place(document: str, offset: int, tokens: Sequence[Token]) -> _Places:
    """Return where the tokens of a paragraph stand in its document, which begins at an offset."""
    starts = [token.start + offset for token in tokens]
    ends = [token.end + offset for token in tokens]
    return [document[start:end] for start, end in zip(starts, ends, strict=True)], starts, ends


def _list_evidence(contributions: Sequence[float], places: _Places) -> tuple[Evidence, ...]:
    """Return the tokens that contribute anything."""
    of_evidence = (compress(column, contributions) for column in (*places, contributions))
    return tuple(map(Evidence, *of_evidence))


def _find_pairs(
    head: Head, tokens: Sequence[Token], document: str, direction: np.ndarray, offset: int
) -> tuple[Evidence, ...]:
    """Return evidence in which two words that count as a pair are one piece.

    They are, if what they add together is more than what each of them adds without the other. Each
    piece then has what it adds by itself, so that the sum stays the same.
    """
    alone = _add_up(head, tokens, direction)
    pairs: dict[tuple[int, int], float] = {}
    for block in head.blocks:
        first, last, added = head.occurrence_contributions(block, tokens)
        for start, end, value in zip(first, last, added @ direction, strict=True):
            if block.name in PAIRED or end == start + 1:
                pairs[int(start), int(end)] = pairs.get((int(start), int(end)), 0.0) + float(value)
    for (first_token, last_token), value in pairs.items():
        alone[[first_token, last_token]] -= value / 2
    pieces = []
    for (first_token, last_token), value in pairs.items():
        if abs(value) > max(abs(alone[first_token]), abs(alone[last_token])):
            start, end = tokens[first_token].start + offset, tokens[last_token].end + offset
            pieces.append(Evidence(document[start:end], start, end, value))
        else:
            alone[[first_token, last_token]] += value / 2
    for token, value in zip(tokens, alone.tolist(), strict=True):
        if value:
            start, end = token.start + offset, token.end + offset
            pieces.append(Evidence(document[start:end], start, end, value))
    return tuple(sorted(pieces, key=lambda piece: (piece.start, piece.end)))
