"""The goals of speed, and what was reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from speed_figures import AGAIN, BASE, Figures, middle, ratios, table_ratio

MODELS = ("union", "shipped")  # ours, like for like and as shipped


def goal_lines(figures: Mapping[str, Figures], rows: int) -> Iterator[str]:
    """Yield the goals, and what each model reached; what missed its goal in bold."""
    yield "| asked for | like for like | shipped model |\n|---|--:|--:|"
    yield from score_goals(figures["score"])
    yield from table_goals(figures["tables"], rows)
    cold = figures["cold"].get("python -m stance score", {})
    cpu = middle([run["cpu"] for run in cold.values()])
    yield (
        "| at most 0.35 s of CPU for one short text, start to labels | "
        f"| {at_most(0.35, cpu, '.2f')} |"
    )


def score_goals(score: Figures) -> Iterator[str]:
    """Yield the goals of scoring: so many times as fast as others."""
    goals = [
        ("scikit-learn union, one thread", "-1", BASE, 60),
        ("scikit-learn union, two threads to its one", "-2", BASE, 100),
        ("VADER, one thread", "-1", "vader", 20),
        ("scikit-learn union, by NumPy", "-numpy", BASE, 4),
    ]

    def cell(name: str, base: str, goal: float) -> str:
        first, again = (
            at_least(goal, middle(ratios(score, name, base, clock))) for clock in ("seconds", AGAIN)
        )
        return f"{first}; met before {again}"

    for what, threads, base, goal in goals:
        cells = [cell(f"ours-{model}{threads}", base, goal) for model in MODELS]
        yield f"| at least {goal} x {what} | {' | '.join(cells)} |"
    words, shipped = (
        cell(f"ours-{model}-1", "fasttext-words", 2) for model in ("words", "shipped")
    )
    yield (
        "| at least 2 x fastText's command line on words only, both heads to its one "
        f"| {words} (words only) | {shipped} |"
    )


def table_goals(tables: Figures, rows: int) -> Iterator[str]:
    """Yield the goals of labelling a table: seconds and memory."""
    for columns, what, goal in (("labels", "stance and tone", 40), ("all", "all columns", 20)):
        for threads, cores in ((2, "two cores"), (1, "one core")):
            names = [f"ours {model} {columns} {threads}" for model in MODELS]
            cells = [at_least(goal, table_ratio(tables, name, rows)) for name in names]
            yield (
                f"| at least {goal} x the plain script from CSV to CSV, {what}, {cores} "
                f"| {' | '.join(cells)} |"
            )
    peaks = [
        [
            run["peak_mb"]
            for name, rounds in tables.items()
            if name.startswith(f"ours {model}")
            for run in rounds.values()
        ]
        for model in MODELS
    ]
    cells = [at_most(600, max(values, default=None), ".0f") for values in peaks]
    yield f"| at most 600 MB for that table of {rows:,} paragraphs | {' | '.join(cells)} |"


def at_least(goal: float, value: float | None, form: str = ".1f") -> str:
    """Write a value; in bold if it is below the goal."""
    return judged(value, form, reached=value is not None and value >= goal)


def at_most(goal: float, value: float | None, form: str) -> str:
    """Write a value; in bold if it is above the goal."""
    return judged(value, form, reached=value is not None and value <= goal)


def judged(value: float | None, form: str, *, reached: bool) -> str:
    """Write a value, in bold if its goal was not reached."""
    if value is None:
        return "not measured"
    return f"{value:{form}}" if reached else f"**{value:{form}}**"
