"""Folds as bars and words."""

from studies.plots.fold_preview import fold_preview, fold_spans


def block(train, valid, classes=(), groups=0, first="", last=""):
    return {"train": train, "valid": valid, "classes": list(classes), "groups": groups, "first": first, "last": last}


def facts(kind, folds, **more):
    return {"kind": kind, "used": 0, "copies": 0, "classes": [], "group": "", "time": "", "folds": folds} | more


TIME = facts(
    "time",
    [
        block(0, 30, first="2024-01-01", last="2024-01-31"),
        block(30, 30, first="2024-02-01", last="2024-02-20"),
        block(60, 60, first="2024-03-01", last="2024-03-01"),
    ],
    time="day",
)


def test_without_facts_there_is_no_preview():
    assert fold_preview({}) is None
    assert fold_spans({}) == []


def test_blocks_of_time_learn_from_what_was_before():
    preview = fold_preview(TIME)
    assert [line.name for line in preview.lines] == ["Fold 1", "Fold 2"]
    assert [[part.part for part in line.segments] for line in preview.lines] == [
        ["learnt", "validated", "unused"],
        ["learnt", "learnt", "validated"],
    ]
    assert [(part.x, part.width) for part in preview.lines[0].segments] == [(0.0, 44.0), (45.0, 44.0), (90.0, 89.0)]
    assert preview.said[0].startswith(
        "From old to new by day. The first block, 2024-01-01 to 2024-01-31, 30 rows, only"
    )
    assert fold_spans(TIME) == ["2024-02-01 to 2024-02-20", "2024-03-01"]
    assert fold_spans(TIME, brief=True) == ["2024-02", "2024-03"]


def test_shares_of_few_classes_and_the_rarest_of_many():
    few = fold_preview(facts("stratified", [block(3, 2, [1, 1]), block(2, 3, [3, 0])], classes=["no", "yes"]), 3)
    assert [line.classes for line in few.lines] == ["no 50 %, yes 50 %", "no 100 %, yes 0 %"]
    assert few.said[-1] == "This is the first of 3 repeats; the others are drawn anew."
    many = fold_preview(facts("kfold", [block(3, 9, [4, 2, 0, 1, 2])], classes=list("abcde")))
    assert many.lines[0].classes == "4 of 5; least: d, 1 row"


def test_a_split_that_parts_what_belongs_together_says_so():
    parted = fold_preview(facts("kfold", [block(3, 2, groups=2), block(2, 3, groups=2)], group="patient", time="day"))
    assert "Groups of patient are parted" in parted.said[1]
    assert "Later rows by day teach about earlier ones" in parted.said[2]
    whole = fold_preview(facts("group", [block(3, 2, groups=1), block(2, 3, groups=2)], group="patient", copies=3))
    assert whole.said == (
        "3 groups of patient; each is whole in one fold.",
        "3 rows with equal features are kept together.",
    )
