"""Tables that nobody measured: customers, clinic visits and days of bike hire, drawn by rules that are written here.

Python's own generator, whose sequence for a seed does not change between versions: the same bytes everywhere.
"""

import math
import random
from collections.abc import Iterable
from datetime import date, timedelta

SEED = 20_260_101
CHURN_ROWS = 600
CHURN = (
    "customer_id", "age", "months_as_customer", "monthly_fee", "support_calls", "last_rating",
    "region", "contract", "payment", "has_app", "newsletter", "churned",
)  # fmt: skip
PATIENTS, VISIT_ROWS = 300, 900
VISITS = (
    "patient_id", "visit_date", "ward", "sex", "age",
    "stay_days", "earlier_visits", "hba1c", "creatinine", "readmitted",
)  # fmt: skip
FIRST_DAY, DAYS = date(2023, 1, 1), 731
HIRES = ("day", "weekday", "holiday", "temperature", "rain_mm", "wind_kmh", "hires")

Rows = tuple[Iterable[str], Iterable[Iterable[object]]]


def churn() -> Rows:
    """Made-up customers: short contracts, calls for help and high fees make people leave; the rest is noise.

    Python's own generator, whose sequence for a seed does not change between versions.
    """
    draw = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    return CHURN, [_customer(draw, number) for number in range(1, CHURN_ROWS + 1)]


def _customer(draw: random.Random, number: int) -> list[object]:
    age = 18 + int(62 * draw.random())
    months = 1 + int(71 * draw.random() ** 1.6)
    contract = _pick(draw, {"monthly": 0.55, "one year": 0.25, "two years": 0.2})
    region = _pick(draw, {"north": 0.3, "east": 0.2, "south": 0.3, "west": 0.2})
    payment = _pick(draw, {"card": 0.4, "invoice": 0.3, "direct debit": 0.3})
    fee = round(15 + 70 * draw.random() + (8 if region == "west" else 0), 2)
    calls = int(-1.6 * _log_share(draw))
    app, newsletter = draw.random() < 0.6, draw.random() < 0.4
    rating = max(1, min(5, round(4.4 - 0.6 * calls + 2 * (draw.random() - 0.5))))
    pull = -2.1 + 0.03 * (fee - 50) + 0.75 * calls - 0.025 * months - 0.6 * app
    pull += {"monthly": 1.3, "one year": 0.0, "two years": -1.2}[contract]
    churned = draw.random() < 1 / (1 + math.exp(-pull))
    return [
        f"C-{number:05d}",
        "" if draw.random() < 0.04 else age,
        months,
        "" if draw.random() < 0.03 else f"{fee:.2f}",
        calls,
        "" if draw.random() < 0.35 else rating,
        "" if draw.random() < 0.02 else region,
        contract,
        "" if draw.random() < 0.05 else payment,
        "yes" if app else "no",
        "true" if newsletter else "false",
        "yes" if churned else "no",
    ]


def visits() -> Rows:
    """Patients come three times on average; who was back once is back again, which folds that part a patient learn."""
    draw = random.Random(SEED + 1)  # noqa: S311 - a sample, not a secret
    patients = [_patient(draw, number) for number in range(1, PATIENTS + 1)]
    rows: list[list[object]] = []
    day, seen = FIRST_DAY, dict[str, int]()
    while len(rows) < VISIT_ROWS:
        if draw.random() < 0.6:
            day += timedelta(days=1)
        patient = patients[int(len(patients) * draw.random())]
        rows.append(_visit(draw, patient, day, seen))
    return VISITS, rows


def _patient(draw: random.Random, number: int) -> tuple[str, str, int, float, float, float]:
    """Name, sex, age, usual HbA1c and creatinine, and how frail beyond what is measured."""
    age = 30 + int(60 * draw.random() ** 0.7)
    sugar, kidney = 4.8 + 2.5 * draw.random() ** 2 + 0.01 * age, 0.6 + 0.6 * draw.random() + 0.004 * age
    return f"P-{number:04d}", "f" if draw.random() < 0.52 else "m", age, sugar, kidney, _bell(draw)


def _visit(
    draw: random.Random, patient: tuple[str, str, int, float, float, float], day: date, seen: dict[str, int]
) -> list[object]:
    name, sex, age, sugar, kidney, frailty = patient
    earlier = seen.get(name, 0)
    seen[name] = earlier + 1
    ward = _pick(draw, {"general": 0.4, "surgery": 0.25, "cardiology": 0.2, "geriatrics": 0.15})
    stay = 1 + int(-3.5 * _log_share(draw)) + (2 if ward == "geriatrics" else 0)
    hba1c, creatinine = sugar + 0.08 * _bell(draw), kidney + 0.02 * _bell(draw)
    pull = -2.6 + 2.8 * frailty + 0.35 * earlier + 0.08 * stay + 0.25 * (hba1c - 6) + 0.02 * (age - 60)
    back = draw.random() < 1 / (1 + math.exp(-pull))
    return [
        name,
        day.isoformat(),
        ward,
        sex,
        age,
        stay,
        earlier,
        "" if draw.random() < 0.12 else f"{hba1c:.1f}",
        "" if draw.random() < 0.03 else f"{creatinine:.2f}",
        "yes" if back else "no",
    ]


def hires() -> Rows:
    """A demand with seasons, weekends and weather that grows by half in two years."""
    draw = random.Random(SEED + 2)  # noqa: S311 - a sample, not a secret
    return HIRES, [_day(draw, number) for number in range(DAYS)]


def _day(draw: random.Random, number: int) -> list[object]:
    day = FIRST_DAY + timedelta(days=number)
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
    holiday = draw.random() < 0.03
    warmth = 11 - 9 * math.cos(2 * math.pi * (number - 15) / 365.25) + 3 * _bell(draw)
    rain = 0.0 if draw.random() < 0.6 else -4 * _log_share(draw)
    wind = 8 + 6 * draw.random() - 3 * _log_share(draw)
    free = holiday or weekday in ("Sat", "Sun")
    demand = (
        400
        + 22 * max(0.0, warmth)
        - 18 * min(rain, 15)
        - 4 * wind
        + (160 if free and warmth > 12 else -40 if free else 0)
    )
    count = max(12, round(demand * (1 + 0.5 * number / DAYS) + 40 * _bell(draw)))
    missing = draw.random() < 0.03
    return [
        day.isoformat(),
        weekday,
        "yes" if holiday else "no",
        "" if missing else f"{warmth:.1f}",
        "" if missing else f"{rain:.1f}",
        f"{wind:.0f}",
        count,
    ]


def _bell(draw: random.Random) -> float:
    """About a standard normal: twelve uniform draws, which no version of Python sums differently."""
    return sum(draw.random() for _ in range(12)) - 6


def _log_share(draw: random.Random) -> float:
    """The logarithm of a share above zero: minus an exponential waiting time."""
    return math.log(1.0 - draw.random())


def _pick(draw: random.Random, shares: dict[str, float]) -> str:
    at = draw.random()
    for word, share in shares.items():
        at -= share
        if at < 0:
            return word
    return word
