"""The derived table `accounts`: what the last import made of each file, as it was told."""

from __future__ import annotations

from collections.abc import Mapping

from ibis.expr.types import Table

from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a fact of the import: file, kind, rule, n, da, en (`data.accounts.account_rows`), unchanged."""
    return tables["account"].select("file", "kind", "rule", "n", "da", "en")
