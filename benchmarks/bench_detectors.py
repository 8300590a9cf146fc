"""What the detectors of secrets and of personal data find and what they flag in vain, as JSON.

    python -m benchmarks.bench_detectors DIR [--seed 2026] [--each 200]

DIR is `$LUCID_DATA/dev`. Counts stand beside shares, by rule and by kind; nothing that was found is printed. A label is
found where a finding overlaps it; a finding is right where it overlaps a label of a kind that a rule can know, or a
date where it calls one a date of birth. The rules were written while one half of the labelled texts (`seen`, by the
hash of the text) was read; the other half was only counted.

National numbers are generated: each kind's shape, filled at random until its sum fits. They stand in a sentence that
names them, in one that does not, and, in the same sentences, with one digit changed. Time is of both detectors together
on pieces of 8 KB of real memory files.
"""

import argparse
import base64
import json
import random
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agents.text import national_ids, personal, secrets

KINDS = {
    "EMAIL_ADDRESS": "mail",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "DOMAIN_NAME": "URL",
}
OWN_PAGE = re.compile(r"(?i)\b(?:my|his|her|their) (?:web ?site|page|blog)")  # what makes an address one of a person
# Shapes to be filled: # a digit, @ a letter, d m y a day, month and year of two digits, Y a year of four.
SHAPES = {
    "SSN": ("###-##-####", "SSN"),
    "NINO": ("@@ ## ## ## @", "NI number"),
    "NHS number": ("### ### ####", "NHS number"),
    "BSN": ("#########", "BSN"),
    "Steuer-ID": ("## ### ### ###", "Steuer-ID"),
    "INSEE number": ("1ym##########", "social security number"),
    "CPF": ("###.###.###-##", "CPF"),
    "Aadhaar": ("#### #### ####", "Aadhaar"),
    "PESEL": ("ymd#####", "PESEL"),
    "DNI": ("########@", "DNI"),
    "NIE": ("X#######@", "NIE"),
    "codice fiscale": ("@@@@@@y@d@###@", "codice fiscale"),
    "personnummer": ("ymd-####", "personnummer"),
    "HETU": ("dmy-###@", "henkilötunnus"),
    "fødselsnummer": ("dmy#####", "fødselsnummer"),
    "rijksregister number": ("y.m.d-###.##", "rijksregisternummer"),
    "AHV number": ("756.####.####.##", "AHV"),
    "PPS number": ("#######@", "PPS number"),
    "NIF": ("#########", "NIF"),
    "rodné číslo": ("ymd/####", "rodné číslo"),
    "CNP": ("1ymd######", "CNP"),
    "EGN": ("ymd####", "EGN"),
    "isikukood": ("3ymd####", "isikukood"),
    "T.C. kimlik": ("###########", "T.C. kimlik"),
    "Chinese resident number": ("######Ymd####", "resident number"),
    "resident registration number": ("ymd-1######", "resident registration number"),
    "South African id": ("ymd####08#", "South African id"),
    "NRIC": ("S#######@", "NRIC"),
    "SIN": ("### ### ###", "SIN"),
    "TFN": ("### ### ###", "TFN"),
    "RUT": ("##.###.###-#", "RUT"),
    "OIB": ("###########", "OIB"),
}


def labelled_secrets(directory):
    for line in directory.joinpath("secrets", "strings.jsonl").read_text().splitlines():
        row = json.loads(line)
        text = base64.b64decode(row["text_base64"]).decode("utf-8", "replace")
        yield row["rule"], row["label"] == "secret", text, list(secrets.find(text))


def half_of(text):
    return "unseen" if sha256(text.encode()).digest()[0] % 2 else "seen"


def of(found, total):
    return {"found": found, "of": total, "share": round(found / total, 3) if total else None}


def secrets_figures(directory):
    counts, missed, alarms, by = Counter(), Counter(), Counter(), defaultdict(Counter)
    for rule, is_secret, text, found in labelled_secrets(directory):
        for half in ("all", half_of(text)):
            counts[half, is_secret, bool(found)] += 1
        by[rule]["secret" if is_secret else "not_secret", bool(found)] += 1
        if is_secret and not found:
            missed[rule] += 1
        for one in () if is_secret else found:
            alarms[f"{one.name} on {rule}"] += 1
    return {
        **{
            half: {
                name: of(counts[half, is_secret, True], counts[half, is_secret, True] + counts[half, is_secret, False])
                for name, is_secret in (("secrets", True), ("not_secret_flagged", False))
            }
            for half in ("all", "seen", "unseen")
        },
        "by_rule": {
            rule: {
                label: [own[label, True], own[label, True] + own[label, False]]
                for label in ("secret", "not_secret")
                if own[label, True] + own[label, False]
            }
            for rule, own in sorted(by.items())
        },
        "missed": dict(missed.most_common()),
        "alarms": dict(alarms.most_common()),
    }


def labelled_persons(directory):
    for row in json.loads(directory.joinpath("pii", "presidio_synth_v2_sample.json").read_text()):
        text = row["full_text"]
        labels = []
        for span in row["spans"]:
            start, end, kind = span["start_position"], span["end_position"], span["entity_type"]
            if kind == "DOMAIN_NAME" and not OWN_PAGE.search(text[:start]):
                kind = "an address of nobody's"
            labels.append((start, end, kind))
        yield text, labels, list(personal.find(text))


def meets(found, label):
    return found.start < label[1] and found.end > label[0]


def is_right(found, labels):
    wanted = {"DATE_TIME"} if found.name == personal.BIRTH else KINDS.keys()
    return any(meets(found, label) and label[2] in wanted for label in labels)


def personal_figures(directory):
    counts, right, alarms = Counter(), Counter(), Counter()
    for text, labels, found in labelled_persons(directory):
        for half in ("all", half_of(text)):
            for label in labels:
                if label[2] in KINDS:
                    counts[half, KINDS[label[2]], any(meets(one, label) for one in found)] += 1
            for one in found:
                right[half, is_right(one, labels)] += 1
        alarms.update(one.name for one in found if not is_right(one, labels))
    return {
        half: {
            "recall": of(*_pooled(counts, half)),
            "precision": of(right[half, True], right[half, True] + right[half, False]),
            "by_kind": {
                kind: [counts[half, kind, True], counts[half, kind, True] + counts[half, kind, False]]
                for kind in KINDS.values()
            },
        }
        for half in ("all", "seen", "unseen")
    } | {"alarms": dict(alarms)}


def _pooled(counts, half):
    hits = sum(count for (of_half, _kind, hit), count in counts.items() if of_half == half and hit)
    return hits, sum(count for (of_half, _kind, _hit), count in counts.items() if of_half == half)


def generated(chance, shape, accepts):
    """A number of the shape whose sum fits."""
    for _ in range(1_000_000):
        day = {"d": f"{chance.randint(1, 28):02}", "m": f"{chance.randint(1, 12):02}", "y": f"{chance.randint(30, 99)}"}
        day["Y"] = f"19{day['y']}"
        filled = "".join(day.get(sign, sign) for sign in shape)
        text = "".join(
            str(chance.randrange(10)) if sign == "#" else chance.choice("ABCDEHLMPRSTZ") if sign == "@" else sign
            for sign in filled
        )
        if accepts(text):
            return text
    raise ValueError(f"nothing of the shape {shape} fits")


def changed(chance, text):
    """The number with one of its digits another."""
    place = chance.choice([place for place, sign in enumerate(text) if sign.isdigit()])
    return text[:place] + chance.choice([one for one in "0123456789" if one != text[place]]) + text[place + 1 :]


def national_figures(seed, each):
    chance = random.Random(seed)
    by_name = defaultdict(list)
    for kind in national_ids.ALL:
        by_name[kind.name].append(kind)
    figures, pooled = {}, Counter()
    for name, (shape, word) in SHAPES.items():
        kinds = by_name[name]

        def fits(text, kinds=kinds):
            signless = text.translate(national_ids.SIGNS)
            return any(kind.pattern.fullmatch(text) and kind.accepts(signless) for kind in kinds)

        own = Counter()
        for _ in range(each):
            number = generated(chance, shape, fits)
            wrong = changed(chance, number)
            own["named"] += flagged(f"The {word} of the customer is {number}, says the form.")
            own["bare"] += flagged(f"Use {number} for this customer.")
            own["changed, bare"] += flagged(f"Use {wrong} for this customer.")
        figures[name] = dict(own)
        pooled += own
    total = each * len(SHAPES)
    return {"each": each, "pooled": {name: of(count, total) for name, count in pooled.items()}, "by_kind": figures}


def flagged(text):
    return any(True for _ in personal.find(text))


def speed(directory):
    texts = []
    for path in sorted(directory.joinpath("memory_file_histories").glob("*.jsonl")):
        for line in path.read_text().splitlines()[::10]:
            for value in json.loads(line).values():
                if isinstance(value, str) and len(value) >= 8192:
                    texts += [value[at : at + 8192] for at in range(0, len(value) - 8191, 8192)]
    times = []
    for text in texts[:400]:
        start = time.process_time()
        list(secrets.find(text))
        list(personal.find(text))
        times.append((time.process_time() - start) * 1000)
    return {
        "texts": len(times),
        "median_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "worst_ms": round(max(times), 2),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--each", type=int, default=200)
    given = parser.parse_args()
    figures = {
        "secrets": secrets_figures(given.directory),
        "personal": personal_figures(given.directory),
        "national": national_figures(given.seed, given.each),
        "speed_8KB_both": speed(given.directory),
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
