"""English words by what they do between two statements: mean the same, exclude each other, deny, bind or fill.

Closed classes and everyday opposites only: what is not listed counts as another word, never as a synonym.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EMPTY = _words(
    "a an the is are be been am was were being it its this that these those there of and or also just simply really"
    " very quite please now currently nowadays still already do does did has have had having will so then we you your"
    " our"
)
NEGATIONS = _words("not no never none nobody nothing neither nor without cannot hardly n't excluding excluded except")

_FORMS = """
say said; tell told; get got gotten; give gave given; take took taken; make made; find found; keep kept; hold held;
leave left; build built; buy bought; sell sold; send sent; pay paid; win won; lose lost; run ran; write wrote written;
read; rise rose risen; fall fell fallen; begin began begun; go went gone; come came; see saw seen; know knew known;
think thought; bring brought; choose chose chosen; break broke broken; speak spoke spoken; drive drove driven; eat ate
eaten; fly flew flown; grow grew grown; hide hid hidden; meet met; sit sat; stand stood; sleep slept; spend spent;
understand understood; wear wore worn; become became; child children; man men; woman women; person people; foot feet;
"""
_SAME = """
little small tiny; big large huge; giant gigantic enormous; near nearby; far distant; quick fast rapid swift; begin
start commence; stop halt cease; finish complete; happy glad joyful pleased delighted; sad unhappy; use utilise
utilize employ; delete remove erase; show display; must shall; allow permit let; ensure guarantee; get obtain fetch
retrieve; make create; buy purchase acquire; help assist; try attempt; ask request; answer reply respond; choose pick
select; fix repair mend; keep retain; need require; often frequent; sometimes occasional; usual normal general
typical; current present; previous former earlier prior; next following; inside within; about around approximate
rough; maximum max; minimum min; child kid; street road; man guy; woman lady; photo picture photograph; tv television;
car automobile; airplane aircraft; every each per all; several some; important crucial essential vital; correct right
proper; wrong incorrect; difficult hard; easy simple; cost price; company firm; doctor physician; lawyer attorney;
leader chief head; speak talk; increase rise grow climb; decrease fall drop decline; kill slay; percent pc pct;
billion bn; million mln; centre center; colour color; licence license; behaviour behavior; organise organize;
cancelled canceled; programme program; grey gray; config configuration; repo repository; db database; docs
documentation; dir directory folder; env environment; auth authentication; app application; info information; ill
sick; shut close; sofa couch; shop store; injured hurt wounded; die perish; transient ephemeral temporary; edit
modify; send transmit; forbid prohibit ban; watch observe; jump leap; shout yell; garbage trash rubbish; sleep nap;
quit resign; forest woods; promise pledge; remain stay; disease illness; film movie; phone telephone; bike bicycle;
fridge refrigerator; usa america; uk britain
"""
PHRASES: Mapping[str, str] = {
    "close to": "near", "near to": "near", "far away from": "far from", "away from": "from", "in order to": "to",
    "so as to": "to", "as well as": "and", "due to": "because of", "owing to": "because of", "for example": "e.g.",
    "for instance": "e.g.", "per cent": "percent", "make sure": "ensure", "a lot of": "many", "lots of": "many",
    "a number of": "several", "no longer": "not now", "any more": "now", "prior to": "before",
    "each other": "one another", "have to": "must", "has to": "must", "need to": "must", "needs to": "must",
    "get rid of": "remove", "set up": "setup", "log in": "login", "back up": "backup", "such as": "like",
    "instead of": "not", "rather than": "not", "at the moment": "now", "at present": "now", "right now": "now",
    "at least": "minimum", "at most": "maximum", "up to": "maximum", "no more than": "maximum",
    "no less than": "minimum", "no fewer than": "minimum", "do without": "avoid",
    "call for": "need", "calls for": "need",
}  # fmt: skip
_EXCLUDE = """
on/off; enable/disable; enabled/disabled; allow/forbid; allowed/forbidden; open/closed; open/close; true/false;
yes/no; always/never; more/less; more/fewer; most/least; before/after; above/below; over/under; up/down; left/right;
in/out; inside/outside; first/last; start/stop; begin/end; increase/decrease; rise/fall; accept/reject; accept/refuse;
accept/decline; approve/reject; include/exclude; including/excluding; add/remove; insert/delete; install/uninstall;
lock/unlock; connect/disconnect; encrypt/decrypt; upload/download; push/pull; read/write; import/export; send/receive;
buy/sell; borrow/lend; win/lose; pass/fail; success/failure; succeed/fail; valid/invalid; safe/unsafe; legal/illegal;
possible/impossible; required/optional; mandatory/optional; manual/automatic; manually/automatically; public/private;
internal/external; local/remote; local/global; active/inactive; visible/hidden; online/offline; present/absent;
present/past; new/old; young/old; early/late; earlier/later; fast/slow; quickly/slowly; high/low; higher/lower;
upper/lower; top/bottom; front/back; near/far; long/short; tall/short; big/small; wide/narrow;
deep/shallow; thick/thin; heavy/light; hard/soft; strong/weak; hot/cold; warm/cool; wet/dry; full/empty; rich/poor;
cheap/expensive; clean/dirty; good/bad; better/worse; best/worst; right/wrong; correct/wrong; happy/sad; happy/angry;
love/hate; like/dislike; friend/enemy; man/woman; boy/girl; he/she; his/her; him/her; father/mother;
brother/sister; son/daughter; husband/wife; king/queen; sit/stand; sit/lie; stand/lie; sleep/wake; asleep/awake;
alive/dead; live/die; arrive/leave; enter/leave; come/go; give/take; push/withdraw; minimum/maximum; single/multiple;
one/many; single/married; many/few; all/none; all/some; everybody/nobody; everyone/nobody; everything/nothing;
somebody/nobody; something/nothing; with/without; for/against; day/night; morning/evening; weekday/weekend;
summer/winter; north/south; east/west; northern/southern; eastern/western; horizontal/vertical; input/output;
client/server; row/column; guilty/innocent; smile/cry; laugh/cry; alone/together; major/minor; majority/minority;
primary/secondary; natural/artificial; temporary/permanent; synchronous/asynchronous; sync/async;
ascending/descending; smooth/rough; loud/quiet; noisy/quiet; sharp/blunt; sweet/sour; wild/tame; guest/host;
profit/loss; positive/negative; debit/credit; agree/disagree; attack/defend; advance/retreat; ancient/modern;
appear/disappear; careful/careless; comfortable/uncomfortable; crowded/empty; busy/idle; hire/dismiss; known/unknown;
likely/unlikely; male/female; necessary/unnecessary; once/twice; deprecated/supported; opt-in/opt-out;
whitelist/blacklist; may/must; weekly/daily; monthly/daily; monthly/weekly; yearly/monthly; hourly/daily; gain/lose;
gain/loss
"""
_KINDS = """
red orange yellow green blue indigo violet purple pink brown black white grey turquoise cyan magenta golden silver beige
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
spring summer autumn winter
north south east west
daily weekly monthly quarterly yearly hourly annually
always usually often sometimes rarely never
all most many several few none
second minute hour day week month quarter year
must should may
"""
SHORT = 3  # letters: "min" is no "mine"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS = "zero one two three four five six seven eight nine ten eleven twelve"


def _numbers() -> Mapping[str, str]:
    """Spelt numbers in digits; ordinals keep their own mark: "third" is "3rd", no three."""
    found = {word: str(number) for number, word in enumerate(_CARDINALS.split())}
    found |= {word: str(number) for number, word in enumerate(_TEENS.split(), 13)}
    found |= {word: str(number * 10) for number, word in enumerate(_TENS.split(), 2)}
    found |= {word: ordinal(number) for number, word in enumerate(_ORDINALS.split(), 1)}
    found |= {f"{word}th": ordinal(number) for number, word in enumerate(_TEENS.split(), 13)}
    return found | {f"{word[:-1]}ieth": ordinal(number * 10) for number, word in enumerate(_TENS.split(), 2)}


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def stem(word: str) -> str:
    """The word without the endings of plural, tense and adverb; short words and words with signs stay as they are."""
    if not word.isalpha() or len(word) < 4:
        return word
    if word.endswith("ies"):
        return word[:-3]
    if word.endswith("es") and word[:-2].endswith(("s", "x", "z", "ch", "sh", "o")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("eed"):
            word = word[: -len(ending)]
            if ending != "ly" and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
    return word[:-1] if len(word) >= 4 and word.endswith(("e", "y")) else word


def _groups(text: str, split: str | None = None) -> list[list[str]]:
    return [line.split(split) for line in " ".join(text.split()).split("; ")]


def _same() -> Mapping[str, str]:
    """Irregular forms and then synonyms, each to the first word of its line; short words only as they are written."""
    found: dict[str, str] = {}
    for text in (_FORMS, _SAME):
        for first, *others in _groups(text):
            meant = found.get(first, stem(first))
            for word in others:
                found.setdefault(word, meant)
                if len(stem(word)) > SHORT:
                    found.setdefault(stem(word), meant)
    return found


SAME: Mapping[str, str] = _same()
NUMBERS: Mapping[str, str] = _numbers()


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """One spelling for the forms and the listed synonyms of a word, and for spelt numbers."""
    number = NUMBERS.get(word)
    if number is not None:
        return number
    base = stem(word)
    return SAME.get(word) or (SAME.get(base, base) if len(base) > SHORT else base)


def _excluding() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in _groups(_EXCLUDE, "/"):
        found[key(one)].add(key(other))
        found[key(other)].add(key(one))
    return {word: frozenset(others) for word, others in found.items()}


def _keys(text: str) -> frozenset[str]:
    return frozenset(key(word) for word in text.split())


# Their order and presence decide who does what to whom, when and on what condition.
DIRECTED = _keys(
    "from to before after than over under above below between into onto until unless if only instead rather when then"
    " while by since versus"
)
# Words that hold a sentence together: it is seldom about them.
WEAK = _keys(
    "in on at to of for from by with as into than through he she they i me my his her their him them us one who whom"
    " which what whose where there here can could may might should would shall about such other another s if when while"
    " after before during up out over down off but because although however said says say saying told tell tells"
)
STRESS = _keys("always must ever indeed both they them their he him his she i me my us who here there")
CONDITIONS = _keys("if when unless until while except during whenever where only provided otherwise")
OPPOSITES: Mapping[str, frozenset[str]] = _excluding()
KIND_OF: Mapping[str, frozenset[int]] = {
    key(word): frozenset(at for at, line in enumerate(_KINDS.strip().split("\n")) if word in line.split())
    for word in _KINDS.split()
}
_NO_KIND: frozenset[int] = frozenset()


def exclude(one: str, other: str) -> bool:
    """Whether two keys cannot both be said of one thing: opposites, or two of one closed class."""
    if one == other:
        return False
    return other in OPPOSITES.get(one, ()) or not KIND_OF.get(one, _NO_KIND).isdisjoint(KIND_OF.get(other, _NO_KIND))
