"""A trial as a Python file that a person can keep: scikit-learn alone runs it."""

from .recipe import Source, Tried, versions, write_recipe, write_snippet

__all__ = ["Source", "Tried", "versions", "write_recipe", "write_snippet"]
