"""Packages: import one that comes with an extra, or say how to install it; tell the version of one."""

from __future__ import annotations

import importlib
from typing import Any

from stance.errors import InputError


def load_extra(module: str, extra: str, what: str) -> Any:
    """Import a module that an extra of the distribution brings.

    Parameters
    ----------
    module : str
        The module, such as "dask.dataframe".
    extra : str
        The extra, such as "dask".
    what : str
        What needs it, to begin the message with.

    Raises
    ------
    InputError
        If it is not installed.

    Examples
    --------
    >>> load_extra("lamplight.oil", "lamp", "A lighthouse")
    Traceback (most recent call last):
    stance.errors.InputError: A lighthouse needs the package lamplight; it is not installed. pip install "stance-tone[lamp]"
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise InputError(
            f'{what} needs the package {missing}; it is not installed. pip install "stance-tone[{extra}]"'
        ) from error


def version_of(package: str) -> str:
    """Tell the version of a package that is installed."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a bare checkout
        return "not installed"
