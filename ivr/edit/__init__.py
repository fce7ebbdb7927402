"""Changing a menu tree step by step, as the editor in the browser does."""

from ivr.edit.acts import ACT, Act, edited
from ivr.edit.nodes import KINDS, Body, blank

__all__ = ["ACT", "KINDS", "Act", "Body", "blank", "edited"]
