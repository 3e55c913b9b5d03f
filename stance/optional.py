"""Optional packages: import one, or say how to install it."""

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
        What needs the module; the error message begins with it.

    Raises
    ------
    InputError
        If the module, or a package that it imports, is not installed.

    Examples
    --------
    >>> load_extra("lamplight.oil", "lamp", "A lighthouse")
    Traceback (most recent call last):
    stance.errors.InputError: A lighthouse needs the package lamplight; it is not installed. \
pip install "stance-tone[lamp]"
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise InputError(
            f"{what} needs the package {missing}; it is not installed. "
            f'pip install "stance-tone[{extra}]"'
        ) from error


def version_of(package: str) -> str:
    """Return the version of an installed package, or "not installed"."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a bare checkout
        return "not installed"
