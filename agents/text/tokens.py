"""Words and what has to stay in one piece: a time, a path or a flag that is cut in two makes a diff nobody can read.

Every repetition is possessive or bounded, because the text is hostile: no input may make the scan quadratic.
"""

from __future__ import annotations

import re

CJK = r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Python's \w leaves out combining marks, which would cut Hindi, Thai or decomposed accents inside a word.
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0963\u0966-\u0e7f\u0eb1-\u0ecd"
)
_WORD = rf"(?:[^\W{CJK}]++[{MARKS}\u200c\u200d]*+)++"
_SEGMENT = rf"[.@+]?{_WORD}(?:[-.@+%=]{{1,3}}{_WORD}){{0,20}}+"
_JOINED = r"[./](?=\w)|::|['’](?=[^\W\d])|-(?=\w{0,30}\d)|(?<=\d)-(?=\w)|(?<=\d)[:+](?=\d)|(?<=\d),(?=\d{3}(?!\d))"
_MARKED = r"[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]"

_PIECE = re.compile(
    rf"""
    (?:\r?\n|(?:[^\S\n\r]|\r(?!\n))++)  # white space
  | [A-Za-z]++(?=\s|$)  # most words: what follows would find the same, later
  | (?:[A-Za-z][A-Za-z0-9+.-]{{1,15}}://
        (?:[.,;:!?)*~_]*+[^\s<>"'`|\\^{{}}\[\].,;:!?)*~_{CJK}\u3000-\u303f\uff00-\uffef])++/?)  # url
  | (?:{_WORD}(?:[.+%-]{_WORD}){{0,20}}+@{_WORD}(?:-{_WORD}){{0,20}}+(?:\.{_WORD}(?:-{_WORD}){{0,20}}+){{1,20}}+
        )  # mail
  | (?:(?<![\w-])--?(?=[A-Za-z]){_WORD}(?:-{_WORD}){{0,20}}+)  # flag
  | (?:[-+]?[$€£¥₹]\d++(?:[.,]\d++){{0,10}}+(?:[kKmMbB]n?\b)?)  # money
  | (?:\b[A-Za-z]:\\{_SEGMENT}(?:\\{_SEGMENT}){{0,40}}+)  # drive
  | (?:(?<![\w/])(?:~/|\.{{1,2}}/|/)(?:\.{{1,2}}/){{0,20}}+{_SEGMENT}(?:/{_SEGMENT}){{0,40}}+/?)  # path
  | (?:{_SEGMENT}(?:/{_SEGMENT}){{1,40}}+/?)  # tree
  | (?:(?:(?<![\w)])[-+](?=\d))?{_WORD}(?:(?:{_JOINED}){_WORD}){{0,40}}+[%€£$°]?)  # word
  | (?:(?s:.)[{MARKS}\ufe0e\ufe0f]{{0,8}}+{_MARKED}?(?:\u200d[\u2190-\U0001faff]{_MARKED}?){{0,8}}+)  # any one
    """,
    re.VERBOSE,
)
_ALPHANUMERIC = re.compile(r"[^\W_]")


def pieces(text: str) -> list[str]:
    """The text cut for word diffs, losing nothing: words, white space, signs; CJK characters one by one."""
    return _PIECE.findall(text)


def tokens(text: str) -> list[str]:
    """The words of a text, as written; numbers, times, paths, flags and their like are one word each."""
    return [piece for piece in pieces(text) if _ALPHANUMERIC.search(piece)]
