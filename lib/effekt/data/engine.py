"""How DuckDB's exceptions leave the library: an interrupt as an interrupt, everything else without the values it quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def engine_errors(rephrase: Callable[[str], Exception]) -> Iterator[None]:
    """Run queries. Ctrl-C comes out of DuckDB as a RuntimeError: it is raised as KeyboardInterrupt.

    An error of DuckDB, whose message may quote a row, is replaced by `rephrase(name of the error)`; the original is not chained to it, because a
    traceback would print it.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise rephrase(type(error).__name__) from None
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
