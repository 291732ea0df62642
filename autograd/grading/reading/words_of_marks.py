"""The words that people write below and above letters: ``y_{true}``, ``W_{prev}`` and ``E_{total}``."""

__all__ = ["KNOWN_WORDS", "OF_OUTPUTS", "OF_TARGETS", "WORDS_BELOW", "WORDS_WITHOUT_MEANING"]

OF_TARGETS = frozenset({
    "true", "label", "labels", "target", "targets", "real", "gt", "actual", "truth", "desired", "onehot", "expected",
})  # fmt: skip
OF_OUTPUTS = frozenset({"pred", "predicted", "prediction", "model"})
# Words that never mean one index for each of their letters.
WORDS_BELOW = OF_TARGETS | OF_OUTPUTS | {"hid", "prev", "next", "curr", "rec", "recurrent", "inp"}
# Words that only tell one quantity from another, and count nothing.
WORDS_WITHOUT_MEANING = frozenset({"total", "tot", "tr", "train", "net", "old", "new", "next", "prev", "all"})
# All words that have a meaning below a letter. Other words may only be a part of a name.
KNOWN_WORDS = WORDS_BELOW | WORDS_WITHOUT_MEANING | {
    "in", "input", "out", "output", "hidden", "previous", "last", "current", "reg", "ell", "top", "max", "min",
}  # fmt: skip
