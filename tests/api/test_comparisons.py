"""A comparison of methods over HTTP."""

from studies.models import Comparison, Study


def test_methods_and_seeds_make_studies_and_a_comparison(program_of, bob, version) -> None:
    body = {
        "spec": {"dataset_version": version.pk, "budget": {"trials": 5}},
        "methods": ["random", "grid"],
        "seeds": [4, 9],
    }
    answer = program_of(bob).post("/comparisons", body)
    assert answer.status_code == 201
    made = Comparison.objects.get()
    assert answer.json() == {"id": made.pk, "name": made.name, "studies": [s.pk for s in made.in_order()]}
    assert [(s.method, s.seed, s.created_by) for s in made.in_order()] == [
        ("random", 4, bob), ("random", 9, bob), ("grid", 4, bob),
    ]  # fmt: skip


def test_refusals_name_each_field_and_keep_nothing(program_of, bob, version) -> None:
    program = program_of(bob)
    spec = {"dataset_version": version.pk, "budget": {"trials": 0}, "estimatr": 1}
    answer = program.post("/comparisons", {"spec": spec, "methods": ["manual"], "seeds": 99, "sedes": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {"spec.budget.trials", "spec.estimatr", "methods", "seeds", "sedes"}
    assert program.post("/comparisons", {"methods": ["random"]}).json()["errors"].keys() >= {"spec"}
    assert program.post("/comparisons", {"spec": [1], "methods": ["random"], "seeds": 2}).status_code == 422
    assert not Study.objects.exists()


def test_viewers_and_strangers_compare_nothing(program_of, vera, charlie, version) -> None:
    body = {"spec": {"dataset_version": version.pk}, "methods": ["random"], "seeds": 2}
    assert program_of(vera).post("/comparisons", body).status_code == 403
    answer = program_of(charlie).post("/comparisons", body)
    assert answer.status_code == 422
    assert "no such dataset version" in answer.json()["errors"]["spec.dataset_version"][0]
    assert program_of(charlie).get("/comparisons").status_code == 405
    assert not Study.objects.exists()
