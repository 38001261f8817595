"""What RQ and Optuna do about the same fault: measured earlier (rq 3.0.0 and Optuna 5.0, defaults), quoted here.

The numbers R1 to R18 are those of the list of faults that this product was specified by; nothing of it is run here.
"""

RQ_AND_OPTUNA = {
    "worker's parent killed": (
        "runs again after 808 s; the old horse goes on, two at once (R1, R3)",
        "running for ever",
    ),
    "horse killed": ("failed after 0.05 s; with Retry again after 0.1 s (R5)", "running for ever"),
    "child killed": ("(there is none: see horse)", "(see horse)"),
    "worker frozen": ("result of the old one is written over the new one's (R4, R16)", "no lease by default"),
    "Redis wiped": ("waiting jobs gone without an error (R10)", "(uses no Redis)"),
    "Redis away 2 s": ("busy worker exits with 1 without a log of its own (R10)", "(uses no Redis)"),
    "Redis away 12 s": ("busy worker exits with 1; its jobs wait for a person (R12)", "(uses no Redis)"),
    "Redis away 60 s": ("as after 12 s; result cannot be stored (R12, R13)", "(uses no Redis)"),
    "fit hangs in Python": ("time-out swallowed by scikit-learn: 44 s for 12 s, “finished” (R8)", "no limit per trial"),
    "fit hangs in one C call": ("limit of 5 s ended after 90 s (R9)", "no limit per trial"),
    "fit hangs in joblib's processes": ("4 of 4 processes alive 30 s after the kill (R7)", "no limit per trial"),
    "fit takes 800 MB": ("retries blindly", "no limit per trial"),
    "stop while joblib's processes work": (
        "stopped after 0.05 s (R20), joblib's processes live on (R7)",
        "not measured",
    ),
}
