"""What only makes sense as an attack on whoever reads a memory: the model, or the person who reviews it.

Memory is full of orders that belong there ("Before you refund, check the policy", "Never promise a date"). So no rule
looks for an order as such: each looks for what only makes sense as an attack, like setting other instructions aside,
claiming an approval, or keeping what was done from people. Rules for what is allowed in a business ("skip the check for
this customer") are none of these: words do not tell whether they are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FLAGS = re.IGNORECASE | re.MULTILINE
_RULES = r"(?:instructions?|rules?|guidelines?|prompts?|directions?|directives?|polic(?:y|ies)|safeguards?|guardrails?)"
_SAFETY = r"(?:guidelines?|rules?|checks?|filters?|safeguards?|guardrails?|restrictions?|limits?|training)"
_PEOPLE = r"(?:the |any |your )?(?:users?|customers?|clients?|callers?|humans?|persons?|people)"
_OVERSEERS = (
    r"(?:reviewers?|approvers?|auditors?|operators?|humans?|admins?|administrators?|supervisors?"
    r"|(?:security|compliance) (?:team|officers?|people))"
)
_APPROVED = r"(?:pre-?)?(?:approved|reviewed|verified|vetted|cleared|signed off|authori[sz]ed)"
_OFFICE = r"(?:it |info|infosec |cyber)?(?:security|compliance|legal|audit)(?: team| department| officer)?"
_AUTHORITY = (
    rf"(?:the )?(?:{_OFFICE}|admin\w*|lead|manage\w+|owners?|ciso|cto|ceo|system|lucid|anthropic|openai|two|all|a human"
    r"|human|reviewers?)"
)
_ITEM = r"(?:change|proposal|revision|edit|memor(?:y|ies)|suggestion|update|batch|entr(?:y|ies)|note|one)s?"
_TEXT = r"(?:note|text|paragraph|sentence|message|instruction|entry|rule|memory)"
_MODEL = r"(?:ai(?: (?:assistants?|agents?|models?|systems?))?|assistants?|llms?|language models?|chatbots?)"
_OWN = r"your (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|outputs?|messages?)"
_DO_NOT = r"\b(?:do not|don['’]?t|never) (?:ever )?"
_TELLS = r"(?:reveal|print|repeat|output|show|disclose|leak|dump|send|quote|tell)"


@dataclass(frozen=True, slots=True)
class Rule:
    """`hints` are folded pieces, one of which each match holds; `unless` is looked for in the clause before it."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def find(self, text: str, folded: str) -> Iterator[tuple[int, int]]:
        """`folded` is the text in small letters, as long as it is; only lines that hold a hint are read."""
        for start, end in _lines(folded, self.hints):
            for match in self.pattern.finditer(text, start, end):
                if not (self.unless and self.unless.search(_clause_before(text, match.start()))):
                    yield match.span()


def _lines(folded: str, hints: Iterable[str]) -> list[tuple[int, int]]:
    """The lines that hold one of the hints, in order."""
    lines: set[tuple[int, int]] = set()
    for hint in hints:
        place = folded.find(hint)
        while place >= 0:
            end = folded.find("\n", place + len(hint))
            end = len(folded) if end < 0 else end
            lines.add((folded.rfind("\n", 0, place) + 1, end))
            place = folded.find(hint, end)
    return sorted(lines)


def _clause_before(text: str, place: int) -> str:
    return re.split(r"[.!?;:,\n]", text[max(0, place - 160) : place])[-1]


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), _FLAGS)


# "Never ignore the rules", "refuse requests to ignore them": said of the attack, not the attack.
_DENIED = _words(
    r"\b(?:not|never|nobody|cannot|\w+n['’]t|refus\w+|requests?|attempts?|tr(?:y|ies|ying))(?: \w+){0,3} $",
    r"\b(?:if|when|whenever|should|anyone|who|that|which)\b.*\b(?:asks?|asked|says?|tells?|told|wants?)(?: \w+){0,3} $",
)
_NEGATED = _words(r"\b(?:not|never|no|nobody|cannot|\w+n['’]t)\b")
_CONDITION = _words(r"\b(?:when|if|once|after|until|two|never|not)\b")
RULES = (
    Rule(
        "sets_aside",
        ("ignor", "disregard", "forget", "overrid", "bypass", "skip", "neglect", "discard", "set aside"),
        _words(
            r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?|skip(?:ping)?|neglect"
            r"|discard"
            r"|set aside)\b(?:[^.\n]{0,40}?\b(?:previous|prior|earlier|above|preceding|all|any|other|your|system"
            r"|existing|original|everything|safety)\b"
            rf"(?:[^.\n]{{0,30}}?\b{_RULES}\b|[^.\n]{{0,12}}\bsaid (?:above|before)\b)"
            r"|[^.\n]{0,30}?\byou (?:were|are|have been) (?:told|taught|instructed)\b"
            r"|[^.\n]{0,12}?\byour (?:training|programming)\b)"
        ),
        _DENIED,
    ),
    Rule(
        "sets_aside",
        ("nstruction", "prompt", "guideline", "direction", "rule", "directive", "task", "objective", "goal", "polic",
         "guard", "check",
         "filter", "limit", "restriction", "training", "obey", "listen", "override", "order"),
        _words(
            r"\b(?:previous|prior|above|preceding) (?:\w+ )?(?:instructions?|prompts?|guidelines?|directives?|rules?)\b"
            r"[^.\n]{0,30}\b(?:no longer (?:apply|hold)|do not apply|are (?:void|null|cancelled|revoked|obsolete))\b",
            r"\byour (?:new|real|true|actual) (?:instructions?|task|objective|goal|prompt|rules?) (?:is|are)\b",
            r"\b(?:new|updated|real) (?:instructions?|orders?|directives?)\s?:",
            rf"(?:\bstop |{_DO_NOT})(?:follow|obey|apply|comply with|following|obeying) (?:your|the) (?:previous|prior"
            rf"|other|original|system|usual|earlier|safety)\b[^.\n]{{0,20}}\b{_RULES}\b",
            rf"\byou (?:no longer|do not|don['’]?t) (?:have|need) to (?:follow|obey|respect|apply) (?:the|your|any) "
            rf"(?:\w+ )?{_RULES}\b",
            rf"\b(?:your|safety|content) (?:\w+ )?{_SAFETY} (?:are|is|have been|has been) (?:now )?(?:suspended"
            rf"|disabled"
            r"|lifted|off|void|removed)\b",
            r"\b(?:obey|listen to) only\b|\bonly (?:obey|listen to)\b",
            r"\b(?:admin(?:istrator)?|system|developer|root|security) override\b",
        ),
    ),
    Rule(
        "sets_aside",
        ("disable", "turn off", "switch off", "deactivate", "suspend"),
        _words(
            rf"\b(?:disable|turn off|switch off|deactivate|suspend) (?:your|the|all|any) (?:safety|content)"
            rf" {_SAFETY}\b",
            rf"\b(?:disable|turn off|switch off|deactivate|suspend) your (?:\w+ )?{_SAFETY}\b",
        ),
        _DENIED,
    ),
    Rule(
        "takes_precedence",
        ("precedence", "overrid", "supersede", "outrank", "priority", "trust this", "treat"),
        _words(
            r"\bthis\b[^.\n]{0,30}\b(?:takes? (?:precedence|priority) over|overrides?|supersedes?|outranks?) "
            rf"(?:all|any|every|your|everything)\b(?:[^.\n]{{0,30}}\b{_RULES}\b)?",
            rf"\btrust this {_TEXT} (?:over|above|more than)\b",
            r"\btreat [^,;!?\n]{0,50} as (?:if (?:it|they) (?:were|came from) )?(?:an? |the )?(?:system|developer"
            r"|admin\w*) "
            r"(?:prompt|message|instruction|command|order)s?\b",
        ),
        _DENIED,
    ),
    Rule(
        "conceals",
        ("tell", "inform", "mention", "reveal", "disclos", "notify", "alert", "show", "let ", "log ", "record", "audit",
         "include", "quote"),
        _words(
            rf"{_DO_NOT}(?:tell|inform|notify|alert|show|reveal|disclose|mention)\b(?:(?: \w+){{0,6}}? to)?(?: the| any"
            rf"| your)? {_OVERSEERS}\b(?!['’]| (?:before|until|unless|twice|again|outside|when|while|during|who"
            rf"|which))",
            rf"{_DO_NOT}(?:tell|inform|notify|mention|reveal|disclose)\b[^.\n]{{0,40}}?\b(?:that you (?:did|have|are"
            rf"|were"
            r"|sent|was|got|received|follow)|you did this|what you (?:did|have done)"
            r"|(?:this|these|those) (?:instructions?|memor(?:y|ies)))\b",
            rf"{_DO_NOT}(?:mention|reveal|disclose)"
            rf" (?:\S{{1,64}}@)?[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,4}}\.[a-z]{{2,24}}"
            rf" to {_PEOPLE}\b",
            rf"{_DO_NOT}let (?:anyone|anybody|the {_OVERSEERS}) (?:know|notice|find out)\b",
            rf"{_DO_NOT}(?:log|record|audit) (?:that you|what you|your (?:actions?|steps?)|this (?:action|step"
            rf"|transfer))\b",
            rf"{_DO_NOT}(?:include|mention|show|quote) this (?:{_TEXT}|line) (?:in|to) (?:the |any |your |a"
            rf" )?(?:summar|review|diff"
            r"|audit|log)",
        ),
    ),
    Rule(
        "conceals",
        ("without", "secret", "quietly", "silently", "covert", "unnotice", "between us", "hide", "so nobody",
         "so no one",
         "so that no"),
        _words(
            rf"\bwithout (?:telling|informing|notifying|alerting|asking) (?:{_PEOPLE}|{_OVERSEERS})\b",
            r"\b(?:secretly|covertly|quietly|silently|unnoticed)\b (?:\w+ ){0,2}?(?:send|forward|copy|upload|post"
            r"|record"
            r"|collect|add|include|log|share|transmit|store)\b",
            r"\bkeep (?:this|it|that) (?:\w+ )?between us\b",
            rf"\bhide\b[^.\n]{{0,30}}\bfrom (?:the |all |any )?(?:audit|logs?|trail|{_OVERSEERS})\b",
            r"\bso (?:that )?(?:nobody|no one) (?:notices?|finds out|knows|sees)\b",
        ),
        _NEGATED,
    ),
    Rule(
        "conceals",
        ("deny", "asked", "asks"),
        _words(
            r"\bdeny (?:that )?(?:this (?:rule|note|memory|instruction)|having|knowing|any knowledge)\b",
            r"\bif (?:anyone |somebody |someone |they |you are )?ask(?:ed|s)?\b[^.\n]{0,40}\b(?:deny|pretend|lie)\b",
        ),
        _DENIED,
    ),
    Rule(
        "speaks_to_reviewer",
        ("review", "approve", "decides"),
        _words(
            r"\b(?:dear|note (?:to|for)|attention|to|hi|hello|message (?:to|for)) (?:the |all |human |my ){0,3}"
            r"(?:reviewers?|approvers?)\s{0,3}[:,!]",
            r"\b(?:reviewers?|approvers?)\s{0,2}[:,] (?:please|you|this|it|no|do not|accept|approve|just|safe|all)\b",
            r"\b(?:if you are|as|to) (?:the (?:one|person) )?(?:reviewing|who(?:ever)? (?:reviews|approves|decides))"
            r"(?: on)? (?:this|it)\b",
            r"\bwhoever (?:reviews|approves|decides on) (?:this|it)\b",
        ),
    ),
    Rule(
        "asks_for_approval",
        ("approve", "accept", "merge", "rubber", "wave", "sign off", "lgtm", "no need to", "of this"),
        _words(
            r"\b(?:approve|accept|merge) (?:this|these|all|every|the) (?:\w+ )?(?:changes?|proposals?|revisions?"
            r"|edits?)"
            r" (?:now|at once|immediately|without|automatically|as soon|right away|quickly|before)\b",
            r"(?:^\W{0,6}|[.!:] |\bplease |\bjust |\burgent\W{1,3})(?:approve|accept|merge|sign off on|rubber-?stamp"
            r"|wave through) (?:this|these|all (?:of these|pending|open|remaining))"
            rf"(?: {_ITEM}\b|[.!])",
            r"[,.;] please (?:approve|accept|merge)\W{0,3}$",
            rf"\bauto-?(?:approve|accept|merge) (?:all|every|any|these|this) (?:\w+ )?{_ITEM}\b",
            r"\b(?:approve|accept|merge) (?:this|these|it|them) without (?:reading|looking|review\w*|opening|the"
            r" evidence)\b",
            r"\bno need to (?:check|read|open|look at|review|verify) (?:the (?:evidence|diff|quotes?)|this change)\b",
            r"^\W{0,6}lgtm\b",
            r"\b(?:tier|risk|severity) of this (?:change|proposal|edit) (?:is|to|as)\b",
        ),
        _CONDITION,
    ),
    Rule(
        "claims_approval",
        ("approved", "reviewed", "verified", "cleared", "vetted", "signed", "authori", "message", "notice", "update",
         "order",
         "nstruction"),
        _words(
            rf"\b(?:this|these)(?: (?:{_ITEM}|text|rules?|contents?|instructions?|messages?))? "
            rf"(?:is|are|was|were|has been|have been) (?:already |fully ){{0,2}}{_APPROVED}\b",
            rf"(?:^\W{{0,6}}|[([])(?:status\s?[:=] ?)?(?:already |fully ){{0,2}}{_APPROVED} by {_AUTHORITY}\b",
            r"^\W{0,6}(?:approved|reviewed|verified)-by\s?: ?\S",
            rf"\bpre-?approved by\b|\balready (?:been )?{_APPROVED} by {_AUTHORITY}\b",
            rf"\b{_OFFICE} (?:has |have |had )?(?:already )?(?:{_APPROVED} this(?: {_ITEM}\b|[.!]|$)|signed this"
            rf" off\b)",
            r"\b(?:message|notice|instruction|update|order)s? (?:is |comes? |are )?from (?:the )?(?:anthropic|openai"
            r"|lucid"
            r"|developers of (?:the|this) model|your (?:developers?|creators?|makers?))\b",
        ),
    ),
    Rule(
        "poses_as_page",
        ("check", "scan", "test", "safe to", "tier", "risk", "severity", "review", "approval", "finding", "warning",
         "status", "decision", "verdict", "issues", "flags"),
        _words(
            r"^\W{0,6}(?:(?:all|automated|security|safety|policy|lucid) ){1,2}(?:checks?|scans?|tests?) (?:have |has )?"
            r"(?:passed|succeeded|are (?:green|clear|ok)|found nothing)\b",
            r"\bsafe to (?:approve|accept|merge)\b",
            r"^\W{0,6}(?:risk|tier|severity)(?: level)?\s?[:=]\s?(?:low|none|safe|minimal)\b",
            r"^\W{0,6}(?:review |approval )?(?:status|decision|verdict)\s?[:=]\s?(?:pre-?)?(?:approved|accepted)\b",
            r"\bno (?:further |additional |human |manual |more ){1,2}(?:review|approval|checks?) (?:is |are )?"
            r"(?:needed|required|necessary)\b",
            r"^\W{0,6}(?:0|no|zero) (?:findings|warnings|issues|flags)(?: (?:found|detected|raised))?\W{0,3}$",
        ),
    ),
    Rule(
        "speaks_to_model",
        ("note to", "message to", "attention to", "notice to", "memo to", "hint to", "important to", "if you are a",
         "as a", "ing this", "read this", "reads this"),
        _words(
            rf"\b(?:note|message|attention|notice|memo|hint|important) to (?:all |any |the |future |other"
            rf" ){{0,3}}{_MODEL}"
            r"\s{0,2}[:,!]",
            r"\b(?:if you are|as) an? (?:ai|llm|language model|large language model|assistant)\b(?! (?:agent )?for)",
            r"\b(?:assistants?|models?|llms?|ais?|agents) (?:who |that |which )?(?:reads?|reading|processing"
            r"|summari[sz]ing) this\b",
        ),
    ),
    Rule(
        "gives_role",
        ("you are", "you will now", "pretend", "imagine", "act ", "play", "mode", "restriction", "limit", "filter",
         "guideline"),
        _words(
            r"\byou (?:are|will) now (?:be )?(?:an? |no longer |free |unrestricted|unfiltered|acting |in (?:\w+"
            r" ){1,2}mode)",
            r"\b(?:pretend|imagine) (?:that )?(?:to be|you (?:are|were|have))\b",
            r"\bact as if you\b|\brole-?play(?:ing)? as\b|\b(?:act as|you are) (?-i:DAN)\b",
            r"\b(?:enable|enter|activate|switch to) (?:developer|dan|god|jailbreak|unrestricted) mode\b",
            r"\byou are (?:an )?(?:unrestricted|unfiltered|uncensored|jailbroken)\b",
            r"\bwithout (?:any )?(?:ethical|moral|safety|content) (?:restrictions?|limits?|filters?|guidelines?)\b",
        ),
        _DENIED,
    ),
    Rule(
        "asks_for_prompt",
        ("prompt", "nstructions", "everything above", "content"),
        _words(
            rf"\b{_TELLS}\b[^.\n]{{0,25}}?\b(?:your|the) (?:\w+ )?(?:system prompt|initial (?:prompt|instructions)"
            r"|hidden (?:prompt|instructions)|system instructions)\b",
            rf"\b{_TELLS}\b[^.\n]{{0,25}}?\bcontents? of your (?:memory|prompt|context|instructions)\b",
            rf"\b{_TELLS} everything above\b",
        ),
        _DENIED,
    ),
    Rule(
        "plants_itself",
        ("memory", "memories", "this", "these"),
        _words(
            r"\b(?:save|store|write|add|commit|keep|copy|put) (?:this|these|it)(?: \w+){0,2}? (?:in|into|to) "
            r"(?:(?:your|the|all|every|its|long-term|permanent|persistent|shared) ){1,3}memor(?:y|ies)\b",
            rf"\b(?:copy|add|repeat|include|append|insert|paste|put|write) this {_TEXT} (?:\w+ ){{0,3}}?(?:every|each"
            rf"|all|any"
            r" other)\b",
        ),
        _DENIED,
    ),
    Rule(
        "plants_itself",
        ("memory", "memories", "entry", "entries", "note", "instruction", "statement", "paragraph"),
        _words(
            rf"{_DO_NOT}(?:delete|remove|edit|change|archive|overwrite|merge|question)(?:(?: or|,) \w+){{0,3}} "
            r"(?:this|these) (?:memor(?:y|ies)|entr(?:y|ies)|notes?|instructions?|statements?|paragraphs?)\b"
        ),
    ),
    Rule(
        "garbles",
        ("encod", "encrypt", "cipher", "obfuscat", "scrambl", "jumbl", "garbl", "misspel", "anagram", "replac",
         "revers",
         "substitut", "typo", "space", "rearrang", "base64", "rot13", "convert", "letters", "words", "hex", "in code"),
        _words(
            r"\b(?:encod|encrypt|encipher|obfuscat|scrambl|jumbl|garbl|misspell|anagram|rearrang|revers)\w{0,4}\b"
            rf"[^.\n]{{0,50}}?\b{_OWN}\b",
            rf"\b{_OWN}\b[^.\n]{{0,30}}?\b(?:encoded|encrypted|obfuscated|scrambled|misspelt|misspelled|anagrammed"
            r"|in (?:base64|rot13|hex|cipher|code)|without (?:any )?spaces|typos?|misspellings?|anagrams?"
            r"|substitution)\b",
            r"\b(?:replac|substitut|convert)\w{1,4} (?:\w+ ){0,3}?(?:letters?|vowels?|consonants?)\b[^.\n]{0,40}?"
            r"\b(?:numbers?|digits?|symbols?|position\w*|characters?)\b",
            rf"\b(?:typos?|misspellings?|anagrams?|substitution)\b[^.\n]{{0,30}}\b(?:in|for|of) {_OWN}\b",
            r"\b(?:remove|without|no|group|combine)\b[^.\n]{0,20}\b(?:spaces|letters|words)\b[^.\n]{0,20}"
            rf"\b(?:from|of|in) {_OWN}\b",
        ),
    ),
)  # fmt: skip
# What only counts as it is written: marks that a chat template or a wrapper would read.
MARKUP = (
    Rule(
        "poses_as_markup",
        ("<|", "inst]", "sys>>", "system", "assistant", "human", "tool_", "function_", "memor", "antml", "<!--",
         "admin]",
         "developer]", "root]"),
        _words(
            r"<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>",
            r"</?(?:system(?:[-_ ](?:prompt|message|reminder|note))?|assistant|human|tool_(?:results?|use|calls?)"
            r"|function_(?:results?|calls?)|memory|memories|antml:\w{1,20})(?: [^<>\n]{0,80})?>",
            r"^\W{0,6}(?:new |updated )?system\s?(?:prompt|message|override|instructions?)\s?[:\]]",
            r"\bnew system (?:prompt|instructions?)\b",
            r"^\W{0,3}\[(?:system|admin|developer|root)\][ :]{1,3}\w|\#{2,6} ?system ?\#{2,6}",
            r"<!--\s{0,3}(?:ai|assistants?|agents?|llms?|system|models?|claude|chatgpt|reviewers?)\s?[:,]",
        ),
    ),
    Rule(
        "poses_as_markup",
        ("human:", "end", "begin", "start"),
        re.compile(
            r"^Human: |[-=*#_]{3,10} ?(?:(?i:end|begin|start)(?i:ning)?(?i: of)?) (?i:the )?"
            r"(?i:memory|context|system|prompt|documents?|user|instructions?|input|conversation)\b",
            re.MULTILINE,
        ),
    ),
)  # fmt: skip
