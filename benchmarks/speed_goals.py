"""The goals of speed, and what was reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from speed_figures import AGAIN, BASE, TABLES, Figures, middle, ratios, table_ratio

MODELS = ("union", "shipped")  # ours, like for like and as shipped
CORES = {2: "two cores", 1: "one core"}
PLAIN_GOALS = (
    ("articles", 2, 60), ("articles", 1, 40), ("labels", 2, 60), ("labels", 1, 40),
    ("all", 2, 20), ("all", 1, 20),
)  # fmt: skip
"""Of each kind of table and number of cores: how many times as fast as the plain script."""


def goal_lines(figures: Mapping[str, Figures], rows: int) -> Iterator[str]:
    """Yield the goals, and what each model reached; what missed its goal in bold."""
    yield "| asked for | like for like | shipped model |\n|---|--:|--:|"
    yield from article_goals(figures["tables"], rows)
    yield from score_goals(figures["score"])
    yield from table_goals(figures["tables"], rows)
    cold = figures["cold"].get("python -m stance score", {})
    cpu = middle([run["cpu"] for run in cold.values()])
    yield (
        "| at most 0.15 s of CPU for one short text, start to labels | "
        f"| {at_most(0.15, cpu, '.2f')} |"
    )
    milliseconds = [
        1000 * run["seconds"] / run["paragraphs"]
        for run in figures["evidence"].get("articles", {}).values()
    ]
    yield (
        "| at most 0.5 ms a paragraph with evidence, articles of five one by one, one thread | "
        f"| {at_most(0.5, middle(milliseconds), '.2f')} |"
    )


def article_goals(tables: Figures, rows: int) -> Iterator[str]:
    """Yield the goals of the usual job, a table of articles: against the plain script, and rows."""
    yield from plain_goals(tables, rows, ("articles",))
    for threads, cores in CORES.items():
        cells = [at_most(1.3, times_of_rows(tables, model, threads), ".2f") for model in MODELS]
        yield (
            "| articles: at most 1.3 x the time that their paragraphs take as rows, all columns, "
            f"{cores} | {' | '.join(cells)} |"
        )


def plain_goals(tables: Figures, rows: int, kinds: Sequence[str]) -> Iterator[str]:
    """Yield the goals against the plain script, for tables of some kinds."""
    for columns, threads, goal in PLAIN_GOALS:
        if columns in kinds:
            names = [f"ours {model} {columns} {threads}" for model in MODELS]
            cells = [at_least(goal, table_ratio(tables, name, rows)) for name in names]
            yield (
                f"| {TABLES[columns]}: at least {goal} x the plain script from CSV to CSV, "
                f"{CORES[threads]} | {' | '.join(cells)} |"
            )


def times_of_rows(tables: Figures, model: str, threads: int) -> float | None:
    """Return how many times as long articles take as the same paragraphs, one per row."""
    seconds = [
        middle(
            [run["seconds"] for run in tables.get(f"ours {model} {columns} {threads}", {}).values()]
        )
        for columns in ("articles", "all")
    ]
    return seconds[0] / seconds[1] if seconds[0] and seconds[1] else None


def score_goals(score: Figures) -> Iterator[str]:
    """Yield the goals of scoring: so many times as fast as others."""
    goals = [
        ("scikit-learn union, one thread", "-1", BASE, 60),
        ("scikit-learn union, two threads to its one", "-2", BASE, 110),
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
        cell(f"ours-{model}-1", "fasttext-words", 1.5) for model in ("words", "shipped")
    )
    yield (
        "| at least 1.5 x fastText's command line on words only, both heads to its one "
        f"| {words} (words only) | {shipped} |"
    )
    cells = [
        at_most(1.25, middle(ratios(score, f"ours-{model}-1", f"ours-{model}-frame-1")), ".2f")
        for model in MODELS
    ]
    yield f"| `label_frame` in at most 1.25 x the time of its scoring | {' | '.join(cells)} |"


def table_goals(tables: Figures, rows: int) -> Iterator[str]:
    """Yield the goals of labelling a table: seconds and memory."""
    yield from plain_goals(tables, rows, ("labels", "all"))
    peaks = [
        [
            run["peak_mb"]
            for name, rounds in tables.items()
            if name.startswith(f"ours {model}")
            for run in rounds.values()
        ]
        for model in MODELS
    ]
    cells = [at_most(400, max(values, default=None), ".0f") for values in peaks]
    yield f"| at most 400 MB for such a table of {rows:,} paragraphs | {' | '.join(cells)} |"


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
