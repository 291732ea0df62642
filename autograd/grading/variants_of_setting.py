"""The settings next to a declared one in which a claim may be right: another loss, another order, one sample.

A document says more than what its setting declares. A claim that is wrong there, but right in a setting that its
sentence names, or that differs in one declaration that many authors leave out, is left open.
"""

from dataclasses import replace

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import convention
from autograd.grading.forms_of_claims import has_two_indices, is_about_sample
from autograd.grading.remarks import defines_function
from autograd.grading.sentences import other_outputs, settings_named, settings_of_functions

__all__ = ["Variants"]

_MAX_OUTPUTS = 10  # the largest number of classes of another network for which a claim is tried


class Variants:
    """The variants of one setting.

    Args:
        setting: the setting of the document.
        judge: a function of a setting, a target and a formula that returns a grade.
        allowance: the work that remains for other settings.
    """

    def __init__(self, setting, judge, allowance):
        self._setting, self._judge, self._allowance = setting, judge, allowance

    def is_equal(self, setting, target, text) -> bool:
        """Return True if a claim is right in a setting."""
        with self._allowance:
            try:
                return self._judge(setting, target, text).verdict == "equal"
            except SheetError:  # there is no such network
                return False

    def in_other_order(self, target, text, shown) -> str:
        """Return the reason to leave open what is right with a weight's indices in the other order, or ""."""
        if "order" in self._setting.declared or self._setting.recorded:
            return ""
        now = convention(**self._setting.options).order
        other = "to-from" if now == "from-to" else "from-to"
        found = replace(self._setting, options={**self._setting.options, "order": other})
        if self._allowance.is_used_up() or not self.is_equal(found, target, text):
            return ""
        if any(not self.is_equal(found, None, each) for each in shown):
            return ""  # the forward pass shows the order
        return (
            f"it is right if the indices of a weight are in the order {other}; other claims of this document are right "
            f"in the order {now}: declare the order"
        )

    def is_of_own_loss(self, target, text, drops_sums) -> bool:
        """Return True if a claim about a quantity of each sample is right for the loss of this sample alone."""
        network = dict(self._setting.network or ())
        is_of_mean = network.get("samples", 1) > 1 and network["reduction"] == "mean"
        if not (is_of_mean and is_about_sample(text)) and not drops_sums:
            return False
        return self.is_equal(self._setting.with_network(**{**network, "samples": 1}), target, text)

    def of_named_loss(self, item, text) -> str:
        """Return the reason to leave open what is right for another loss or activation that its sentence names."""
        for words, other in settings_named(item.said, self._setting) if item.said else ():
            one = other.with_network(**{**dict(other.network or ()), "samples": 1})
            is_own = is_about_sample(text) and self.is_equal(one, item.target, text)
            if is_own or self.is_equal(other, item.target, text):
                return f"its sentence is about another setting, with {words}, and it is right there"
        for name, other in settings_of_functions(self._setting) if defines_function(text) else ():
            if not self._allowance.is_used_up() and self.is_equal(other, item.target, text):
                return f"it defines another activation than that of the declared setting: {name}"
        return ""

    def of_other_outputs(self, item, text) -> str:
        """Return the reason to leave open what is right for the number of classes that its sentence names, or ""."""
        network = dict(self._setting.network or ())
        sizes = list(network.get("sizes", ()))
        number = other_outputs(item.said, sizes[-1]) if sizes and item.said else None
        if number is None or not 1 <= number <= _MAX_OUTPUTS or self._allowance.is_used_up():
            return ""
        other = self._setting.with_network(**{**network, "sizes": [*sizes[:-1], number]})
        if not self.is_equal(other, item.target, text):
            return ""
        return f"its sentence is about {number} outputs, where it is right, and {sizes[-1]} are declared"

    def said_transposed(self, target, text, line) -> str:
        """Return the reason to leave open the claim of an earlier line for samples in rows instead of columns."""
        if line is None or self._allowance.is_used_up() or self._setting.recorded or has_two_indices(text):
            return ""
        now = convention(**self._setting.options)
        flipped = {"rows": "columns", "columns": "rows", None: "columns"}
        options = {
            **self._setting.options,
            "vectors": flipped[now.vectors],
            "order": "from-to" if now.order == "to-from" else "to-from",
        }
        if now.batch:
            options["batch"] = flipped[now.batch]
        if not self.is_equal(replace(self._setting, options=options), target, text):
            return ""
        return f"it says the same as line {line} if vectors are {options['vectors']}, but they are declared otherwise"

    def of_single_neurons(self, target, text) -> str:
        """Return the reason to leave open what is right if each layer has one neuron, or ""."""
        network = dict(self._setting.network or ())
        sizes = network.get("sizes", ())
        if not sizes or network.get("loss") == "cross_entropy" or self._allowance.is_used_up():
            return ""
        for shape, acts in (((1,) * len(sizes), network["activations"]), ((1, 1), network["activations"][-1:])):
            single = self._setting.with_network(**{**network, "sizes": list(shape), "activations": list(acts)})
            if list(shape) != list(sizes) and self.is_equal(single, target, text):
                return (
                    f"it is right in a network {'-'.join(map(str, shape))} of single neurons, and its products fit in "
                    "no order in the declared one"
                )
        return ""
