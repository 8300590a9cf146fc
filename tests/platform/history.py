"""A history large enough for a dream worth its name: many memories, many sessions, and what a dream makes of them."""

FOLDERS = ("policies", "products", "customers", "procedures", "contacts")
AREAS = ("refunds", "returns", "invoices", "deliveries", "passwords", "warranties", "discounts", "complaints")
WORDS = ("write to the customer first", "ask the shift lead", "note the ticket number", "check the order twice")


def path(number):
    return f"/{FOLDERS[number % len(FOLDERS)]}/{AREAS[number % len(AREAS)]}-{number:03d}.md"


def memory(number):
    area, limit = AREAS[number % len(AREAS)], 50 + number
    first, second = WORDS[number % len(WORDS)], WORDS[(number // 4) % len(WORDS)]
    return (
        f"# {area.capitalize()} case {number}\n\n"
        f"For {area} of kind {number}, {first}.\n"
        f"Above {limit} EUR, {second} and wait for an answer.\n"
    )


def correction(number):
    """What the customer says in session `number`: it is about memory `number`."""
    area, limit = AREAS[number % len(AREAS)], 50 + number
    return f"No, for {area} of kind {number} the limit is {limit + 25} EUR, not {limit} EUR."


def corrected(number):
    limit = 50 + number
    return memory(number).replace(f"Above {limit} EUR", f"Above {limit + 25} EUR")


def events(number):
    said = (
        ("user.message", f"How do we handle {AREAS[number % len(AREAS)]} of kind {number}?"),
        ("agent.message", memory(number).splitlines()[-1]),
        ("user.message", correction(number)),
        ("agent.message", f"Understood, {50 + number + 25} EUR it is."),
    )
    idle = {"type": "session.status_idle", "stop_reason": {"type": "end_turn"}}
    return [{"type": kind, "content": [{"type": "text", "text": text}]} for kind, text in said] + [idle]


def edits(memories, sessions):
    """One edit of each kind in turn, each on memories of its own, with the words of a session as its reason."""
    found, number = [], 0
    while number + 1 < min(memories, sessions):
        found.append(_edit(len(found) % 5, number) | {"why": correction(number)})
        number += 2
    return found


def _edit(kind, number):
    here = path(number)
    if kind == 0:
        return {"op": "edit", "path": here, "content": corrected(number)}
    if kind == 1:
        return {"op": "move", "path": here, "to": here.replace("/", "/archive/", 1)}
    if kind == 2:
        both = corrected(number) + memory(number + 1).partition("\n\n")[2]
        return {"op": "merge", "paths": [here, path(number + 1)], "path": here, "content": both}
    if kind == 3:
        return {"op": "add", "path": f"/lessons/lesson-{number:03d}.md", "content": f"{correction(number)}\n"}
    return {"op": "remove", "path": here}
