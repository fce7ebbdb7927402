"""What a caller has pressed and no question has had yet: whoever knows the menu types ahead."""

from __future__ import annotations

from typing import Final

KEYS: Final = "0123456789*#"
END: Final = "#"
"""Ends an entry of several keys."""


class KeysAhead:
    """Keys in the order in which they were pressed; a question takes from the front."""

    def __init__(self) -> None:
        self._keys = ""
        self._full = False
        """The last entry was as long as it may be: an end that follows belongs to it."""

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: str) -> None:
        """These were pressed since."""
        if self._full:
            keys, self._full = keys.removeprefix(END), False
        self._keys += "".join(key for key in keys if key in KEYS)

    def forget(self) -> None:
        """They were no answers."""
        self._keys = ""

    def whole(self, digits_max: int) -> str | None:
        """The answer to a question, without its end; None when there may be more of it to come."""
        entry, end, _ = self._keys.partition(END)
        if end and digits_max > 1 and len(entry) <= digits_max:
            self._drop(len(entry) + 1)
            return entry
        if len(self._keys) < digits_max:
            return None
        self._full = digits_max > 1
        return self._drop(digits_max)

    def rest(self, digits_max: int) -> str:
        """The answer to a question to which nothing more comes."""
        whole = self.whole(digits_max)
        return self._drop(len(self._keys)) if whole is None else whole

    def _drop(self, count: int) -> str:
        taken, self._keys = self._keys[:count], self._keys[count:]
        return taken
