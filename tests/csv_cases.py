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
