"""Numbers as the pages write them; the rules are in plots.numbers."""

from django import template

register = template.Library()
