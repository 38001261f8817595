"""The held-out set of a dataset: what an editor may choose until a study has seen its rows."""

from django import forms

from studies.engine.changes import hold_out
from studies.engine.refused import Refused
from studies.models import Dataset, HeldOutSet, User
from studies.tabular import TableError
from studies.tabular.held_out import AUTO, NONE

CHOICES = [
    (AUTO, "By size: 20 %, from 3,000 rows on"),
    (NONE, "None"),
    *((str(percent / 100), f"{percent} % of the rows") for percent in (5, 10, 15, 20, 25, 30, 40, 50)),
]


def wish_field() -> forms.TypedChoiceField:
    """ "auto", "none" or a share of the rows."""
    return forms.TypedChoiceField(
        label="Held-out set",
        choices=CHOICES,
        required=False,
        empty_value=AUTO,
        coerce=lambda text: text if text in (AUTO, NONE) else float(text),
        help_text="Rows that no study sees, kept to test the final choice. By size: at most 5,000 rows; where a column "
        "says when each row was, the latest ones, from 500 rows on. Fixed by the first launch.",
    )


class HeldOutForm(forms.Form):
    """Bound to a dataset; saving reads every version again."""

    wish = wish_field()

    def __init__(self, dataset: Dataset, data: object = None) -> None:
        found = dataset.held_out_set
        super().__init__(data, initial={"wish": found.wish if found is not None else NONE})  # type: ignore[arg-type]
        self.dataset = dataset

    def save(self, user: User) -> bool:
        """Whether it was done, or a worker is asked to; else the reason stands at the field."""
        try:
            self.found: HeldOutSet | None = hold_out(self.dataset, user, self.cleaned_data["wish"])
        except (Refused, TableError) as error:
            self.add_error("wish", str(error))
            return False
        return True
