"""
Makes `verify.py`: the modules that verify, their stand-ins and the Chinese of their messages, in one text.

The text depends on the program alone, never on a record, so that its digest can be published (specification, section
10.1). `python -m scheduler.audit.alone.bundle FILE` writes it.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from functools import cache
from pathlib import Path

from scheduler.errors import StateError
from scheduler.i18n import gettext as _
from scheduler.i18n import translations

NAME = "verify.py"
_ROOT = Path(__file__).resolve().parents[3]
_QUOTES = "'''"
_STAND_INS = {
    "numpy": "plain_numpy",
    "numpy.typing": "plain_typing",
    "scheduler.draw.merkle": "plain_merkle",
    "scheduler.draw.signing": "plain_signing",
    "scheduler.i18n": "plain_words",
    "scheduler.audit.alone.bundle": "plain_bundle",
}
_MAIN = "scheduler.audit.alone.program"
_TAIL = '\n\nif __name__ == "__main__":\n    sys.exit(run())\n'


@cache
def bundle() -> bytes:
    """The file's bytes."""
    sources = _closure(_MAIN)
    messages = translations("zh_CN")
    texts = sorted({text for source in sources.values() for text in _texts(source)})
    chinese = [(text, messages.gettext(text)) for text in texts]
    parts = [
        "#!/usr/bin/env python3\n",
        _read(f"{__package__}.head"),
        *(f"\nSOURCES[{name!r}] = r{_QUOTES}{source}{_QUOTES}\n" for name, source in sorted(sources.items())),
        "\nMESSAGES.update(\n    {\n",
        *(f"        {text!r}: {words!r},\n" for text, words in chinese if text and words != text),
        "    }\n)\n",
        _TAIL,
    ]
    return "".join(parts).encode("utf-8")


def bundle_digest() -> str:
    """SHA-256 of the file, as the specification lists it."""
    return hashlib.sha256(bundle()).hexdigest()


def _closure(start: str) -> dict[str, str]:
    """Texts of a module and of all that it imports and that is not of the standard library, packages included."""
    sources: dict[str, str] = {}
    pending = [start]
    while pending:
        name = pending.pop()
        if name in sources:
            continue
        sources[name] = source = _read(f"{__package__}.{_STAND_INS[name]}" if name in _STAND_INS else name)
        if _QUOTES in source:
            raise StateError(_("{name}: expected a module without {quotes}").format(name=name, quotes=_QUOTES))
        pending += [found for found in _imports(source) if _is_carried(found)]
        package = name.rpartition(".")[0]
        pending += [package] if package else []
    return sources


def _is_carried(name: str) -> bool:
    """Whether a name is a module or a package of this program, or has a stand-in."""
    if name in _STAND_INS:
        return True
    if name.split(".")[0] in sys.stdlib_module_names:
        return False
    path = _ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def _imports(source: str) -> set[str]:
    """Modules that a text imports; a name taken from a package may be a module too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _texts(source: str) -> set[str]:
    """Texts that stand in a module, messages among them."""
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def _read(name: str) -> str:
    path = _ROOT.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text(encoding="utf-8")  # a line ends in one line feed, however the checkout ends them


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(bundle())
