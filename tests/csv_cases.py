"""Small CSV tables in many forms, and how to read one."""

import io

from stance.tables.readers.csv import read_rows


def read(content: bytes, **options: str) -> tuple[list[str], list[list[str]], list[str]]:
    with read_rows(io.BytesIO(content), **options) as table:
        rows = [row for _, row in table]
    return table.columns, rows, [fault.message() for fault in table.faults]


CASES = {
    "comma": b"id,text\n1,a truce\n",
    "semicolon": b"id;text\n1;a truce\n",
    "tab": b"id\ttext\n1\ta truce\n",
    "CRLF": b"id,text\r\n1,a truce\r\n",
    "CR": b"id,text\r1,a truce\r",
    "no last newline": b"id,text\n1,a truce",
    "UTF-8 with a mark": b"\xef\xbb\xbfid,text\n1,a truce\n",
    "UTF-16": "id,text\n1,a truce\n".encode("utf-16"),
    "quoted": b'"id","text"\n"1","a truce"\n',
    "blank lines": b"id,text\n\n1,a truce\n\n",
    "UTF-16, the other way round": b"\xfe\xff" + "id,text\n1,a truce\n".encode("utf-16-be"),
    "UTF-32": "id,text\n1,a truce\n".encode("utf-32"),
    "bar": b"id|text\n1|a truce\n",
}

# What the public csv-spectrum suite tries, in words of our own: the text, and the rows it holds.
SPECTRUM = {
    "simple": ("a,b,c\n1,2,3\n", [["1", "2", "3"]]),
    "simple CRLF": ("a,b,c\r\n1,2,3\r\n", [["1", "2", "3"]]),
    "comma in quotes": (
        'who,where\nKeeper,"North Light, Shingle Bay"\n',
        [["Keeper", "North Light, Shingle Bay"]],
    ),
    "empty": ('a,b,c\n1,"",""\n,3,4\n', [["1", "", ""], ["", "3", "4"]]),
    "empty CRLF": ('a,b,c\r\n1,"",""\r\n,3,4\r\n', [["1", "", ""], ["", "3", "4"]]),
    "escaped quotes": ('a,b\n1,"ha ""ha"" ha"\n3,4\n', [["1", 'ha "ha" ha'], ["3", "4"]]),
    "JSON in a cell": (
        'key,val\n1,"{""kind"": ""Point"", ""at"": [0.5, 51.0]}"\n',
        [["1", '{"kind": "Point", "at": [0.5, 51.0]}']],
    ),
    "newlines in quotes": (
        'a,b,c\n1,2,3\n"Once upon\na time",5,6\n',
        [["1", "2", "3"], ["Once upon\na time", "5", "6"]],
    ),
    "newlines in quotes CRLF": (
        'a,b,c\r\n"Once upon\r\na time",5,6\r\n',
        [["Once upon\r\na time", "5", "6"]],
    ),
    "quotes and newlines": ('a,b\n1,"ha\n""ha""\nha"\n3,4\n', [["1", 'ha\n"ha"\nha'], ["3", "4"]]),
    "UTF-8": ("a,b,c\n1,2,3\n4,5,ʤ休\n", [["1", "2", "3"], ["4", "5", "ʤ休"]]),
    "coordinates": (
        'time,at\n1405,"54.1, -1.9"\n1406,"54.2, -1.8"\n',
        [["1405", "54.1, -1.9"], ["1406", "54.2, -1.8"]],
    ),
}

# What readers of CSV are known to stumble over (the suites of pandas, csvkit and frictionless try the like), as cases of
# our own: the content, its columns, the rows that are read, and the lines that are put aside.
ODDITIES: dict[str, tuple[bytes, list[str], list[list[str]], list[int]]] = {
    "numbers are text": (b"a,b\n007,1e5\n+1,1.0\n", ["a", "b"], [["007", "1e5"], ["+1", "1.0"]], []),
    "words for nothing are text": (b"a,b\nNA,null\nnan,NULL\n", ["a", "b"], [["NA", "null"], ["nan", "NULL"]], []),
    "words for yes and no are text": (b"a,b\nTrue,false\n", ["a", "b"], [["True", "false"]], []),
    "dates are text": (b"a,b\n2024-01-02,01/02/24\n", ["a", "b"], [["2024-01-02", "01/02/24"]], []),
    "formulas are text": (b"a,b\n=1+1,@x\n", ["a", "b"], [["=1+1", "@x"]], []),
    "a comma for a point": (b"a;b\n1,5;2,5\n", ["a", "b"], [["1,5", "2,5"]], []),
    "spaces around a cell": (b"a,b\n x , y \n", ["a", "b"], [[" x ", " y "]], []),
    "a space before a quotation mark": (b'a,b\n1, "x,y"\n2,z\n', ["a", "b"], [["2", "z"]], [2]),
    "a space after a quotation mark": (b'a,b\n"x" ,2\n2,z\n', ["a", "b"], [["2", "z"]], [2]),
    "a quotation mark inside a cell": (b'a,b\n1,x"y"z\n', ["a", "b"], [["1", 'x"y"z']], []),
    "a backslash before a quotation mark": (b'a,b\n"x\\"y",2\n2,z\n', ["a", "b"], [["2", "z"]], [2]),
    "single quotation marks": (b"a,b\n'x,y',1\n2,z\n", ["a", "b"], [["2", "z"]], [2]),
    "curly quotation marks": ("a,b\n“x”,2\n".encode(), ["a", "b"], [["“x”", "2"]], []),
    "quotation marks only": (b'a,b\n"",""\n"""",\n', ["a", "b"], [["", ""], ['"', ""]], []),
    "a delimiter at the end of each line": (b"a,b,\n1,2,\n", ["a", "b", "column 3"], [["1", "2", ""]], []),
    "a delimiter at the end of each row only": (b"a,b\n1,2,\n3,4\n", ["a", "b"], [["3", "4"]], [2]),
    "no names": (b",,\n1,2,3\n", ["column 1", "column 2", "column 3"], [["1", "2", "3"]], []),
    "names that differ in case": (b"a,A\n1,2\n", ["a", "A"], [["1", "2"]], []),
    "a mark before a quoted name": (b'\xef\xbb\xbf"a","b"\n1,2\n', ["a", "b"], [["1", "2"]], []),
    "a mark inside": (b"a,b\n1,\xef\xbb\xbfx\n", ["a", "b"], [["1", "\ufeffx"]], []),
    "a space that does not break": (b"a\xc2\xa0,b\n1,2\n", ["a\xa0", "b"], [["1", "2"]], []),
    "two returns": (b"a,b\r\r\n1,2\r\r\n", ["a", "b"], [["1", "2"]], []),
    "line ends of three kinds": (b"a,b\r\n1,2\n3,4\r5,6\n", ["a", "b"], [["1", "2"], ["3", "4"], ["5", "6"]], []),
    "a return inside a cell": (b'a,b\n1,"x\ry"\n', ["a", "b"], [["1", "x\ry"]], []),
    "what only Python takes for a line end": (
        "a,b\n1,x\x0by\x0cz\x85\u2028\x1c\n".encode(), ["a", "b"], [["1", "x\x0by\x0cz\x85\u2028\x1c"]], [],
    ),
    "the end of a file of DOS": (b"a,b\n1,2\n\x1a", ["a", "b"], [["1", "2"]], [3]),
    "a line of spaces": (b"a,b\n  \n1,2\n", ["a", "b"], [["1", "2"]], [2]),
    "a comment": (b"a,b\n# x\n1,2\n", ["a", "b"], [["1", "2"]], [2]),
    "a wide and a short row": (b"a,b\n1,2,3\n4\n5,6\n", ["a", "b"], [["5", "6"]], [2, 3]),
    "a title above the table": (b"Report\na,b\n1,2\n", ["Report"], [], [2, 3]),
    "an address": (b"a,b\nhttp://x.y/?a=1&b=2;c,1\n", ["a", "b"], [["http://x.y/?a=1&b=2;c", "1"]], []),
    "HTML": (b'a,b\n"<p>x, ""y""</p>",1\n', ["a", "b"], [['<p>x, "y"</p>', "1"]], []),
    "writing from the right": ("a,b\nשלום,مرحبا\n".encode(), ["a", "b"], [["שלום", "مرحبا"]], []),
    "joined emoji": ("a,b\n👩\u200d🚀,🏳️\u200d🌈\n".encode(), ["a", "b"], [["👩\u200d🚀", "🏳️\u200d🌈"]], []),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), ["a", "b"], [["1", "2"]], []),
    "a header alone": (b"a,b", ["a", "b"], [], []),
    "a cell of fifty lines": (b'a,b\n"' + b"x\n" * 50 + b'",1\n', ["a", "b"], [["x\n" * 50, "1"]], []),
}  # fmt: skip

# Strings that programs stumble over, as the public list of naughty strings has them, in words of our own.
NAUGHTY = [
    "undefined", "NULL", "None", "true", "-1", "1e309", "0x10", "NaN", "1/0", "--1--", "٠١٢", "½", "１２",
    "Ω≈ç√∫˜µ≤≥÷", "田中さん 停戦", "和製漢語", "표준어 휴전", "ヽ༼ຈل͜ຈ༽ﾉ", "(╯°□°）╯︵ ┻━┻)", "👾 🙇 💁 🙅", "🇺🇳🇺🇳 truce", "👨‍👩‍👧‍👦",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗ truce", "˙ǝɔnɹʇ ɐ", "𝐀 𝐭𝐫𝐮𝐜𝐞", "Ａ　ｔｒｕｃｅ", "\u200b\u200c\u200d\u2060", "\ufeff", "\u202atruce\u202c \u2066a\u2069", "\x7f\x80\x9f",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea>", "javascript:alert(1)", "&lt;b&gt;", "<!--", "<![CDATA[",
    "1;DROP TABLE labels", "' OR 1=1 -- 1", '";', "$(touch x)", "`ls`", "{{7*7}}", "${x}", "%s%d%n", "%x", "../../etc/passwd", "C:\\nul", "CON",
    "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "\t=1", "\r=1", "＝1", "\x1b[31mred\x1b[0m", "\a\b", "[link](x)", "# a", "> b", "Roses are \x1b[0;31mred",
    "İI ıi", "ß ẞ", "ǅ", "ﬃ", "e\u0301\u0301\u0301", "a\u0000b", "\ud83d", "\udc00\ud800", "x" * 5000, "a\n\n\n\nb", "\u2028\u2029", "\x85", "—", "…", "‽",
]  # fmt: skip
