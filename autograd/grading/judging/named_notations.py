r"""Names within names: ``W_{ho}`` leads from h to o, and the enc of ``h_t^{enc}`` counts nothing."""

from autograd.grading.reading.nodes import Limits, Node, is_name, walk, with_joined_factors
from autograd.grading.reading.words_of_marks import KNOWN_WORDS

__all__ = ["with_called_activation", "with_named_matrices", "without_word"]

_LAYERS = {"i": 0, "x": 0, "h": 1, "o": 2, "y": 2}  # letters that name layers of a network with one hidden layer
_GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "varphi", "prime", "star", "ast", "dagger",
})  # fmt: skip
_WORD = "if {} only is a part of the names here"
_FUNCTION = "if {} is the activation function"


def with_named_matrices(claim, places):
    r"""Return a claim with ``W_o`` for ``W_{ho}``, the matrix of the weights from layer h to layer o, and no condition.

    Return None for the claim if a letter with one of these marks is a number, such as the ``a_h`` of ``\delta_o a_h``.
    """
    if places.model.steps > 1 or places.model.depth != 2:
        return None, ""
    trees = [x for x in claim.sides if x is not None]
    names = [x for tree in trees for x in walk(tree) if is_name(x) and x.parts]
    counted = {y for tree in trees for x in walk(tree) if isinstance(x.data, Limits) for y in x.data.letters}
    for x in names:
        roles = set(places.roles_of(x.data[0]))
        if roles and not (x.data[0][-1].isupper() or roles <= {"delta", "b"}):
            counted |= {p.data[0] for s in x.parts for p in s.parts if is_name(p)}

    def replace(node):
        if not is_name(node) or not node.data[0].isupper() or "w" not in places.roles_of(node.data[0]):
            return None
        for k, script in enumerate(node.parts):
            letters = [p.data[0] for p in script.parts if is_name(p, *_LAYERS) and not p.parts]
            layers = sorted([_LAYERS[x] for x in letters])
            if (
                script.kind == "sub"
                and len(script.parts) == 2
                and layers in ([0, 1], [1, 2])
                and not counted & set(letters)
            ):
                later = Node("name", (), ("h" if layers == [0, 1] else "o", 0), script.at)
                return node.with_parts([*node.parts[:k], script.with_parts([later]), *node.parts[k + 1 :]])
        return None

    return claim.rewritten(replace), ""


def without_word(claim, places):
    r"""Return a claim with ``h_t`` for ``h_t^{enc}`` if all names of this letter have this word, and the condition.

    Return None for the claim without such a word, or with several of them.
    """
    trees = [x for x in claim.sides if x is not None]
    names = [x for tree in trees for x in walk(tree) if is_name(x) and places.roles_of(x.data[0])]
    words = {word for x in names for word in _words(x) if not places.roles.get(word)}
    marked = {x.data for x in names if _words(x)}
    if len(words) != 1 or any(x.data in marked and not _words(x) for x in names):
        return None, ""
    (word,) = words

    def replace(node):
        if not is_name(node) or node.data not in marked or not _words(node):
            return None
        scripts = [s.with_parts([p for p in s.parts if _word(p) != word]) for s in node.parts]
        return node.with_parts([s for s in scripts if s.parts])

    return claim.rewritten(replace), _WORD.format(word)


def _words(name):
    """Return the marks of a name that are words without a meaning."""
    return [_word(p) for script in name.parts for p in script.parts if _word(p)]


def _word(mark):
    """Return a mark that is a word without a known meaning, or "" for another mark."""
    text = mark.data if mark.kind == "text" else mark.data[0] if is_name(mark) and not mark.parts else ""
    is_word = isinstance(text, str) and len(text) > 2 and text.isascii() and text.isalpha()
    return text if is_word and text not in KNOWN_WORDS and text not in _GREEK else ""


def with_called_activation(claim, places):
    r"""Return a claim with ``\sigma(z)`` for ``s(z)`` if s is not declared and z is a pre-activation.

    Return the condition, too. Return None for the claim without such a letter.
    """
    found: dict = {}

    def is_called(name, argument):
        is_free = is_name(name) and places.is_guessed(name.data[0]) and not name.parts
        return is_free and is_name(argument) and places.roles.get(argument.data[0]) == ["s"]

    def called(name, argument):
        found.setdefault(name.data[0])
        function = Node("name", (), (places.function_letter, name.data[1]), name.at)
        return Node("call", (function, argument), None, name.at)

    def replace(node):
        if node.kind == "call" and len(node.parts) == 2 and is_called(*node.parts):
            return called(*node.parts)
        if node.kind != "prod":
            return None
        pairs = enumerate(zip(node.parts, node.data, node.parts[1:], strict=False))
        calls = {
            k: called(x, y.parts[0])
            for k, (x, sign, y) in pairs
            if not sign and y.kind == "group" and y.data == "(" and is_called(x, y.parts[0])
        }
        return with_joined_factors(node, calls, replace) if calls else None

    other = claim.rewritten(replace)
    return (other if found else None), _FUNCTION.format(" and ".join(found))
