"""Numbers as people read them: as many digits as the noise deserves, a true minus sign, units behind."""

import math

NOTHING = "–"
MINUS = "−"
THREE_DECIMALS = (0.002, 0.02)  # the range of standard errors in which scores keep three decimals
MINUTE, HOUR, DAY = 60, 3600, 86400
MOST = 1e306  # times 100 is a number still
UNREADABLE = 1e15  # from here on digits are counted, not read


def _typeset(text: str) -> str:
    return text.replace("-", MINUS)


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def decimals_for(stderr: float | None, value: float = 0.0) -> int:
    """Decimals that a score deserves: the standard error shows two significant digits if it starts with 1, else one.

    From tens on it shows two, and negative decimals round the score to tens, hundreds and so on.
    """
    if stderr is None or not math.isfinite(stderr) or stderr <= 0:
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        return 3 - max(0, magnitude)
    if THREE_DECIMALS[0] <= stderr <= THREE_DECIMALS[1]:
        return 3
    exponent = math.floor(math.log10(stderr))
    digits = 2 if stderr < 2 * 10.0**exponent or exponent > 0 else 1
    return min(9, digits - 1 - exponent)


def format_score(value: float | None, stderr: float | None = None) -> str:
    """0.784 for a score known to ± 0.016, 47,000 for one known to ± 2,000; an en dash where there is none."""
    if value is None or _missing(value):
        return NOTHING
    if abs(value) >= UNREADABLE:
        return _format_float(value)
    decimals = decimals_for(stderr, value)
    return _typeset(f"{round(value, decimals):,.{max(0, decimals)}f}")


def format_apart(one: float, other: float, stderr: float | None = None) -> tuple[str, str] | None:
    """Two scores with the digits they deserve, or one more where they look equal; None where they look equal still."""
    words = format_score(one, stderr), format_score(other, stderr)
    if words[0] == words[1]:
        finer = None if stderr is None else stderr / 10
        words = format_score(one, finer), format_score(other, finer)
    return None if words[0] == words[1] else words


def format_stderr(stderr: float | None) -> str:
    """The standard error itself, with the decimals it gives to its score."""
    return format_score(stderr, stderr)


def format_uncertain(value: float | None, stderr: float | None) -> str:
    """0.784 ± 0.016; the score alone while its error is unknown."""
    if stderr is None or _missing(stderr):
        return format_score(value)
    return f"{format_score(value, stderr)} ± {format_stderr(stderr)}"


def _format_float(value: float) -> str:
    size = abs(value)
    if value == 0:
        return "0"
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        return _typeset(f"{mantissa.removesuffix('.0')}e{int(exponent)}")
    if size >= 100:
        return _typeset(f"{value:,.0f}" if float(value).is_integer() or size >= 1000 else f"{value:,.4g}")
    return _typeset(f"{value:.3g}")


def format_parameter(value: object) -> str:
    """A parameter's value: three digits for floats, 5e−8 when tiny, integers whole, all else as Python writes it."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return _typeset(f"{value:,}")
    if isinstance(value, float):
        return _format_float(value) if math.isfinite(value) else NOTHING
    return str(value)


def format_duration(seconds: float | None) -> str:
    """40 ms, 5.7 s, 3 min 20 s, 12 min, 3 h 41 min, 2 d 4 h."""
    if seconds is None or _missing(seconds) or seconds < 0:
        return NOTHING
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "0 s" if seconds == 0 else "< 1 ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < MINUTE - 0.5:
        return f"{seconds:.0f} s"
    if seconds < 10 * MINUTE - 0.5:
        return _two(round(seconds), MINUTE, "min", "s")
    if seconds < HOUR - 30:
        return f"{round(seconds / MINUTE)} min"
    if seconds < 2 * DAY - 30:
        return _two(round(seconds / MINUTE), 60, "h", "min")
    return _two(round(seconds / HOUR), 24, "d", "h")


def _two(total: int, per_large: int, large: str, small: str) -> str:
    high, low = divmod(total, per_large)
    return f"{high} {large} {low} {small}" if low else f"{high} {large}"


def format_points(difference: float | None) -> str:
    """A difference of scores in points (score × 100), always signed: +3.6."""
    if difference is None or _missing(difference):
        return NOTHING
    if abs(difference) >= UNREADABLE:
        return f"{'+' if difference > 0 else ''}{_format_float(min(max(difference, -MOST), MOST) * 100)}"
    points = round(100 * difference, 1)
    return "±0.0" if points == 0 else _typeset(f"{points:+,.1f}")


def format_percent(share: float | None) -> str:
    """42 %; "< 1 %" for little and "> 99 %" for nearly all, so that neither looks like none or all."""
    if share is None or _missing(share):
        return NOTHING
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def count_of(number: int, noun: str) -> str:
    """1 trial, 2 trials, 1,000 trials."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_span(low: float, high: float) -> str:
    """4 to 9 min, 1.7 to 3.4 h, about 2 min, under 1 s: a rough estimate in one unit."""
    if high < 1:
        return "under 1 s"
    units = ((100.0, 1, "s"), (100.0 * MINUTE, MINUTE, "min"), (48.0 * HOUR, HOUR, "h"), (math.inf, DAY, "days"))
    _, size, unit = next(entry for entry in units if high < entry[0])
    decimals = 1 if size >= HOUR and high / size < 10 else 0
    first, last = f"{low / size:,.{decimals}f}", f"{high / size:,.{decimals}f}"
    if first == last:
        return f"about {last} {unit}"
    return f"{first} to {last} {unit}" if float(first.replace(",", "")) else f"up to {last} {unit}"
