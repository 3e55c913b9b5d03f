"""Errors that stance raises on purpose, and their tree.

::

    StanceError
     ├── InputError (ValueError)     the caller's argument is not what it must be
     ├── TableError (ValueError)     a table cannot be read: names file, row and column
     ├── ModelError (ValueError)     a model folder is missing, changed or of another format
     └── TrainingError (ValueError)  the annotated rows cannot be learned from

and StanceWarning (UserWarning), a guess that the user should know of. Every message says what must be, what was got, and
what to do. An error takes one finished string, so that it survives the way back from a worker process.
"""


class StanceError(Exception):
    """The root: catch it to catch whatever stance raises on purpose."""


class InputError(StanceError, ValueError):
    """An argument is not what it must be."""


class TableError(StanceError, ValueError):
    """A table cannot be read or written as asked."""


class ModelError(StanceError, ValueError):
    """A model cannot be loaded, or does not hold what is asked of it."""


class StanceWarning(UserWarning):
    """A guess that the user should know of."""


class TrainingError(StanceError, ValueError):
    """The annotated rows cannot be learned from."""
