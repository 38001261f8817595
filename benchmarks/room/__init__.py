"""What every benchmark shares: a report, a site of its own with real processes, and the clock of processor time."""
