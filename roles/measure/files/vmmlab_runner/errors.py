"""The two ways in which work ends early."""


class RunnerError(Exception):
    """The run cannot go on: the text says what was found and what to do."""


class GuestError(Exception):
    """One started guest is of no more use; the block goes on with another start of it."""
