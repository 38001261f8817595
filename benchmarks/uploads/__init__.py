"""A large table sent to a real site: made, uploaded, watched."""
