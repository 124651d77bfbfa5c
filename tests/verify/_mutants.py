"""The mutants of a module: small changes to its syntax tree, each of which a test ought to notice.

Operators as in mutmut: arithmetic, comparison, boolean and unary operators; numbers, texts, True, False, None; an argument None, a named one left
out; the value of a return, of an assignment, of a default; `+=` to `=`; break and continue. Left alone: docstrings, annotations, imports, the tables
of exported names, and the names of types (`Scale = Literal[...]`), which do nothing while the program runs.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

Variants = Iterator[tuple[str, ast.AST]]
"""What was done, in words, and the node that stands there instead."""

UNTOUCHED_NAMES = {"_EXPORTS", "__all__"}
ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Div, ast.Pow: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip
COMPARISON: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and how it is put into the code that is running.

    `key` names the top-level statement by the hash of its code without docstrings, so that a change elsewhere in the file, or of words only,
    leaves it the same mutant. `function` is the outermost function ("f" or "Class.f") that holds it; empty where the change is outside any
    function and the module must be loaded anew. Lines are those of the whole simple statement, or of the head of a compound one.
    """

    module: str
    key: str
    place: int
    variant: int
    what: str
    first_line: int
    last_line: int
    function: str


@dataclass
class Slot:
    """A place in the tree that something else could stand in."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    first_line: int
    last_line: int
    function: str
    top: int

    def put(self, node: ast.AST) -> None:
        """Let `node` stand here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def slots_of(tree: ast.Module) -> list[Slot]:
    """Every place of the module that may be changed, in the order of the text."""
    found: list[Slot] = []
    for top, statement in enumerate(tree.body):
        _visit(Slot(tree, "body", top, statement, statement.lineno, statement.lineno, "", top), found, "")
    return found


def _untouched(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        if {target.id for target in node.targets if isinstance(target, ast.Name)} & UNTOUCHED_NAMES:
            return True
        return _names_a_type(node.value)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and (node.value is None or node.target.id in UNTOUCHED_NAMES)


def _names_a_type(value: ast.AST) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        return _names_a_type(value.left) or _names_a_type(value.right)
    named = {"Literal", "tuple", "list", "dict", "Callable", "Mapping", "Sequence", "Iterable", "Iterator"}
    return isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and value.value.id in named


def _visit(slot: Slot, found: list[Slot], inside: str) -> None:
    node = slot.node
    if _untouched(node):
        return
    if isinstance(node, ast.stmt):
        last = node.body[0].lineno - 1 if getattr(node, "body", None) and isinstance(node.body, list) else node.end_lineno
        slot.first_line, slot.last_line = node.lineno, max(node.lineno, last or node.lineno)
    function = slot.function
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = function or inside + node.name
    found.append(slot)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "format_spec", "type_params", "type_comment", "ctx"):
            continue
        held = function
        if field == "decorator_list" and isinstance(node, ast.ClassDef | ast.FunctionDef):
            held = slot.function
        below = f"{inside}{node.name}." if isinstance(node, ast.ClassDef) else inside
        for index, part in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(part, ast.AST) and not (isinstance(node, ast.JoinedStr) and isinstance(part, ast.Constant)):
                _visit(Slot(node, field, index, part, slot.first_line, slot.last_line, held, slot.top), found, below)


def variants_of(slot: Slot) -> list[tuple[str, ast.AST]]:
    """Everything that may stand in this slot instead, with words for it; the tree is left as it was."""
    node = slot.node
    made: list[tuple[str, ast.AST]] = []
    for kind, vary in OPERATORS:
        if isinstance(node, kind):
            made += vary(node)
    return [(what, ast.copy_location(new, node) if isinstance(new, ast.expr | ast.stmt) else new) for what, new in made]


def _none() -> ast.Constant:
    return ast.Constant(None)


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _is(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _constant(node: ast.Constant) -> Variants:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield f"{value} -> {value + 1}", ast.Constant(value + 1)
    elif isinstance(value, str):
        yield f"{value[:40]!r} -> 'XX..XX'", ast.Constant(f"XX{value}XX")
    elif value is None:
        yield "None -> ''", ast.Constant("")


def _text(node: ast.JoinedStr) -> Variants:
    yield "f'..' -> f'XX..XX'", _changed(node, values=[ast.Constant("XX"), *node.values, ast.Constant("XX")])


def _arithmetic(node: ast.BinOp) -> Variants:
    other = ARITHMETIC[type(node.op)]
    yield f"{type(node.op).__name__} -> {other.__name__}", _changed(node, op=other())


def _comparison(node: ast.Compare) -> Variants:
    for place, operator in enumerate(node.ops):
        other = COMPARISON[type(operator)]
        yield f"{type(operator).__name__} -> {other.__name__}", _changed(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _boolean(node: ast.BoolOp) -> Variants:
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    yield f"{type(node.op).__name__} -> {other.__name__}", _changed(node, op=other())


def _unary(node: ast.UnaryOp) -> Variants:
    yield f"{type(node.op).__name__} left out", node.operand


def _call(node: ast.Call) -> Variants:
    for place, given in enumerate(node.args):
        if not isinstance(given, ast.Starred) and not _is(given, None):
            yield f"argument {place + 1} -> None", _changed(node, args=[*node.args[:place], _none(), *node.args[place + 1 :]])
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield f"{keyword.arg} left out", _changed(node, keywords=[*node.keywords[:place], *node.keywords[place + 1 :]])


def _assignment(node: ast.Assign | ast.AnnAssign) -> Variants:
    yield "= .. -> = None" if not _is(node.value, None) else "= None -> = ''", _changed(
        node, value=_none() if not _is(node.value, None) else ast.Constant("")
    )


def _augmented(node: ast.AugAssign) -> Variants:
    other = ARITHMETIC[type(node.op)]
    yield f"{type(node.op).__name__}= -> {other.__name__}=", _changed(node, op=other())
    store = copy.deepcopy(node.target)
    yield f"{type(node.op).__name__}= -> =", ast.Assign(targets=[store], value=node.value)


def _return(node: ast.Return) -> Variants:
    if node.value is not None and not _is(node.value, None):
        yield "return .. -> return None", _changed(node, value=_none())


def _lambda(node: ast.Lambda) -> Variants:
    yield "lambda: .. -> lambda: None", _changed(node, body=_none() if not _is(node.body, None) else ast.Constant(0))


OPERATORS: tuple[tuple[type | tuple[type, ...], Callable[..., Variants]], ...] = (
    (ast.Constant, _constant), (ast.JoinedStr, _text), (ast.BinOp, _arithmetic), (ast.Compare, _comparison), (ast.BoolOp, _boolean),
    (ast.UnaryOp, _unary), (ast.Call, _call), ((ast.Assign, ast.AnnAssign), _assignment), (ast.AugAssign, _augmented), (ast.Return, _return),
    (ast.Lambda, _lambda), (ast.Break, lambda node: iter([("break -> continue", ast.Continue())])),
    (ast.Continue, lambda node: iter([("continue -> break", ast.Break())])),
)  # fmt: skip


def mutants_of(module: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    tree = ast.parse(source)
    hashes = [hashlib.sha256(ast.dump(_without_words(statement)).encode()).hexdigest()[:16] for statement in tree.body]
    found, first = [], {}
    for place, slot in enumerate(slots_of(tree)):
        first.setdefault(slot.top, place)
        for variant, (what, _) in enumerate(variants_of(slot)):
            key = f"{module}:{hashes[slot.top]}:{place - first[slot.top]}:{variant}"
            found.append(Mutant(module, key, place, variant, what, slot.first_line, slot.last_line, slot.function))
    return found


def _without_words(statement: ast.stmt) -> ast.stmt:
    bare = copy.deepcopy(statement)
    for node in ast.walk(bare):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return bare


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The tree of the module with this one change."""
    tree = ast.parse(source)
    slot = slots_of(tree)[mutant.place]
    what, node = variants_of(slot)[mutant.variant]
    if what != mutant.what:
        raise ValueError(f"{mutant.key} is {what}, not {mutant.what}: the source has changed")
    slot.put(node)
    return ast.fix_missing_locations(tree)


def compiled(source: str, mutant: Mutant, file: str) -> CodeType:
    """The code of the module with this one change."""
    return compile(mutated(source, mutant), file, "exec", dont_inherit=True)
