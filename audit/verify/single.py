"""The verifier as one file that needs nothing but Python: the sources of this package, one after another.

`python -m audit.verify.single` prints it. Packs carry it as verify.py; whoever does not trust that copy takes one from
the source of Lucid.
"""

import sys
from pathlib import Path

MODULES = (
    "canonical",
    "merkle",
    "commitments",
    "chain",
    "ed25519",
    "notes",
    "packs",
    "verdicts",
    "archives",
    "looking",
    "walking",
    "verifying",
    "cli",
)

_HEAD = '''#!/usr/bin/env python3
"""lucid-verify as one file: checks an evidence pack of Lucid, offline, with Python 3.11 or newer and nothing else.

    python3 verify.py PACK.zip --key KEY [--pin NOTE] [--strict] [--json]

Below stand the modules of the verifier as they are in the source of Lucid (audit/verify/), each as a text.
"""

import sys
import types


def _module(name, source):
    module = types.ModuleType(name)
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, module)
    exec(compile(source, name, "exec"), module.__dict__)


_module("audit", "")
_module("audit.verify", "")
'''

_TAIL = """
if __name__ == "__main__":
    sys.exit(sys.modules["audit.verify.cli"].main())
"""


def source() -> str:
    """The text of the file, the same for the same sources."""
    parts = [_HEAD]
    for name in MODULES:
        text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        if "'''" in text:
            raise ValueError(f"{name} cannot be quoted: it holds three quotes")
        parts.append(f"\n_module(\"audit.verify.{name}\", r'''{text}''')\n")
    return "".join(parts) + _TAIL


if __name__ == "__main__":
    sys.stdout.write(source())
