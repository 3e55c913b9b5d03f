"""`stance info`: what a model is."""

from __future__ import annotations

import click

from stance.cli.messages import show
from stance.cli.options import examples


@click.command(
    epilog=examples(
        "stance info",
        "stance info models/mine",
    )
)
@click.argument("model", required=False)
@click.option("--model", "named", metavar="MODEL", help="The same, as other commands take it.")
def info(model: str | None, named: str | None) -> None:
    """Show what MODEL is, and how well it does.

    It is a model folder or zip, or 'ceasefire', the shipped model, which is the default.
    """
    from stance.model import load

    if model and named:
        raise click.UsageError("give one model, as MODEL or with --model; got both.")
    loaded = load(model or named)
    facts, frozen = loaded.facts, loaded.frozen
    sides = "masked" if frozen.gazetteer else "not masked"
    printed, rows = facts.get("print", {}).get("rows", 0), facts.get("rows", 0)
    sources = [f"{printed:,} published"] if printed else []
    sources += [f"{rows:,} {'composed' if printed else 'annotated'}"] if rows or not printed else []
    name = facts.get("name", "unnamed")
    show(f"{name}: {' and '.join(sources)} paragraphs, sides {sides}")
    adapted = facts.get("adapted", {})
    if adapted:
        show(f"made from {adapted['base']['name']}, adapted to {adapted['rows']:,} paragraphs")
    for head, labels in loaded.labels.items():
        n_features = sum(len(block.features) for block in frozen.heads[head].blocks)
        show(f"{head}: {', '.join(labels)}")
        if figures := facts.get("cross_validation", {}).get(head):
            low, high = figures["macro_f1_interval"]
            held_out = "on held-out outlets" if printed else "cross-validated"
            if adapted.get("heads", {}).get(head, {}).get("adapted"):
                held_out = "on the paragraphs adapted to, cross-fitted"
            show(f"  macro-F1 {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), {held_out}")
            show(f"  calibration error {figures['calibration_error']:.3f}")
        show(f"  {n_features:,} features")
    show(f"scored by: {frozen.scorer.name} ({frozen.scorer.why})")
    if versions := [
        f"{package} {version}" for package, version in facts.get("versions", {}).items()
    ]:
        show(f"made with {', '.join(versions)}")
