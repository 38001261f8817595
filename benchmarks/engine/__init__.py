"""What the engine itself costs: see __main__."""
