r"""Steps and samples that a claim leaves out: ``\partial L_t/\partial z_y`` is about the z_y of step t."""

from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Limits, Node, show, walk

__all__ = ["with_samples_of_others", "with_steps_of_others"]

_STEP = "t"
_TAKES_STEP = frozenset({"x", "a", "y", "p", "t", "s", "delta"})
_AT_STEP = "if {} belongs to step t, as the rest does"
_COMPUTED = frozenset({"s", "a", "y", "p", "delta"})  # a missing mark of an input or a target is rather a slip
_SAMPLES = frozenset({"i", "n", "k", "m", "j", "s"})  # letters in brackets above a quantity that count samples
_OF_SAMPLE = "if {} belongs to sample {}, as the rest does"


def with_steps_of_others(claim, places):
    """Return a claim in which all quantities without a step are those of step t, and the condition.

    Return None for the claim if it has no other quantity at step t, or a sum over t, or if all have a step.
    """
    sides = [side for side in claim.sides if side is not None]
    nodes = [x for side in sides for x in walk(side)]
    if places.model.steps == 1 or any(isinstance(x.data, Limits) and _STEP in x.data.letters for x in nodes):
        return None, ""
    if not any(x.kind == "name" and _STEP in _marks_of(x) for x in nodes):
        return None, ""
    indices = {id(y) for x in nodes if x.kind == "name" for s in x.parts for y in walk(s)}
    indices |= {id(x.parts[0]) for x in nodes if x.kind == "call"}
    indices |= {id(y) for x in nodes if isinstance(x.data, Limits) for z in _limits_of(x.data) for y in walk(z)}
    found: dict = {}

    def replace(node):
        if node.kind != "name" or id(node) in indices or node.data[1] or places.is_loss(node):
            return None
        roles = places.roles_of(places.normal(node).data[0])
        marks = [p for script in node.parts for p in script.parts]
        if not roles or not _TAKES_STEP.issuperset(roles) or any(p.kind == "num" for p in marks):
            return None
        if {"t", "tau", "T", "k"} & set(_marks_of(node)):
            return None
        found.setdefault(show(node))
        below = next((s for s in node.parts if s.kind == "sub"), Node("sub", (), "", node.at))
        step = Node("name", (), (_STEP, 0), node.at)
        rest = [s for s in node.parts if s is not below]
        return node.with_parts([below.with_parts([*below.parts, step]), *rest])

    other = claim.rewritten(replace)
    return (other, _AT_STEP.format(" and ".join(found))) if found else (None, "")


def with_samples_of_others(claim, places):
    r"""Return a claim in which all quantities without a sample are those of the only sample (i), and the condition.

    An example is the z of ``\partial h(x^{(i)})/\partial \theta_j = g(z)(1 - g(z)) x_j^{(i)}``. Return None for the
    claim if nothing is left out, or if a batch is a matrix with a capital letter.
    """
    if places.model.samples == 1 or places.model.steps > 1:
        return None, ""
    nodes = [x for side in claim.sides if side is not None for x in walk(side)]
    names = [x for x in nodes if x.kind == "name"]
    indices = {id(y) for x in names for s in x.parts for y in walk(s)}
    indices |= {id(x.parts[0]) for x in nodes if x.kind == "call" and not places.roles.get(x.parts[0].data[0])}
    indices |= {id(y) for x in nodes if isinstance(x.data, Limits) for z in _limits_of(x.data) for y in walk(z)}
    called = {id(x.parts[0]) for x in nodes if x.kind == "call"}
    marks = [p for x in names for s in x.parts if s.kind == "sup" and s.data == "(" for p in s.parts]
    above = {p.data[0] for p in marks if p.kind == "name" and not p.parts}
    if len(above) != 1 or not above <= _SAMPLES:
        return None, ""
    (letter,) = above
    found: dict = {}

    def is_of_sample(name):
        roles = set(places.roles_of(places.normal(name).data[0]))
        return bool(roles) and roles <= _TAKES_STEP and not name.data[1] and not places.is_loss(name)

    def is_computed(name):
        return is_of_sample(name) and _COMPUTED.issuperset(places.roles_of(places.normal(name).data[0]))

    mine = [x for x in names if id(x) not in indices | called and is_of_sample(x)]
    if any(x.data[0].split()[-1][0].isupper() for x in mine):
        return None, ""

    def replace(node):
        if node.kind != "name" or id(node) in indices | called or not is_computed(node):
            return None
        if any(s.kind == "sup" for s in node.parts):
            return None
        found.setdefault(show(node))
        mark = Node("sup", (Node("name", (), (letter, 0), node.at),), "(", node.at)
        return node.with_parts([*node.parts, mark])

    other = claim.rewritten(replace)
    return (other, _OF_SAMPLE.format(" and ".join(found), letter)) if found else (None, "")


def _limits_of(limits):
    return [x for x in (limits.lower, limits.upper, limits.domain, *limits.conditions) if x is not None]


def _marks_of(name):
    """Return the first letters of the marks of a name."""
    return [head(p) for script in name.parts for p in script.parts]
