"""What people write, as HTML that can do no harm; and the link to what was said about a thing."""

from functools import cache, lru_cache

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong", "ul"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
REL = "noopener noreferrer nofollow ugc"


@register.filter
@lru_cache(maxsize=500)  # a page shows a hundred, and some of 5,000 characters take 50 ms
def markdown(text: str) -> SafeString:
    """Markdown without raw HTML, images and headings; nh3 then lets through only what is on the list above."""
    html = nh3.clean(
        _parser().render(text), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=REL, strip_comments=True
    )
    return mark_safe(html)  # noqa: S308 (nh3 has just cleaned it)


@cache
def _parser() -> MarkdownIt:
    # A heading in a comment would break the page's outline; pictures would tell another site who reads.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")
    return parser.disable(["image", "heading", "lheading", "html_block", "html_inline", "reference"])


@register.filter
def at(counts: dict[str, int], anchor: str) -> int:
    """How many comments an anchor has: {{ comments|at:"trial-3" }}."""
    return counts.get(anchor, 0)
