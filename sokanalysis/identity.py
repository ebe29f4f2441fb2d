"""Arguments of kept answers that are told apart by identity."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A table, an array or what holds them, as an argument of a cached function.

    Such things have no hash, and comparing them would take longer than computing anew. Two are
    equal here when they are one and the same object. It is held as long as the answer is kept,
    so that no other object can take its place in memory.

    Parameters
    ----------
    value : object
        Not to be changed in place afterwards: the kept answer would not notice.

    Examples
    --------
    >>> table = [1, 2]
    >>> Same(table) == Same(table), Same(table) == Same([1, 2])
    (True, False)
    """

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)
