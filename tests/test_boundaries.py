"""Nothing that answers questions can reach a timeline or the log without a point.

An answer at a fixed basis is the same for ever because a projection is given a `PlanAt` or a `PlanRecord` and nothing
that looks past it. Import contracts (pyproject.toml) say which modules are out of reach; here the rest is read off the
source: what of a module may be named, private attributes, and points that would be handed about as numbers.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Modules that hold timelines, or make plans and change them -> the names in them that say nothing of any point.
NARROW: dict[str, frozenset[str]] = {
    "domain.plan.plan": frozenset(),
    "domain.plan.timeline": frozenset({"Assertion"}),
    "domain.plan.evolve": frozenset(),
    "domain.plan.draft": frozenset(),
    "domain.plan.known": frozenset({"Known"}),
    "domain.plan.action_at": frozenset({"ActionAt", "ActionFacts"}),
    "domain.plan.plan_at": frozenset({"MeasureAt", "PlanAt", "PriorityAt"}),
    "domain.plan.record": frozenset({"PlanRecord"}),
    "domain.ledger.folded_plans": frozenset(),
    "domain.ledger.recording": frozenset(),
}
#: Of named tuples; what they do is documented, and their names begin with `_` only to keep out of the fields' way.
OF_NAMED_TUPLES = frozenset({"_asdict", "_fields", "_make", "_replace"})
#: Ways to an attribute by its name as a text.
BY_NAME = frozenset({"attrgetter", "delattr", "getattr", "setattr", "vars"})


def breaches(source: str) -> Iterator[str]:
    """Every way in which a module reaches, or could be handed, what has no point; each with its line."""
    for node in ast.walk(ast.parse(source)):
        for what in (*_imported(node), *_private(node), *_handed(node)):
            yield f"line {getattr(node, 'lineno', 0)}: {what}"


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name in NARROW:
                yield f"imports {alias.name} whole"
    if isinstance(node, ast.ImportFrom):
        if node.level:
            yield "imports by a relative name, which says little"
        for alias in node.names:
            module, name = node.module or "", alias.name
            if f"{module}.{name}" in NARROW:
                yield f"imports {module}.{name} whole"
            elif module in NARROW and name not in NARROW[module]:
                yield f"imports {name} from {module}"
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"__import__", "import_module"}:
            yield f"imports by {called}"


def _private(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and _is_private(node.attr) and not _is_own(node.value):
        yield f"reaches {ast.unparse(node)}"
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if called in BY_NAME and any(_is_private(text) for text in texts):
            yield f"reaches {ast.unparse(node)}"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in OF_NAMED_TUPLES


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _handed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        given = node.args
        named = {
            one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg) if one
        }
        if "day_end" in named:
            yield "takes a day_end, which is a key of timelines"
        if "basis" in named and named & {"day", "effective_on", "end", "on"}:
            yield "takes a day and a basis, instead of a plan at a point"


#: The one place that imports by name: the modules of its own package.
DISCOVERY = "api/questions/question_registry.py"
DISCOVERED = 'import_module(f"{api.questions.__name__}.{module.name}")'


def sources() -> list[Path]:
    return sorted(path for folder in ("projections", "api") for path in (ROOT / folder).rglob("*.py"))


def test_the_boundary_is_drawn_around_what_answers():
    names = {str(path.relative_to(ROOT)) for path in sources()}
    assert {
        "projections/action.py",
        "projections/plan_as_at.py",
        "api/questions/asker.py",
        "api/http/question_addresses.py",
    } <= names
    for module in NARROW:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists(), f"there is no {module}: what has taken its place?"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_answers_cannot_look_past_its_point(path: Path):
    source = path.read_text(encoding="utf-8")
    if str(path.relative_to(ROOT)) == DISCOVERY:
        assert DISCOVERED in source
        source = source.replace(DISCOVERED, "found")
    assert list(breaches(source)) == []


OFFENCES = {
    "imports Plan from domain.plan.plan": "from domain.plan.plan import Plan",
    "imports PENDING from domain.plan.plan": "from domain.plan.plan import PENDING",
    "imports domain.plan.plan whole": "import domain.plan.plan as held",
    "imports domain.plan.timeline whole": "from domain.plan import timeline",
    "imports Timeline from domain.plan.timeline": "from domain.plan.timeline import Assertion, Timeline",
    "imports end_of from domain.plan.timeline": "from domain.plan.timeline import end_of as close",
    "imports * from domain.plan.timeline": "from domain.plan.timeline import *",
    "imports evolve from domain.plan.evolve": "def late():\n    from domain.plan.evolve import evolve",
    "imports Draft from domain.plan.draft": "from domain.plan.draft import Draft",
    "imports AsAt from domain.plan.known": "from domain.plan.known import AsAt",
    "imports record_of from domain.plan.record": "from domain.plan.record import record_of",
    "imports Place from domain.plan.plan_at": "from domain.plan.plan_at import Place",
    "imports Action from domain.plan.action_at": "from domain.plan.action_at import Action",
    "imports FoldedPlans from domain.ledger.folded_plans": "from domain.ledger.folded_plans import FoldedPlans",
    "imports by a relative name": "from ..plan import plan",
    "imports by import_module": "import importlib\nimportlib.import_module('domain.plan.plan')",
    "imports by __import__": "__import__('domain.plan.plan')",
    "reaches plan._plan": "def at(plan):\n    return plan._plan.actions",
    "reaches ledger._folded": "kept = ledger._folded",
    "reaches self.plan._place": "class One:\n    def late(self):\n        return self.plan._place",
    "reaches ActionAt._action": "class Mine(ActionAt):\n    def due(self):\n        return ActionAt._action",
    "reaches getattr(plan, '_plan')": "def at(plan):\n    return getattr(plan, '_plan')",
    "reaches operator.attrgetter('_plan')": "operator.attrgetter('_plan')(plan)",
    "takes a day_end": "def value(action, day_end):\n    return action",
    "takes a day and a basis": "def overdue(plan, effective_on, basis):\n    return plan",
    "takes a day and a basis, instead": "overdue = lambda plan, *, basis, day: plan",
}


@pytest.mark.parametrize("named", OFFENCES)
def test_an_offence_is_named(named: str):
    assert any(named in breach for breach in breaches(OFFENCES[named])), list(breaches(OFFENCES[named]))


@pytest.mark.parametrize(
    "source",
    [
        "from domain.plan.timeline import Assertion", "from domain.plan.plan_at import MeasureAt, PlanAt, PriorityAt",
        "from domain.plan.record import PlanRecord", "from domain.plan.known import Known", "from domain import events",
        "class One:\n    def __init__(self, plan):\n        self._plan = plan\n        self.__dict__.update()",
        "class One:\n    @classmethod\n    def made(cls):\n        return cls._made",
        "figure._replace(at='previous')", "def _known(number, basis):\n    return number",
        "def event(record, version, up_to):\n    return record.up_to(up_to)",
    ],
)  # fmt: skip
def test_what_is_allowed_is_not_named(source: str):
    assert list(breaches(source)) == []
