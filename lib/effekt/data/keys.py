"""Study keys: identifiers of the sender become random numbers; the map lies apart and no notebook reads it."""

from __future__ import annotations

import random
import secrets

import duckdb

from effekt.data.registers.source import StudyKey

KEY_BYTES = 32


def draw_salt(seed: int | None) -> str:
    """A salt that decides the order of the study keys: from the system's secrets, or, for synthetic data, from the study's `seed`."""
    return secrets.token_hex(KEY_BYTES) if seed is None else random.Random(seed).randbytes(KEY_BYTES).hex()


def make_keys(connection: duckdb.DuckDBPyConnection, key: StudyKey, source: str, salt: str) -> None:
    """Make the table `key.table`: each identifier in `kept_<source>` and its study key, 1 ... n in the order of the salted hash.

    Where the key comes `after` another table the numbers go on from the highest of it.
    The salt is not kept: without the map, a key leads back to nobody.
    """
    before = f"(SELECT coalesce(max({key.key}), 0) FROM {key.after})" if key.after else "0"
    connection.execute(
        f"CREATE OR REPLACE TABLE {key.table} AS "
        f"SELECT {key.column}, {before} + row_number() OVER (ORDER BY sha256($salt || {key.column})) AS {key.key} "
        f"FROM (SELECT DISTINCT {key.column} FROM kept_{source})",
        {"salt": salt},
    )
