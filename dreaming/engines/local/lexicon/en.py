"""English: patterns without capturing groups, but for the date of DUE; words as they are compared, folded."""

from __future__ import annotations

NEWER = (
    r"\b(?:now|no longer|not any ?more|as of|from now on|since (?:19|20)\d\d|(?:switched|moved|migrated) (?:to|from)"
    r"|changed (?:to|from)|replaced by|replaces|instead of|used to|formerly|previously)\b"
)
NEWER_HINTS = (
    "now", "no longer", "not any", "as of", "since", "switched", "moved", "migrated", "changed", "replace",
    "instead of", "used to", "formerly", "previously",
)  # fmt: skip
RETIRED = r"\b(?:used to|formerly|previously|was once|until (?:19|20)\d\d|deprecated|obsolete|outdated)\b"

GIVEN = (
    r"(?:\b(?:is|are|was|were|remains|equals"
    r"|(?:set|switched|moved|migrated|changed)(?: from)?(?: \S+){0,4}? (?:to|from))|[:=])\s+$"
)

DUE = (
    r"\b(?:review(?:ed)? (?:by|before|on)|re-?check (?:by|on|after)|valid (?:until|till|through|to)"
    r"|expires?(?: on| at)?|expiry(?: date)?|remove (?:after|by|on)|until|till|through|ends? on|best before)"
    r"\b[\s:]{1,3}(?:the )?(?:end of )?(\d{4}-\d{2}-\d{2}|\d{1,2}\.? (?:of )?[A-Z][a-z]{2,8}\.?,? \d{4}"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|[A-Z][a-z]{2,8} \d{4})"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}

LASTING = (
    r"^(?:(?:please|also|and|ok(?:ay)?|so|thanks|thank you)[,!.]?\s+){0,4}"
    r"(?:always|never|remember (?:to|that)|make it a rule)\b"
    r"|\b(?:from now on|going forward|for future reference|as a (?:general )?rule|next time,)"
    r"|\bin (?:the )?future,?\s+(?:please|always|never|do|don't|use|check|ask|put|keep)\b"
)
LASTING_HINTS = (
    "always", "never", "remember", "make it a rule", "from now on", "going forward", "future", "as a rule",
    "as a general rule", "next time,",
)  # fmt: skip
OWN_PLANS = r"\b(?:i|we) (?:will|would|am|are|was|were|have|had|plan|hope|might|may|can|could)\b|\b(?:i|we)['’]ll\b"
LEAD_IN = (
    r"^(?:(?:please|also|and|ok(?:ay)?|so|thanks|thank you|from now on|going forward|for future reference"
    r"|as a (?:general )?rule|next time|in (?:the )?future|remember (?:to|that)|make it a rule (?:to|that)?)"
    r"[,!.:]?\s+){1,6}"
)
# Verbs that are seldom anything else: what begins with one of them behind the lead-in tells somebody to do it.
_DEEDS = (
    "add|answer|append|apply|ask|attach|avoid|begin|book|bring|choose|close|collect|compare|confirm|convert|copy|create"
    "|delete|ensure|enter|explain|fill|follow|format|forward|get|give|group|hide|highlight|include|insert|inform|keep|label"
    "|leave|list|make|mark|mention|move|notify|omit|open|paste|pick|post|prefer|prepare|print|put|quote|read|refer|remove"
    "|rename|replace|reply|return|round|run|save|say|send|separate|show|sign|skip|sort|spell|split|start|state|stop|store"
    "|summari[sz]e|switch|tag|take|tell|translate|treat|try|update|upload|verify|wait|warn|wrap|write"
)
ADDRESSED = (
    r"\b(?:please|always|never|do not|don'?t|must|should|use|keep|put|send|write|ask|check|you|your)\b"
    rf"|{LEAD_IN}(?:{_DEEDS})\b(?![^.;]{{0,300}}\b(?:is|are|was|were|has|have|had|will|can|may)\b)"
)
EVER = r"\b(?:always|(?:every|each) (?:single )?time|from now on|going forward)\b"
REPORTED = r"^(?:tell|inform|remind|say|answer|note|know|remember|assume|be aware)\b[^,.;:]{0,60}?\bthat\s+"
GONE = (
    r"\b(?:unknown|unrecogni[sz]ed|no such|nothing (?:matches|found)|not (?:found|known|exist|registered|active)"
    r"|(?:does|do|did) ?n[o']t exist|no longer|deactivated|disabled|inactive|deleted|retired|decommissioned|expired"
    r"|(?:could|can) ?not (?:be found|find))\b"
)
GONE_HINTS = (
    "unknown", "unrecogni", "no such", "nothing ", "not found", "not known", "not exist", "not registered",
    "not active", "n't exist", "no longer", "deactivated", "disabled", "inactive", "deleted", "retired",
    "decommissioned", "expired", "not be found", "not find",
)  # fmt: skip
DENIED = r"\b(?:never|do not|don['’]t|must not|not|left|error)\b"
CORRECTION = (
    r"^(?:no|nope|sorry|wait|actually)?[,.! ]{0,3}(?:that(?:['’]s| is| was)|this is|it['’]?s|these are|those are)"
    r" (?:not (?:right|correct|what)|wrong|incorrect)\b"
    r"|^(?:no|nope)[,.!] (?:you|that['’]s not|it['’]s not|this is not)\b"
    r"|\byou (?:misunderstood|misread|got (?:it|that|this) wrong|overlooked)\b"
    r"|\bi (?:said|asked for|told you|meant) \w+.{0,80}\bnot\b|\bnot what i (?:asked|meant|said|wanted)\b"
)
CORRECTION_HINTS = (
    "not right", "not correct", "not what", "wrong", "incorrect", "no, ", "no. ", "no! ", "nope", "misunderstood",
    "misread", "overlooked", "i said", "i asked for", "i told you", "i meant",
)  # fmt: skip

FORWARDED = (
    r"^[\s>*-]{0,10}(?:-{2,}\s*)?(?:(?:begin )?forwarded message|original (?:message|mail|e-?mail)|fwd?:|fw:)"
    r"|^on .{4,80}\bwrote:\s*$|^[\s>*-]{0,10}quote(?:d)?:\s*$"
)
PASTED = (
    r"^(?=[^\n]{0,300}\b(?:here|this|these|below|following|attached|got|received|sent|wrote|writes|says|said|states|reads|pasted|from)\b)"
    r"[^\n]{0,300}\b(?:(?:e-?)?mails?|messages?|letters?|tickets?|documents?|documentation|pages?|articles?|posts?|comments?|logs?|outputs?"
    r"|transcripts?|threads?|texts?|notes?|chats?|conversations?|issues?|descriptions?|readme|customers?|clients?|users?|vendors?)\b"
    r"[^\n:]{0,80}:\s*$"
)
LEFT_OUT = r"\b(?:leav(?:e|ing)|omit(?:s|ting)?|dropp?(?:ing)?|without|instead of|rather than)\b"
NOT_TAKEN = (
    r"\b(?:unexpected|unknown|unrecogni[sz]ed|unsupported|invalid|no(?: such)?|extra|additional|deprecated|removed"
    r"|renamed)\W{1,3}(?:\w+\W{1,3}){0,2}"
    r"(?:arguments?|args?|parameters?|params?|options?|fields?|flags?|switch(?:es)?|propert(?:y|ies)|inputs?)\b"
    r"|\b(?:arguments?|parameters?|options?|fields?|flags?|propert(?:y|ies)|inputs?)\b[^.\n]{0,60}?\b"
    r"(?:unexpected|unknown|unrecogni[sz]ed|unsupported|no longer|(?:is|are|was|were) (?:deprecated|removed|renamed)"
    r"|not (?:allowed|permitted|supported|recogni[sz]ed|accepted|a valid|defined))\b"
)
REQUIRED = (
    r"\b(?:missing|requires?|required|mandatory|needs?|expected|without|absent"
    r"|must (?:be )?(?:given|provide[ds]?|set|specif(?:y|ied)|include[sd]?|suppl(?:y|ied)|present|have)"
    r"|(?:can ?not|may not|must not|not) be (?:empty|blank|null|omitted|left out)"
    r"|(?:not|never) (?:given|provided|set|specified|supplied|present))\b"
)
ERROR_SHAPED = (
    r"\b(?:errors?|exceptions?|fail(?:s|ed|ure|ing)?|invalid|illegal|incorrect|denied|den(?:y|ies)|refus(?:es?|ed)"
    r"|reject(?:s|ed)|not|no|none|never|cannot|can['’]t|could ?n['’]t|does ?n['’]t|unable|missing|requires?d?|must"
    r"|should|only|exceed(?:s|ed)?|over|limit(?:ed)?|lock(?:s|ed)?|held by|time(?:d|s)? ?-?out|unknown|unrecogni[sz]ed"
    r"|unexpected|undefined|expired|conflicts?|duplicate|already|too|forbidden|unauthori[sz]ed|unsupported|unavailable"
    r"|bad|wrong|busy|closed|stopped|abort(?:ed)?|crash(?:ed)?|maintenance|without|empty|unresolved|mismatch|outside"
    r"|stale|disabled|deactivated|insufficient|exhausted|quota|null|nil)\b"
    r"|\b(?:4\d\d|5\d\d)\b|\w(?:Error|Exception|Failure|Denied|NotFound|Invalid)\b"
)
TALKS = (
    r"\b(?:your|this|the|every|each) (?:answers?|responses?|repl(?:y|ies)|output|summar(?:y|ies)|implementation"
    r"|codebase|explanation)\b"
    r"|\b(?:following|subsequent) (?:code|instructions?|section|snippet|block)\b"
    r"|\bcode (?:section|snippet|block|excerpt|segment)\b"
    r"|\b(?:ignore|disregard|forget) (?:all|any|the|your|previous|prior|every)\b"
    r"|\b(?:from now on|remember that|remember to|always)\b|\b(?:https?://|www\.)|javascript:|<\w+[\s>]|\?\s*$"
)

_EMPTY = "a an the is are be been am was were of and to in on at for by with this that these those it its please"
EMPTY_WORDS = frozenset(_EMPTY.split())
_DIRECTED = (
    "from to before after than over under above below between into onto until unless if not no never only instead"
    " rather without when then while by"
)
DIRECTED = frozenset(_DIRECTED.split())

ASKS_NARROWER = (
    r"\b(?:narrow(?:er)?|scope|too (?:broad|wide|general)|only (?:for|when|where|in|if)|limit(?:ed)? (?:it )?to"
    r"|not (?:always|everywhere|in general))\b"
)
ASKS_OTHER = (
    r"\b(?:other (?:one|value|statement|way)|the (?:old|first|second) one|wrong way|the opposite|swap(?:ped)?"
    r"|(?:keep|not) the (?:old|new|other|first|second))\b"
)
ASKS_BOTH = r"\b(?:keep (?:them )?both|both (?:are|hold|apply|true|can))\b"
ASKS_DATES = r"\b(?:dates?|dated|since when|as of|history)\b"
ASKS_LESS = r"\b(?:split|separate(?:ly)?|one at a time|too (?:much|many)|only (?:one|part|some)|in parts?|fewer)\b"
ASKS_WORDS = r"\b(?:say|says|write|reword|rephrase|word it|wording|should read|put it|instead)\b"
