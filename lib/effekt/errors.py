"""Errors written for the person who meets them: what, how many, why it matters, what to type."""

from __future__ import annotations


class EffektError(Exception):
    """An expected failure with a message for the user; `exit_code` is what the command line returns.

    The message never holds a value or an identifier from a row of a citizen.
    """

    exit_code = 1


class UsageError(EffektError):
    """A wrong argument, parameter or path: nothing was run (exit code 2)."""

    exit_code = 2


class ProtocolError(UsageError):
    """`evaluation.yml` says something impossible; names file and line (exit code 2)."""


class DeliveryError(EffektError):
    """A delivery that cannot become tables; lists every problem of every file at once (exit code 3)."""

    exit_code = 3


class DataError(EffektError, ValueError):
    """A frame an estimator or a measure cannot use: names the column, how many rows, what to do."""


class RunError(EffektError):
    """At least one notebook of a run failed; the others are whole (exit code 1)."""
