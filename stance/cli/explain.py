"""`stance explain`: why a paragraph gets its label."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import click

from stance.cli.messages import show
from stance.cli.options import examples, model_option


@click.command(
    epilog=examples(
        'stance explain "They urged both sides to stop the fighting."',
        'stance explain "They urged both sides to stop." --head tone --label angry',
    )
)
@click.argument("paragraph")
@click.option("--head", help="Which label column to explain.  [default: stance, or the only one]")
@click.option("--label", help="The label to explain; by default the one given.")
@click.option("--contrast", help="Explain why the label and not this one.")
@click.option("--target", help="What PARAGRAPH is about, for a model trained with --target-column.")
@model_option
def explain(
    paragraph: str,
    head: str | None,
    label: str | None,
    contrast: str | None,
    target: str | None,
    model: str | None,
) -> None:
    """Show which words of PARAGRAPH speak for its label, and which against.

    PARAGRAPH is the text itself, or - to read it from standard input. Two words that add more as a
    pair than each of them alone stand in one line.
    """
    from stance.errors import StanceWarning
    from stance.model import load
    from stance.options import choose_head

    if _is_file(paragraph):
        raise click.UsageError(
            f"PARAGRAPH must be a text; {paragraph!r} is a file. Label it with stance score."
        )
    if paragraph == "-":
        paragraph = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    loaded = load(model)
    head = choose_head(loaded.labels, head)
    intercept, evidence = loaded.explain(
        paragraph, head=head, label=label, contrast=contrast, target=target, pairs=True
    )
    with warnings.catch_warnings(action="ignore", category=StanceWarning):  # said just now
        labelled = loaded.label(paragraph, unit="row", target=target)[0]
    if not labelled.results:
        show(f"{labelled.reason}; this paragraph gets no label", err=True)
    best = int(loaded.frozen.probabilities([labelled.text], target)[head][0].argmax())
    explained = label or loaded.labels[head][best]
    against = f", and not {contrast!r}" if contrast else ""
    show(f"{head}: what speaks for {explained!r}{against} (+), and against it (-)")
    probabilities = labelled.results[head].probabilities if labelled.results else {}
    for name, probability in probabilities.items():
        show(f"{probability:6.1%}  {name}")
    show(f"{intercept:+7.3f}  (before any word)")
    for word in sorted(evidence, key=lambda word: -word.contribution):
        show(f"{word.contribution:+7.3f}  {word.text}")


def _is_file(paragraph: str) -> bool:
    try:
        return Path(paragraph).is_file()
    except (OSError, ValueError):  # too long for a path
        return False
