"""What a comment may become: words with a little form, and nothing that acts or loads."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.templatetags.review import TAGS, markdown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**Fold 2** is *odd*", "<p><strong>Fold 2</strong> is <em>odd</em></p>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("~~no~~ `C=1`", "<p><s>no</s> <code>C=1</code></p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("# not a heading", "<p># not a heading</p>"),
    ],
)
def test_a_little_form(typed: str, shown: str) -> None:
    assert markdown(typed).strip() == shown


def test_links_say_where_they_lead_and_tell_nothing() -> None:
    html = markdown("[our wiki](https://example.org/a?b=1&c=2)")
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/png;base64,AAAA)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://example.org "onmouseover=alert(1)")',
    '<a href="https://example.org" onclick="alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=//evil.example></iframe>",
    "<!-- --><style>body{display:none}</style>",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "`<img src=x>`",
    "<form action=//evil.example><button>x</button></form>",
]


def harmless(html: str) -> None:
    tags = re.findall(r"<\s*/?\s*([a-zA-Z!][\w-]*)([^>]*)>", html)
    for name, attributes in tags:
        assert name.lower() in TAGS
        for attribute in re.findall(r"([\w-]+)\s*=", re.sub(r'"[^"]*"', '""', attributes)):
            assert attribute in {"href", "title", "rel", "start"}
    for address in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"(https?://|mailto:|/|#|[^:]*$)", address), address


@pytest.mark.parametrize("typed", ATTACKS)
def test_nothing_acts_or_loads(typed: str) -> None:
    harmless(markdown(typed))


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "**", "> ", "- ", "[", "](", ")", "<", ">", "`", "\n", "&lt;", '"', "x"]),
        max_size=12,
    )
)
def test_no_mixture_of_them_does(parts: list[str]) -> None:
    harmless(markdown("".join(parts)))


@pytest.mark.parametrize(
    "typed", [">" * 5000, "[" * 5000, "- " * 2500, "*a " * 1600, "`" * 5000, "![" * 2500, "<" * 5000]
)
def test_the_longest_and_deepest_comment_is_quick(typed: str) -> None:
    began = time.process_time()
    harmless(markdown(typed))
    assert time.process_time() - began < 2
