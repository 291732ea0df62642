"""Updates of entries on which the loss does not depend, such as the weights of inactive units."""

from autograd.grading.code.truth import Group

__all__ = ["idle_entries"]


def idle_entries(changes, gradients, groups):
    """Return the updates of entries on which the loss does not depend, although they change beside others.

    In plain Python, ``max(0.0, z)`` is a plain number for an inactive unit. A loop that also moves the weights of this
    unit moves them without a gradient. The entries must be changed by the statement of an update, and before the last
    one: the same statement also changes other rows for the next sample.

    Args:
        changes: The values that the program stored, in order.
        gradients: The derivative of the loss with respect to every number from which it is computed.
        groups: The updates of numbers that the loss depends on.
    """
    nodes = {id(group.node) for group in groups}
    owned = {old for group in groups for old in group.old}
    last = max((i for i, change in enumerate(changes) if not owned.isdisjoint(change.old)), default=0)
    met, found = {new for change in changes for new in change.new}, []
    for change in changes[:last]:
        if id(change.node) not in nodes or change.replaced:
            continue
        if any(number in gradients or number in met for number in change.old) or len(set(change.old)) < len(change.old):
            continue  # an entry that is changed twice, or an activation
        if all(old.data == new.data for old, new in zip(change.old, change.new, strict=True)):
            continue
        found.append(
            Group(
                list(change.old), list(change.new), change.line, change.node, change.function, change.target,
                {change.line},
            )
        )  # fmt: skip
    return found
