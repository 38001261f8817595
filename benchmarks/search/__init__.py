"""Search methods and their peers on real tuning tasks, evaluated for real."""
