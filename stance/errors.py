"""The errors that stance raises on purpose.

::

    StanceError
     ├── InputError (ValueError)     an argument is invalid
     ├── TableError (ValueError)     a table cannot be read: names file, row and column
     ├── ModelError (ValueError)     a model folder is missing, changed or has another format
     └── TrainingError (ValueError)  the annotated rows cannot be learned from

    UserWarning
     └── StanceWarning               something was guessed, and the user should check it

Every message says what must be, what was got, and what to do. An error takes one complete message,
so that it can be pickled and sent back from a worker process.
"""


class StanceError(Exception):
    """The base class: catch it to catch every error that stance raises on purpose."""


class InputError(StanceError, ValueError):
    """An argument is invalid."""


class TableError(StanceError, ValueError):
    """A table cannot be read or written as asked."""


class ModelError(StanceError, ValueError):
    """A model cannot be loaded or saved."""


class TrainingError(StanceError, ValueError):
    """The annotated rows cannot be learned from."""


class StanceWarning(UserWarning):
    """Something was guessed, and the user should check it."""
