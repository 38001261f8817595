"""What the engine says no to."""


class Refused(Exception):
    """The state of a study or of its data does not allow it; the message is a sentence for the person."""
