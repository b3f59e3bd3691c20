"""The error that ends a command with a message instead of a traceback."""


class UnusableInputError(Exception):
    """Input that cannot be used; its text names what, where, what was expected and what to do."""
