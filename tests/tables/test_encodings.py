"""From bytes to text: byte order marks, strict UTF-8, and guesses with a notice."""

import io
import warnings

import pytest

from stance import StanceWarning, TableError
from stance.tables.encodings import HEAD, read_text

RUSSIAN = "Стороны договорились о прекращении огня на время переговоров.\n" * 5
ARABIC = "اتفق الطرفان على وقف إطلاق النار خلال المفاوضات.\n" * 5


def text_of(content: bytes, encoding: str | None = None) -> str:
    return "".join(read_text(io.BytesIO(content), "in.csv", encoding).blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ["", "a truce", "café ’ 休戦 🕊"], ids=["empty", "ASCII", "beyond"])
def test_a_mark_or_strict_utf8_needs_no_guess(text: str, encoding: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert text_of(text.encode(encoding)) == text


def test_a_mark_is_no_text_where_the_encoding_is_named() -> None:
    assert text_of(b"\xef\xbb\xbfid", "UTF8") == "id"


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("id,text\n1,café\n", "cp1252", "cp1252"),
        ("He said “no truce”, the café’s owner replied – twice.\n", "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (ARABIC, "cp1256", "cp1256"),
        ("id,text\n1,a truce\n", "utf-16-le", "utf-16-le"),
        ("id,text\n1,a truce\n", "utf-16-be", "utf-16-be"),
    ],
    ids=["short", "quotes", "Russian", "Arabic", "wide", "wide the other way round"],
)
def test_a_guess_is_announced(text: str, encoding: str, guess: str) -> None:
    if guess not in ("cp1252", "utf-16-le", "utf-16-be"):
        pytest.importorskip("charset_normalizer")
    with pytest.warns(
        StanceWarning,
        match=rf"^in\.csv is read as {guess}: .*\. Pass its encoding if that is wrong\.$",
    ):
        assert text_of(text.encode(encoding)) == text


def test_one_bad_line_among_good_ones_is_no_other_encoding() -> None:
    """The good ones would be misread; the bad one can be recognised."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert text_of("né\nça\n".encode() + b"caf\xe9\n") == "né\nça\ncaf\udce9\n"


def test_without_a_detector_a_script_other_than_latin_is_not_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "charset_normalizer", None)
    with pytest.raises(TableError) as error:
        text_of(RUSSIAN.encode("cp1251"))
    assert str(error.value) == (
        "in.csv must be UTF-8 or have a byte order mark; it is not, and guessing its encoding needs the package charset-normalizer; it is not installed. "
        'Pass its encoding, or pip install "stance-tone[io]".'
    )


def test_half_a_character_at_the_end_of_utf16_is_named() -> None:
    with pytest.raises(
        TableError,
        match=r"^in\.csv must be utf-16; truncated data\. Pass its encoding \(Excel on Windows writes cp1252\)\.$",
    ):
        text_of("a truce".encode("utf-16") + b"x")


def test_a_beginning_that_ends_within_a_character_is_utf8_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stance.tables.encodings.HEAD", 8)
    monkeypatch.setattr("stance.tables.encodings.BLOCK", 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert text_of("truce\na\u20ac".encode()) == "truce\na\u20ac"


@pytest.mark.parametrize("encoding", ["rot13", "base64", "zip", "klingon"])
def test_what_is_no_encoding_of_text_is_named(encoding: str) -> None:
    with pytest.raises(TableError) as error:
        text_of(b"a truce", encoding)
    assert (
        str(error.value)
        == f"`encoding` must be a text encoding that Python knows; got {encoding!r}."
    )


class Endless(io.RawIOBase):
    """Some bytes, then zeros without end; it fails a test that goes on reading them."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._n_read = 0

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        self._n_read += len(buffer)
        assert self._n_read <= 2 * HEAD, "it should have been refused"
        content, self._content = self._content, b""
        buffer[:] = content.ljust(len(buffer), b"\0")
        return len(buffer)

    def readable(self) -> bool:
        return True


@pytest.mark.parametrize("content", [b"", b"id,text\n1,"], ids=["zeros alone", "a row first"])
def test_zeros_without_end_are_refused(content: bytes) -> None:
    with pytest.raises(TableError) as error:
        "".join(read_text(Endless(content), "a pipe").blocks)
    assert str(error.value) == (
        "a pipe must hold text; it goes on with 16 MB of zero bytes and more. "
        "Fetch it again, or name another file."
    )
