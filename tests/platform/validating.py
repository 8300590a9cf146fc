"""Requests are held against the SDK's own types of parameters: refused if unknown, missing or of another type."""

from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import get_type_hints, is_typeddict

from tests.platform.errors import invalid

IN_HEADERS = frozenset({"betas", "workspace_id", "user_profile_id"})
SCALARS = {str: str, int: int, float: (int, float), bool: bool, NoneType: NoneType, datetime: str}


def body(value, kind, elsewhere=(), headers=None):
    """Refuse a JSON body that is not the keys of `kind`, less those that travel in headers, path or query.

    `kind` may be a function that chooses the type by body and headers; `dict` takes any keys.
    """
    if not isinstance(value, dict):
        raise invalid("the body must be a JSON object")
    if not is_typeddict(kind):
        kind = kind(value, headers or {})
    if kind is dict:
        return
    if problem := _keys(value, kind, "", without=IN_HEADERS | set(elsewhere)):
        raise invalid(problem)


def query(pairs, kind, elsewhere=()):
    """The query as a dict of `kind`'s names, with numbers, truths and lists in their types."""
    hints = {} if kind is None else _hints(kind)[0]
    found = {}
    for name, values in pairs.items():
        key = name.removesuffix("[]").replace("[", "_").removesuffix("]")
        if key not in hints or key in IN_HEADERS | set(elsewhere):
            raise invalid(f"{name}: unknown query parameter")
        found[key] = _typed(name, values, hints[key])
        if problem := _problem(found[key], hints[key], name):
            raise invalid(problem)
    return found


def _typed(name, values, kind):
    kind = _bare(kind)
    if name.endswith("[]"):
        return values
    if len(values) > 1:
        raise invalid(f"{name}: given twice")
    if kind is bool and values[0] in ("true", "false"):
        return values[0] == "true"
    if kind is int and values[0].lstrip("-").isdecimal():
        return int(values[0])
    return values[0]


def _problem(value, kind, where):
    kind = _bare(kind)
    if kind in (Any, object):
        return None
    if is_typeddict(kind):
        return _keys(value, kind, where) if isinstance(value, dict) else f"{where}: must be an object"
    if kind in SCALARS:
        return _scalar(value, kind, where)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"{where}: of no known kind"  # the SDK turns its own models into dicts of parameters
    return _generic(value, kind, where)


def _generic(value, kind, where):
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return None if value in inner else f"{where}: must be one of {', '.join(map(str, inner))}"
    if origin in (Union, UnionType):
        return _any_of(value, inner, where)
    if origin is dict:
        if not isinstance(value, dict):
            return f"{where}: must be an object"
        return _first(_problem(one, inner[1], f"{where}.{name}") for name, one in value.items())
    if not inner:
        return f"{where}: of no known kind"  # bytes and files never come as JSON
    if not isinstance(value, list):
        return f"{where}: must be a list"
    return _first(_problem(one, inner[0], f"{where}.{number}") for number, one in enumerate(value))


def _any_of(value, kinds, where):
    kinds = [_bare(kind) for kind in kinds]
    problems = [_problem(value, kind, where) for kind in kinds]
    if None in problems:
        return None
    objects = [kind for kind in kinds if is_typeddict(kind)]
    for kind, problem in zip(kinds, problems, strict=True):
        if isinstance(value, dict) and kind in objects and (objects == [kind] or _is_called(value.get("type"), kind)):
            return problem
    return problems[0] if len(set(problems)) == 1 else f"{where}: of no known kind"


def _is_called(name, kind):
    called = _hints(kind)[0].get("type")
    return called is not None and name in get_args(_bare(called))


def _keys(value, kind, where, without=frozenset()):
    hints, required = _hints(kind)
    prefix = f"{where}." if where else ""
    for name in sorted(required - without):
        if name not in value:
            return f"{prefix}{name}: Field required"
    for name, one in value.items():
        if name not in hints or name in without:
            return f"{prefix}{name}: Extra inputs are not permitted"
        if problem := _problem(one, hints[name], f"{prefix}{name}"):
            return problem
    return None


def _scalar(value, kind, where):
    fits = isinstance(value, SCALARS[kind]) and (kind is bool or not isinstance(value, bool))
    return None if fits else f"{where}: must be of type {kind.__name__}"


@cache
def _hints(kind):
    hints = get_type_hints(kind, include_extras=True)
    required = {
        name
        for name, hint in hints.items()
        if get_origin(hint) is Required or (name in kind.__required_keys__ and get_origin(hint) is not NotRequired)
    }
    return hints, required


def _bare(kind):
    while get_origin(kind) in (Annotated, Required, NotRequired):
        kind = get_args(kind)[0]
    return kind


def _first(problems):
    return next((problem for problem in problems if problem), None)
