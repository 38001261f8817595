"""What the help says about each metric, state and reason; tests/views/test_help.py asks for an entry for every key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MetricWords:
    """The range, what chance or knowing nothing reaches, when to choose it, and what it hides."""

    span: str
    chance: str
    choose: str
    beware: str


METRICS = {
    "accuracy": MetricWords(
        "0 to 1",
        "The share of the most frequent class: 0.80 where eight rows of ten belong to it.",
        "The classes are about equally frequent, and every mistake costs the same.",
        "When one class is rare, a model that never finds it still looks good.",
    ),
    "balanced_accuracy": MetricWords(
        "0 to 1",
        "One divided by the number of classes: 0.50 for two, 0.33 for three.",
        "Classes differ in size and each matters as much as the others. The form begins with it when the largest class "
        "has more than 1.5 times the rows of the smallest.",
        "With few rows of a class, one of them more or less moves the score a lot; look at the ±.",
    ),
    "f1_macro": MetricWords(
        "0 to 1",
        "Depends on the shares of the classes; always guessing one class gives less than its accuracy.",
        "For each class you care both how many of its rows are found and how many alarms are false.",
        "It is no share of anything, so it is hard to put in words for others.",
    ),
    "roc_auc": MetricWords(
        "0 to 1",
        "0.50, whatever the shares of the classes.",
        "The model is used to rank rows (whom to call first), or where to cut is decided later.",
        "It says nothing about the cut itself, nor whether a predicted 0.8 means eight in ten. With several classes it "
        "is the mean of each class against the rest.",
    ),
    "log_loss": MetricWords(
        "0 upwards, in nats",
        "For two even classes 0.69: the price of saying 0.5 to everything.",
        "The predicted probabilities themselves are used: for expected costs, or mixed with other knowledge.",
        "One row for which the truth was called nearly impossible can outweigh all others.",
    ),
    "r2": MetricWords(
        "1 downwards, without a lower end",
        "About 0: always predicting the mean.",
        "You want a number without a unit: the share of the target’s variance that is explained.",
        "It depends on how much the target varies in these rows, so it cannot be carried over to another table.",
    ),
    "rmse": MetricWords(
        "0 upwards, in the target’s unit",
        "The standard deviation of the target.",
        "Large errors hurt more than in proportion: one of 10 is worse than ten of 1.",
        "A few odd rows may decide the search.",
    ),
    "mae": MetricWords(
        "0 upwards, in the target’s unit",
        "The mean distance to the mean.",
        "Every unit of error costs the same, or the target has odd values that should not rule.",
        "It is content to be far off in a few rows if it is close in the others.",
    ),
}

STUDY_STATES = {
    "draft": "Written down, not launched. It can still be edited and deleted.",
    "queued": "Launched; waits for a worker.",
    "running": "Trials run, or will in a moment.",
    "pausing": "No new trials begin; those that run finish first.",
    "paused": "Nothing runs until you resume it.",
    "stopping": "Trials that run are being ended, within two seconds.",
    "stopped": "Ended by hand. Resume, or more trials or time, take it up again.",
    "complete": "The budget of trials or time is spent, the method has nothing left to propose, or someone finished it."
    " More trials or time take it up again.",
    "failed": "It could not go on, mostly because its first ten trials all failed; the page says why.",
}
TRIAL_STATES = {
    "waiting": "Its turn has not come, or its worker was lost and it runs again.",
    "running": "A worker fits it now.",
    "complete": "All folds are scored. Only these are ranked.",
    "failed": "There is no score; the reason is one of those below.",
    "cancelled": "The study was stopped while it ran or waited. Resuming the study takes it up again.",
}
REASONS = {
    "timed_out": "One trial took longer than the limit for trials, so it was ended. Raise the limit, or search where "
    "fits are quicker.",
    "out_of_memory": "It asked for more memory than a trial may have. Raise the limit, or search smaller models.",
    "invalid": "The estimator refused the configuration; the trial’s page quotes it. Such a part of the space is "
    "better left out.",
    "non_finite": "The score came out as infinity or as no number, mostly because the fit ran away.",
    "died": "The process was killed or crashed three times. Often it is the machine’s memory.",
    "stopped": "The study was stopped, or its time ran out, while the trial ran or waited.",
}
