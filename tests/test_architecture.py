"""The architecture as docs/architecture.md has it, held against what the modules import."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FACES = {"web", "cli", "evaluation", "bench", "training"}

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "chatbot").rglob("*.py")
}


def _import_statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import that is ever run, in functions too; not what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _import_statements(child)


def _imported(path: Path) -> Iterator[str]:
    for statement in _import_statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
            continue
        assert statement.level == 0, f"{path} imports by a relative name"
        for alias in statement.names:
            whole = f"{statement.module}.{alias.name}"
            yield whole if whole in FILES else str(statement.module)


IMPORTS = {module: set(_imported(path)) & FILES.keys() for module, path in FILES.items()}


def _top(module: str) -> str:
    """The module or package right under `chatbot` that this one is or lies in."""
    return module.split(".")[1]


def _circle(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_the_core_imports_none_of_its_faces() -> None:
    inside = {module: wanted for module, wanted in IMPORTS.items() if module != "chatbot" and _top(module) not in FACES}
    found = [
        f"{module} imports {other}"
        for module, wanted in inside.items()
        for other in wanted
        if other != "chatbot" and _top(other) in FACES
    ]
    assert found == []


def test_no_imports_go_in_a_circle() -> None:
    assert _circle(IMPORTS) == []


def test_every_module_stands_in_the_picture_and_imports_go_as_it_shows() -> None:
    boxes = dict(re.findall(r'^ +(\w+)\["[^<]+<br>(.+)"\]$', PAGE, re.MULTILINE))
    arrows = {box: set[str]() for box in boxes}
    for box, others in re.findall(r"^ +(\w+) --> (.+)$", PAGE, re.MULTILINE):
        arrows[box] |= set(others.split(" & "))
    home = {name: box for box, label in boxes.items() for name in re.findall(r"\w+", label.replace("<br>", " "))}
    assert sorted(home) == sorted({_top(module) for module in FILES if module != "chatbot"})

    between = {
        (home[_top(module)], home[_top(other)])
        for module, wanted in IMPORTS.items()
        for other in wanted
        if "chatbot" not in (module, other)
    }
    drawn = {(box, other) for box, others in arrows.items() for other in others}
    assert drawn - between == set(), "arrows for which there is no import"
    below: dict[str, set[str]] = {}
    for box in TopologicalSorter(arrows).static_order():
        below[box] = {box}.union(*(below[other] for other in arrows[box]))
    assert {(box, other) for box, other in between if other not in below[box]} == set(), "imports without an arrow"
