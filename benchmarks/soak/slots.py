"""Four studies at a time; each is extended once, then another takes its place, so that there is always work."""

from contextlib import suppress
from typing import Any

SIZE = 60  # trials of a study before and after it is extended
X = {"name": "x", "type": "float", "low": 0.0, "high": 1.0}


class Slots:
    def __init__(self, team: Any, user: Any) -> None:
        from tests.factories import make_version

        self.user = user
        self.version = make_version(team, user, rows=80)
        self.all: list[Any] = []
        self.now = {
            "random": {"method": "random", "seconds": 0.1},
            "random, cheap": {"method": "random", "seconds": 0.002},
            "grid": {"method": "grid", "seconds": 0.05, "method_options": {"levels": SIZE * 3}},
            "evolutionary": {"method": "evolutionary", "seconds": 0.2, "parallel": 1},
        }
        self.studies = {name: self._launch(name) for name in self.now}

    def refill(self) -> None:
        from studies.engine import actions
        from studies.models import TERMINAL

        for name, study in self.studies.items():
            study.refresh_from_db()
            if study.state not in TERMINAL:
                continue
            if study.max_trials == SIZE:
                with suppress(actions.Refused):
                    actions.change_limits(study, self.user, max_trials=2 * SIZE)
            else:
                self.studies[name] = self._launch(name)

    def wind_up(self) -> bool:
        """Let every study end soon; False while one has just begun more."""
        from studies.engine import actions
        from studies.models import TERMINAL

        done = True
        for study in self.studies.values():
            study.refresh_from_db()
            if study.state not in TERMINAL and study.max_trials > study.next_number:
                try:
                    actions.change_limits(study, self.user, max_trials=study.next_number)
                except actions.Refused:
                    done = False
        return done

    def _launch(self, name: str) -> Any:
        from studies.engine import actions
        from tests.factories import make_study

        fields = dict(self.now[name])
        seconds = fields.pop("seconds")
        study = make_study(
            self.version,
            self.user,
            name=f"{name} {len(self.all)}",
            estimator="faulty",
            space={"parameters": [X, {"name": "seconds", "type": "constant", "value": seconds}]},
            defaults={"x": 0.5, "seconds": seconds},
            max_trials=SIZE,
            seed=1000 + len(self.all),
            **fields,
        )
        actions.launch(study, self.user)
        self.all.append(study)
        return study
