"""What a proposal costs: processor time by the trials told, imports, installed size."""
