"""The record of a run as a paragraph on methods, in plain English, with its references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.readings import read_readings, shown_rows
from stance.annotate.whole_tables import cells
from stance.errors import InputError
from stance.inference.differences import DRAWS, MIN_GROUP, compare
from stance.inference.figures import estimate_shares
from stance.inference.prints import group_name
from stance.tables.writers.run_record import digest_of, read_record

if TYPE_CHECKING:
    import pandas as pd

REFERENCES: Final = {
    "stance": "The stance maintainers. stance: stance toward a ceasefire and tone of paragraphs "
    "(version {version}) [Computer software]. See CITATION.cff.",
    "scikit-learn": "Pedregosa, F. and others (2011). Scikit-learn: machine learning in Python. "
    "Journal of Machine Learning Research 12, 2825–2830.",
    "conformal": "Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic Learning in a Random "
    "World. Springer.",
    "calibrated": "Meertens, Q., Diks, C., van den Herik, H. and Takes, F. (2022). Improving the "
    "output quality of official statistics based on machine learning algorithms. Journal of "
    "Official Statistics 38, 485–508.",
    "PPI++": "Angelopoulos, A., Duchi, J. and Zrnic, T. (2023). PPI++: efficient "
    "prediction-powered inference. arXiv:2311.01453.",
    "counted by hand": "Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey "
    "Sampling. Springer.",
    "interval": "Dean, N. and Pagano, M. (2015). Evaluating confidence interval methods for "
    "binomial proportions in clustered surveys. Journal of Survey Statistics and Methodology 3, "
    "484–503.",
    "max-t": "Hothorn, T., Bretz, F. and Westfall, P. (2008). Simultaneous inference in general "
    "parametric models. Biometrical Journal 50, 346–363.",
    "limits": "Zou, G. and Donner, A. (2008). Construction of confidence limits about effect "
    "measures: a general approach. Statistics in Medicine 27, 1693–1702.",
    "Holm": "Holm, S. (1979). A simple sequentially rejective multiple test procedure. "
    "Scandinavian Journal of Statistics 6, 65–70.",
    "inverted": "Forman, G. (2008). Quantifying counts and costs via classification. Data Mining "
    "and Knowledge Discovery 17, 164–206.",
}
_ESTIMATORS: Final = {
    "calibrated": "the labels of the model, calibrated by the readers' [{calibrated}]",
    "PPI++": "the probabilities of the model, corrected by the readers' labels (PPI++) [{PPI++}]",
    "counted by hand": "the readers' labels alone [{counted by hand}], because those of the model "
    "saved nothing",
    "inverted": "the model's labels, corrected by its confusion matrix on other paragraphs "
    "[{inverted}], which takes its error rates to be equal in both",
    "none": "no estimate, because too few paragraphs were read",
}
_MOST_GROUPS: Final = 12  # that are named
_DIGITS: Final = 12  # of a digest: enough to tell files apart


class _Citations(dict[str, int]):
    """Numbers references in the order in which they are cited."""

    def __missing__(self, key: str) -> int:
        self[key] = len(self) + 1
        return self[key]


def describe_methods(
    labelled: str | Path,
    annotated: pd.DataFrame | str | Path | None = None,
    by: str | Sequence[str] | None = None,
    population: str = "this print",
    *,
    design: str | None = None,
    article: str | None = None,
    weights: str | None = None,
    without_copies: bool = False,
    model: str | Path | None = None,
    differences: bool = False,
) -> str:
    """Describe how a table was labelled, and how shares of it are estimated, for print.

    Parameters
    ----------
    labelled : str or Path
        What `stance score` wrote, with its record (``labelled.csv.run.json``) beside it.
    annotated : pandas.DataFrame, str or Path, optional
        The paragraphs that readers annotated, as for `stance.estimate_shares`: how they were drawn
        and which estimator follows is described too.
    by, population, design, article, weights, without_copies, model
        As in `stance.estimate_shares`: what the shares were estimated with.
    differences : bool, default=False
        Describe also what `stance.compare` gives with these options; not what it gives with
        ``assume_equal_errors``.

    Returns
    -------
    str
        A paragraph, and the references that it cites.

    Raises
    ------
    TableError, InputError
        If there is no record, or shares (or differences) cannot be estimated from `annotated`.
    """
    path = Path(labelled)
    groups = [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))
    figures: dict[str, Any] = {"design": design, "article": article, "weights": weights}
    figures |= {"without_copies": without_copies, "model": model}
    record = read_record(path)
    citations = _Citations()
    sentences = [
        _source_sentence(record, citations),
        _model_sentence(record, citations),
        *_count_sentences(record, citations),
        *_share_sentences(path, annotated, groups, population, figures, citations),
        *(
            _difference_sentences(path, annotated, groups, population, figures, citations)
            if differences
            else ()
        ),
        _software_sentence(record),
    ]
    version = record["versions"]["stance-tone"]
    references = [
        f"[{number}] {REFERENCES[key].format(version=version)}" for key, number in citations.items()
    ]
    return "\n".join([" ".join(sentences), "", *references])


def _source_sentence(record: Mapping[str, Any], citations: _Citations) -> str:
    files = [
        f"{file['name']} (SHA-256 {file['sha256'][:_DIGITS]}…)" if file["sha256"] else file["name"]
        for file in record["inputs"]
    ]
    if len(files) > 3:
        files = [*files[:2], f"{len(files) - 2:,} more files"]
    unit = {"paragraph": "Each paragraph", "row": "Each text", "document": "Each document"}
    version = record["versions"]["stance-tone"]
    return (
        f"{unit[record['options']['unit']]} of {record['counts']['rows']:,} rows of "
        f"{_listed(files)} was labelled on {record['date']} with stance {version} "
        f"[{citations['stance']}]."
    )


def _model_sentence(record: Mapping[str, Any], citations: _Citations) -> str:
    model = record["model"]
    heads = [f"{head} ({', '.join(labels)})" for head, labels in model["labels"].items()]
    return (
        f"The model {model['name']} (SHA-256 {model['sha256'][:_DIGITS]}…) gives {_listed(heads)}, "
        "by linear classifiers over TF-IDF features, with calibrated probabilities "
        f"[{citations['scikit-learn']}]."
    )


def _count_sentences(record: Mapping[str, Any], citations: _Citations) -> list[str]:
    counts = record["counts"]
    statuses = [
        f"{number:,} have the status {status!r}" for status, number in counts["statuses"].items()
    ]
    sentences = [f"Of {counts['written']:,} rows of the output, {_listed(statuses)}."]
    if not statuses:
        sentences = ["The output has no rows."]
    if counts["unreadable"]:
        sentences.append(f"{counts['unreadable']:,} rows could not be read and are not counted.")
    unsure = [
        f"{counts['uncertain'].get(head, 0) / total:.0%} in {head}"
        for head, labels in counts["labels"].items()
        if (total := sum(labels.values()))
    ]
    if unsure:
        sentences.append(
            f"A label is called uncertain if its prediction set at level "
            f"{record['options']['level']:g} does not hold it alone [{citations['conformal']}]: "
            f"{_listed(unsure)}."
        )
    return sentences


def _share_sentences(
    labelled: Path,
    annotated: pd.DataFrame | str | Path | None,
    by: Sequence[str],
    population: str,
    options: Mapping[str, Any],
    citations: _Citations,
) -> list[str]:
    within = f" by {_listed(by)}" if by else ""
    raw = f"Shares of labels{within} are counts of the model's labels (raw); they have no interval."
    if annotated is None:
        if by:  # whose columns must be there
            estimate_shares(labelled, None, by, population, **options)
        return [raw]
    shares = estimate_shares(labelled, annotated, by, population, **options)
    sentences = [_design_sentence(annotated, options["design"])]
    for head, rows in shares.groupby("head", sort=False):
        sentences.append(_estimator_sentence(str(head), rows, by, citations))
    if options["article"]:
        sentences.append(f"An article is what column {options['article']!r} names.")
    if options["weights"]:
        sentences.append(f"Each paragraph counts what column {options['weights']!r} says.")
    if population == "the outlets":
        sentences.append("Errors are clustered by article.")
    sentences.append(
        f"Intervals are Wilson's at 95%, for the effective number of paragraphs "
        f"[{citations['interval']}]."
    )
    notes = [
        note for note in shares.attrs["notes"] if not note.endswith("paragraphs are annotated.")
    ]
    return [*sentences, *notes]


def _difference_sentences(
    labelled: Path,
    annotated: pd.DataFrame | str | Path | None,
    by: Sequence[str],
    population: str,
    options: Mapping[str, Any],
    citations: _Citations,
) -> list[str]:
    if annotated is None or not by:
        raise InputError(
            "`differences` must come with `annotated` and `by`, as in `compare`; one is missing. "
            "Name the annotated paragraphs (--annotated) and the columns of the groups (--by)."
        )
    compare(labelled, annotated, by, population, **options)  # which may be refused
    return [
        f"Differences of shares between all pairs of groups by {_listed(by)} have intervals that "
        "hold at once, at 95%, for all pairs and labels of a head that are compared: their width "
        f"comes from the largest studentized difference in {DRAWS:,} draws (max-t) "
        f"[{citations['max-t']}], their limits from Wilson's of both groups "
        f"[{citations['limits']}].",
        f"P-values are corrected by Holm's method over the same differences [{citations['Holm']}].",
        f"A group with fewer than {MIN_GROUP} annotated paragraphs is not compared.",
    ]


def _estimator_sentence(
    head: str, rows: pd.DataFrame, by: Sequence[str], citations: _Citations
) -> str:
    """Say from how many paragraphs shares are estimated, and how; in each group, if there are."""
    first = rows.drop_duplicates(list(by)) if by else rows.iloc[:1]
    groups_of: dict[str, list[str]] = {}  # by estimator
    for _, row in first.iterrows():
        name = f"{group_name([row[column] for column in by])} ({row['n']:,})" if by else ""
        groups_of.setdefault(_estimator_of(row["estimator"]), []).append(name)
    if not by or list(groups_of) == ["inverted"]:  # whose annotated paragraphs are of no group
        estimator = next(iter(groups_of))
        n = int(first["n"].iloc[0])
        how = _ESTIMATORS[estimator].format_map(citations)
        return f"Shares of {head} are estimated from {n:,} annotated paragraphs: {how}."
    parts = [
        f"{_ESTIMATORS[estimator].format_map(citations)}, in {_listed(_shortened(names))}"
        for estimator, names in groups_of.items()
    ]
    return (
        f"Shares of {head} by {_listed(by)} are estimated in each group from the paragraphs that "
        f"were annotated in it (their number in brackets): {'; '.join(parts)}."
    )


def _shortened(names: Sequence[str]) -> list[str]:
    if len(names) <= _MOST_GROUPS:
        return list(names)
    return [*names[:_MOST_GROUPS], f"{len(names) - _MOST_GROUPS:,} more groups"]


def _estimator_of(name: str) -> str:
    """Return the key of the estimator that a frame of shares names."""
    return name.partition(":")[0].partition(",")[0]


def _design_sentence(annotated: pd.DataFrame | str | Path, design: str | None) -> str:
    frame, _ = read_readings(annotated)
    digest = ""
    if isinstance(annotated, (str, Path)):
        digest = f" ({Path(annotated).name}, SHA-256 {digest_of(Path(annotated))[:_DIGITS]}…)"
    if "probability" not in frame:
        drawn = {
            "random": "drawn at random, each with the same chance",
            "articles": "all those of articles that were drawn at random",
            "elsewhere": "of other print",
        }[design or "random"]
        return f"The annotated paragraphs{digest} are {drawn}."
    n_paragraphs = cells(frame["paragraph_id"]).nunique()
    probabilities = cells(frame["probability"]).dropna().astype(float)
    low, high = probabilities.min(), probabilities.max()
    strata = cells(frame["stratum"]).nunique() if "stratum" in frame else 1
    within = f" within {strata:,} strata" if strata > 1 else ""
    chance = f"with a chance of {low:.3g}" if low == high else "with unequal, known chances"
    spread = "" if low == high else f" ({low:.3g} to {high:.3g})"
    shown = bool(shown_rows(frame).any())
    read = "read" if shown else "read without the model's labels in view"
    return (
        f"{n_paragraphs:,} paragraphs{digest} were drawn at random{within}, {chance}{spread}, and "
        f"{read}."
    )


def _software_sentence(record: Mapping[str, Any]) -> str:
    versions = ", ".join(
        f"{name} {version}" for name, version in record["versions"].items() if name != "stance-tone"
    )
    return f"The command was `{record['command']}` ({versions})."


def _listed(items: Sequence[str]) -> str:
    """Join items as a list in a sentence."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
