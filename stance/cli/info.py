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
def info(model: str | None) -> None:
    """Show what MODEL is, and how well it does.

    It is a model folder or zip, or 'ceasefire', the shipped model, which is the default.
    """
    from stance.model import load

    loaded = load(model)
    facts, frozen = loaded.facts, loaded.frozen
    sides = "masked" if frozen.gazetteer else "not masked"
    printed = facts["print"]["rows"] if "print" in facts else 0
    sources = [f"{printed:,} published"] if printed else []
    sources += [f"{facts['rows']:,} {'composed' if printed else 'annotated'}"] * bool(facts["rows"])
    show(f"{facts['name']}: {' and '.join(sources)} paragraphs, sides {sides}")
    for head, labels in loaded.labels.items():
        figures = facts["cross_validation"][head]
        low, high = figures["macro_f1_interval"]
        n_features = sum(len(block.features) for block in frozen.heads[head].blocks)
        show(f"{head}: {', '.join(labels)}")
        held_out = "on held-out outlets" if printed else "cross-validated"
        show(f"  macro-F1 {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), {held_out}")
        show(f"  calibration error {figures['calibration_error']:.3f}")
        show(f"  {n_features:,} features")
    show(f"scored by: {frozen.scorer.name} ({frozen.scorer.why})")
    versions = [f"{package} {version}" for package, version in facts["versions"].items()]
    show(f"made with {', '.join(versions)}")
