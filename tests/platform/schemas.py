"""Which JSON schemas structured output takes, and the smallest thing that fits one."""

from tests.platform.errors import invalid

LIMITS = frozenset(
    [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "contains",
        "patternProperties",
    ]
)
TAKEN = frozenset(
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "anyOf",
        "allOf",
        "$ref",
        "$defs",
        "definitions",
        "description",
        "title",
        "default",
        "format",
        "minItems",
        "pattern",
        "$schema",
        "examples",
    ]
)
MOST_OPTIONAL, MOST_UNIONS = 24, 16
LOOKS_AROUND = ("(?=", "(?!", "(?<=", "(?<!")


def check(schema):
    counts = {"optional": 0, "unions": 0}
    _walk(schema, "schema", counts)
    _refuse_recursion(schema, schema, ())
    if counts["optional"] > MOST_OPTIONAL:
        raise invalid(f"schema: at most {MOST_OPTIONAL} optional parameters, this has {counts['optional']}")
    if counts["unions"] > MOST_UNIONS:
        raise invalid(f"schema: at most {MOST_UNIONS} parameters of union type, this has {counts['unions']}")


def _walk(schema, where, counts):
    if not isinstance(schema, dict):
        raise invalid(f"{where}: must be an object")
    for name in schema:
        if name in LIMITS:
            raise invalid(f"{where}.{name}: not supported")
        if name not in TAKEN:
            raise invalid(f"{where}.{name}: unknown keyword")
    _check_words(schema, where)
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            raise invalid(f"{where}: 'additionalProperties' must be false")
        counts["optional"] += len(set(schema.get("properties", {})) - set(schema.get("required", [])))
    counts["unions"] += "anyOf" in schema or isinstance(schema.get("type"), list)
    for place, inner in _inner(schema):
        _walk(inner, f"{where}.{place}", counts)


def _check_words(schema, where):
    if schema.get("minItems", 0) not in (0, 1):
        raise invalid(f"{where}.minItems: only 0 and 1 are supported")
    if not schema.get("$ref", "#").startswith("#"):
        raise invalid(f"{where}.$ref: only internal references are supported")
    if any(sign in schema.get("pattern", "") for sign in LOOKS_AROUND):
        raise invalid(f"{where}.pattern: look-around is not supported")
    if any(isinstance(value, (dict, list)) for value in schema.get("enum", [])):
        raise invalid(f"{where}.enum: only scalars are supported")


def _inner(schema):
    for holder in ("properties", "$defs", "definitions"):
        yield from ((f"{holder}.{name}", inner) for name, inner in schema.get(holder, {}).items())
    for holder in ("anyOf", "allOf"):
        yield from ((f"{holder}.{number}", inner) for number, inner in enumerate(schema.get(holder, [])))
    if "items" in schema:
        yield "items", schema["items"]


def _refuse_recursion(schema, root, through):
    ref = schema.get("$ref")
    if ref in through:
        raise invalid(f"schema: recursion is not supported ({ref})")
    if ref:
        _refuse_recursion(_named(root, ref), root, (*through, ref))
    for place, inner in _inner(schema):
        if not place.startswith(("$defs", "definitions")):
            _refuse_recursion(inner, root, through)


def _named(root, ref):
    found = root
    for name in ref.removeprefix("#").strip("/").split("/"):
        if not isinstance(found, dict) or (name and name not in found):
            raise invalid(f"schema: nothing is called {ref}")
        found = found[name] if name else found
    return found


def smallest(schema, root=None):
    """The emptiest value that fits: what an unscripted answer says."""
    root = schema if root is None else root
    if "$ref" in schema:
        return smallest(_named(root, schema["$ref"]), root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for holder in ("anyOf", "allOf"):
        if schema.get(holder):
            return smallest(schema[holder][0], root)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: smallest(inner, root) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [smallest(schema["items"], root)] * schema.get("minItems", 0)
    return {"string": "", "integer": 0, "number": 0, "boolean": False, "null": None}[kind]
