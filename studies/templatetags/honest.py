"""The figures that the help explains under /help/honest/: each has a key, which is its anchor there."""

from django import template

register = template.Library()

QUESTIONS = {
    "expected": "How is the expected score computed",
    "optimism": "How is over-fitting to validation computed",
    "tied": "How is it decided which trials are tied with the best",
    "chosen": "How is the share of resamples that choose a trial computed",
    "gain": "How is the gain computed",
    "pattern": "How is it decided whether there is a pattern beyond the baseline",
    "picks": "How do the rules choose, and what does a choice cost",
    "ledger": "How is everything ever run on these rows counted",
    "convergence": "How is it decided whether the search has converged",
    "comparison": "How are two studies compared",
    "methods": "How are methods compared over seeds",
    "held_out": "How is the held-out set drawn, and what can it tell",
    "opening": "How is the held-out set opened",
    "audit": "How does the nested audit work",
    "measured": "How far off was the expected score where the truth is known",
    "hand_picked": "How is the figure of a trial picked by hand computed",
    "health": "How is the health of a study checked",
}


@register.filter
def how_question(key: str) -> str:
    """What the link to the help asks, for those who hear it."""
    return f"{QUESTIONS[key]}?"
