"""The compiled scorer, an extension in C (its sources are in stance/scoring/c/).

Attributes
----------
MAX_BLOCKS, MAX_OUTPUTS, MAX_NGRAM : int
    How many feature blocks and outputs (labels of all heads) a model may have, and how long its
    n-grams may be.
MAX_CLASSES : int
    The numbers of classes of cue words are less than this.
MAX_WORD_CHARACTERS : int
    How many characters of a word give character n-grams; a longer word is not stemmed, as in
    `stance.text.words`.
MAX_KIND_CHARACTERS, MAX_KIND_WORDS, MAX_WRAP_WIDTH : int
    Limits of the rules of `stance.text.kinds` and `stance.text.paragraphs`.
MAX_BOILERPLATE, MAX_BOILERPLATE_LINE, MAX_HEADLINE : int
    Limits of those of `stance.text.boilerplate`.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

MAX_BLOCKS: Final[int]
MAX_OUTPUTS: Final[int]
MAX_NGRAM: Final[int]
MAX_CLASSES: Final[int]
MAX_WORD_CHARACTERS: Final[int]
MAX_KIND_CHARACTERS: Final[int]
MAX_KIND_WORDS: Final[int]
MAX_WRAP_WIDTH: Final[int]
MAX_BOILERPLATE: Final[int]
MAX_BOILERPLATE_LINE: Final[int]
MAX_HEADLINE: Final[int]

_Block = tuple[int, int, int, list[str] | list[int], np.ndarray, np.ndarray]
_Names = tuple[list[str], np.ndarray, np.ndarray, np.ndarray]

class Scorer:
    """Scores paragraphs with the arrays of a frozen model.

    Several threads may call `score` at once; nothing may be learned or forgotten meanwhile. The
    arrays are copied.

    Parameters
    ----------
    head_bounds : ndarray of int32, of shape (n_heads + 1,)
        Where the outputs of each head begin, and where the last ones end.
    n_copies : int
        How many copies of the weights there are: one, and one per stance target.
    intercepts : ndarray of float64, of shape (n_copies, n_outputs)
        By copy and output.
    blocks : list of tuple
        ``(kind, min_n, max_n, features, outputs, rows)`` per feature block: 0 for words, 1 for
        characters, 2 for frames; the shortest and longest length of its n-grams; the features in
        the order of `rows`, the stems of an n-gram separated by single spaces, and a frame as
        its number (`stance.text.cues.number_frame`); outputs as int32 of shape (width,); rows as
        float64 of shape (n_copies, n_features, width + 1), which are weights times idf, then idf.
    familiar : list of str
        Stems of words that the model has seen.
    names_in_any_case, names_in_exact_case : tuple
        ``(words, first_name, name_start, name_words)``: the distinct words of all names, those
        that begin names first; then three arrays of int32. The names that begin with word w, its
        possessive aside, are ``first_name[w]`` to ``first_name[w + 1]``; the words of name n are
        ``name_words[name_start[n] : name_start[n + 1]]``.
    side : str
        The token that stands for a masked name.
    cues : tuple
        ``(negation, negators, stems, classes, links, traits, joins)``: the number of the class of
        negators, or 0 if no word needs a class; the folded words that are negators, beside those
        in "n't"; the stems of other cues, and as bytes the number of the class of each. Then, by
        class, bytes of shape (MAX_CLASSES,): as which class it stands in chains, and its traits;
        and bytes of shape (MAX_CLASSES, MAX_CLASSES, 2): which class two cues have together, and
        within how many words.

    Raises
    ------
    ValueError
        If an array has another size or item size, an index is out of range, or a class is not less
        than `MAX_CLASSES`.
    """

    def __init__(
        self,
        head_bounds: np.ndarray,
        n_copies: int,
        intercepts: np.ndarray,
        blocks: list[_Block],
        familiar: list[str],
        names_in_any_case: _Names,
        names_in_exact_case: _Names,
        side: str,
        cues: tuple[int, list[str], list[str], bytes],
        /,
    ) -> None: ...
    @property
    def size(self) -> int:
        """How many bytes the learned words take up, roughly."""
    def learn(self, new_words: object, /) -> None:
        """Learn words that `score` returned, once; those that were learned since are skipped.

        Raises
        ------
        ValueError
            If they are another scorer's, or were learned before.
        RuntimeError
            While paragraphs are scored.
        """
    def forget(self) -> None:
        """Forget the words that were not met twice since the last call: all if called twice.

        Raises
        ------
        RuntimeError
            While paragraphs are scored.
        """
    def reset_after_fork(self) -> None:
        """In the child of a fork: forget the threads that scored in its parent."""
    def score(
        self,
        texts: list[str] | list[bytes],
        first: int,
        last: int,
        copies: np.ndarray,
        probabilities: np.ndarray,
        familiarity: np.ndarray,
        n_tokens: np.ndarray,
        /,
    ) -> object | None:
        """Score ``texts[first:last]`` into the buffers of all texts, without the GIL.

        Parameters
        ----------
        texts : list of str or bytes
            Paragraphs; bytes are UTF-8, and what is not valid UTF-8 separates words.
        first, last : int
            Which to score.
        copies : ndarray of int32, of shape (n_texts,)
            Which copy of the weights each takes.
        probabilities : ndarray of float64, of shape (n_texts, n_outputs)
            Filled.
        familiarity : ndarray of float64, of shape (n_texts,)
            Filled.
        n_tokens : ndarray of int64, of shape (n_texts,)
            Filled: words, where a masked name is one.

        Returns
        -------
        new_words : object or None
            The words that were not known yet, for `learn`. Until then they are worked out anew by
            each call.
        """

class LanguageTable:
    """Names languages as `stance.text.languages` does, whose `describe_rules` gives the table.

    Parameters
    ----------
    scripts : bytes
        The number of the script of each of at most 64 languages; 0 is Latin.
    ranges : list of (int, int, int)
        First and last code point of letters, and the number of their script.
    words, endings, letters : dict of str to int
        The languages that a word, an ending or a letter speaks for: bit n is that of language n.
    limits : tuple
        ``(max_characters, min_script_share, min_evidence, min_share, clearly_home)``.

    Raises
    ------
    ValueError
        If there are too many languages or letters, or a number is out of range.
    """

    def __init__(
        self,
        scripts: bytes,
        ranges: list[tuple[int, int, int]],
        words: dict[str, int],
        endings: dict[str, int],
        letters: dict[str, int],
        limits: tuple[int, float, float, float, float],
        /,
    ) -> None: ...
    def find(self, text: str, home: int, /) -> int:
        """Return the number of the language of a text, or -1 if it is `home` or unknown.

        Raises
        ------
        ValueError
            If `home` is not the number of a language.
        """

def hash_bytes(content: bytes, low: int, high: int, /) -> int:
    """Return the SipHash-1-3 of bytes under a secret of two integers."""

def list_words(new_words: object, /) -> list[str]:
    """Return words that `Scorer.score` returned as a list of str."""

def word_forms(word: str, /) -> tuple[str, str, str, bool]:
    """Return a word folded, its stem, the word bare, and whether it counts for familiarity.

    They are what `fold`, `stem`, `bare` and `is_plain` of `stance.text.words` say.
    """

def word_bounds(text: str | bytes, /) -> list[tuple[int, int]]:
    """Return the byte offsets (start, end) of the words of a str or of UTF-8."""

def may_join(gap: str, after_short: bool, /) -> bool:
    """Return whether what stands between two words may stand inside a name.

    `after_short` says that the word before has at most two characters.
    """

def read_records(
    text: str,
    start: int,
    first_fresh: int,
    max_lines: int,
    max_characters: int,
    is_whole: bool,
    delimiter: str,
    n_columns: int,
    wanted: list[int],
    /,
) -> tuple[int, int, int, int, list[list[str]]] | None:
    """Parse the records of CSV that are complete where a limit is reached.

    Parameters
    ----------
    text : str
        CSV.
    start : int
        Where a record begins.
    first_fresh : int
        Where the lines begin that count toward the limits.
    max_lines, max_characters : int
        The line that reaches one of them is the last.
    is_whole : bool
        Whether the text may end before a limit is reached.
    delimiter : str
        One character: no quotation mark and no line end.
    n_columns : int
        The number of fields of each record.
    wanted : list of int
        The numbers of the columns whose cells are returned.

    Returns
    -------
    end, n_lines, n_records, limit : int
        Where the last complete record ends; how many lines the records have, and how many they are;
        where the last line ends.
    columns : list of list of str
        The cells of each wanted column.

    None is returned if no record is complete, or if one of them may be at fault.

    Raises
    ------
    ValueError
        If `start`, `n_columns` or `wanted` is out of range.
    """

def join_rows(
    between: list[str],
    columns: list[tuple[np.ndarray, list[str] | str]],
    first: int,
    last: int,
    /,
) -> bytes:
    """Return rows as UTF-8; `stance.tables.writers.encoder` does the same in more time.

    Parameters
    ----------
    between : list of str, of length n_columns + 1
        What stands before, between and after the cells of a row.
    columns : list of (ndarray, list of str or str)
        The columns, each with at least `last` rows: int64 and a list of texts that it indexes, -1
        for the last; or int64 or float64 and what stands for a missing number, NaN or below zero.
        A float has six decimals.
    first, last : int
        The rows to write, `last` exclusive.

    Raises
    ------
    ValueError
        If a column is something else, too short, or its index out of range.
    UnicodeEncodeError
        If a text holds half of a surrogate pair.
    """

def plain_cells(cells: list[Any], longest: int, keeps_html: bool, /) -> bytes:
    """Return one byte per cell: 1 for a text that surely is no HTML, or else 0.

    A text is a str of at most `longest` characters with a letter or digit. With `keeps_html` none
    is HTML.
    """

def split_texts(
    cells: list[Any],
    longest: int,
    keeps_html: bool,
    kinds: tuple[int, int, int],
    beginnings: tuple[str, ...],
    split: Callable[[Any], tuple[list[int], list[int], list[int], list[str]]],
    /,
) -> tuple[bytes, bytes, list[str]]:
    """Split cells into blocks.

    Parameters
    ----------
    cells, longest, keeps_html
        As `plain_cells` takes them.
    kinds : tuple of int
        The numbers to give for the kind of a block that is surely a paragraph; of one that may be
        boilerplate or a headline instead; and of any other, which
        `stance.text.paragraphs.name_kinds` must name.
    beginnings : tuple of str
        How boilerplate begins, in lower case.
    split : callable
        Gives starts, ends, numbers of kinds, and texts of the blocks of any other cell.

    Returns
    -------
    blocks : bytes
        Start, end and number of kind of each block, as int64.
    counts : bytes
        How many blocks each cell has, as int64.
    texts : list of str
        The text of each block.

    Raises
    ------
    ValueError
        If `split` returns something else.
    """

def read_html(
    source: str,
    start: int,
    end: int,
    tags: dict[str, str],
    unread: dict[str, int],
    unescape: Callable[[str], str],
    /,
) -> tuple[str, bytes] | None:
    """Read HTML as `stance.text.html.read_html` does.

    Parameters
    ----------
    source : str
        HTML.
    start, end : int
        The part to read, `end` exclusive.
    tags : dict of str to str
        What a tag becomes, by its name in lower case, with "/" before that of an end.
    unread : dict of str to int
        Different numbers from 0 to 14 for the elements that are not read, by name.
    unescape : callable
        Decodes an entity.

    Returns
    -------
    text : str
        Without tags.
    pieces : bytes
        Where each piece begins in `text`, and its start and end in the source, as int64.

    None is returned if only Python can read it.

    Raises
    ------
    ValueError
        If `start`, `end` or a number is out of range.
    TypeError
        If `tags` holds, or `unescape` returns, something else than a str.
    """

def paragraph_ids(keys: list[Any], starts: np.ndarray, ends: np.ndarray, /) -> list[str]:
    """Name paragraphs, as `stance.results.paragraph_id` does; starts and ends are int64.

    Raises
    ------
    ValueError
        If there are not as many starts and ends as keys.
    """
