"""Letters that look like those of the Latin alphabet (the pairs of UTS #39 confusables.txt that occur in attacks)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Cyrillic, Greek, Armenian, Cherokee, Lisu, Coptic and Latin letters, and the small forms of Cyrillic and Greek
# capitals, which a reader takes for the letter as well.
_LOOKS = {
    "a": "ΑАᎪꓮ⍺ɑαа",
    "b": "ΒВᏴꓐƄЬᏏвβ",
    "c": "ⲤСᏟꓚᴄⲥсꮯ",
    "d": "ᎠꓓᗪԁᏧꓒ",
    "e": "ΕЕⴹᎬꓰ℮ꬲеҽε",
    "f": "Ϝꓝꬵẝք",
    "g": "ԌᏀᏳꓖɡᶃƍց",
    "h": "ΗⲎНᎻꓧһհᏂн",
    "i": "⍳ıɪɩιіꙇᎥΙⲒІⵏ",
    "j": "ͿЈᎫꓙϳј",
    "k": "ΚⲔКᏦꓗкκĸ",
    "l": "ᏞꓡǀӀӏƖ",
    "m": "ΜϺⲘМᎷꓟм",
    "n": "ΝⲚꓠոռη",
    "o": "ΟⲞОՕⵔꓳοⲟоօσᴏ",
    "p": "ΡⲢРᏢꓑρⲣр",
    "q": "ԛգզ",
    "r": "ᎡᏒꓣꭇꭈᴦⲅгꮁ",
    "s": "ЅՏᏕᏚꓢꜱƽѕꮪ",
    "t": "ΤⲦТᎢꓔтτ",
    "u": "ՍꓴᴜʋυսꞟՄ",
    "v": "ѴᏙꓦᴠνѵꮩ",
    "w": "ԜᎳᏔꓪɯᴡѡԝաꮃω",
    "x": "ΧⲬХꓫхχ⨯",
    "y": "ΥⲨУҮᎩꓬɣʏγуүყ",
    "z": "ΖᏃꓜᴢꮓ",
}
LATIN = {ord(look): letter for letter, looks in _LOOKS.items() for look in looks}


@lru_cache(maxsize=4096)
def plain(code: int) -> int | str:
    """The ASCII letter that a character looks like; of others its plain form where that is one character, or itself."""
    if code in LATIN:
        return LATIN[code]
    folded = [one for one in unicodedata.normalize("NFKD", chr(code)) if unicodedata.category(one) != "Mn"]
    return LATIN.get(ord(folded[0]), folded[0]) if len(folded) == 1 else code


class _Plain(dict[int, int | str]):
    """For `str.translate`: holds the common letters and keeps no others, so that hostile text cannot fill it."""

    def __missing__(self, code: int) -> int | str:
        return plain(code)


_PLAIN = _Plain((code, code if code < 128 else plain(code)) for code in range(0x600))


def latin(text: str) -> str:
    """The text, as long as it was, with each letter as the plain one it looks like; marks over letters are left out."""
    return text if text.isascii() else text.translate(_PLAIN)
