"""Customers, found by any of their numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ctidrv.apps.records import Customer
from ctidrv.callcontrol.numbers import reverse, suffix_range
from ctidrv.store.facts import stamp

SUFFIX_DIGITS = 7
"""A number without its area finds those that end with it, from so many digits on."""


def _customers(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> list[Customer]:
    found = []
    for row in rows:
        numbers = connection.execute(
            "SELECT number FROM customer_numbers WHERE customer = ? ORDER BY number", (row["id"],)
        )
        found.append(
            Customer(
                row["id"],
                row["name"],
                row["company"],
                row["notes"],
                tuple(json.loads(row["tags"])),
                tuple(number["number"] for number in numbers),
            )
        )
    return found


def by_number(connection: sqlite3.Connection, number: str) -> list[Customer]:
    """Customers with this number (its one form, `numbers.normalise`), in the order they were added."""
    rows = connection.execute(
        "SELECT customers.* FROM customer_numbers JOIN customers ON customers.id = customer"
        " WHERE number = ? ORDER BY customers.id",
        (number,),
    ).fetchall()
    if not rows and number.isdigit() and len(number) >= SUFFIX_DIGITS:
        rows = connection.execute(
            "SELECT DISTINCT customers.* FROM customer_numbers JOIN customers ON customers.id = customer"
            " WHERE reversed >= ? AND reversed < ? ORDER BY customers.id",
            suffix_range(number),
        ).fetchall()
    return _customers(connection, rows)


def list_customers(connection: sqlite3.Connection, *, limit: int, text: str | None = None) -> list[Customer]:
    """Customers by name; `text`: part of the name or the company."""
    pattern = (
        None
        if text is None
        else "%" + text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    )
    rows = connection.execute(
        "SELECT * FROM customers WHERE ?1 IS NULL OR name LIKE ?1 ESCAPE '\\' OR company LIKE ?1 ESCAPE '\\'"
        " ORDER BY name, id LIMIT ?2",
        (pattern, limit),
    ).fetchall()
    return _customers(connection, rows)


def get_customer(connection: sqlite3.Connection, customer: int) -> Customer | None:
    found = _customers(connection, connection.execute("SELECT * FROM customers WHERE id = ?", (customer,)))
    return found[0] if found else None


def add_customer(
    connection: sqlite3.Connection,
    name: str,
    numbers: Sequence[str],
    *,
    company: str | None,
    notes: str | None,
    tags: Sequence[str],
    created: datetime,
) -> Customer:
    """`numbers` in their one form."""
    inserted = connection.execute(
        "INSERT INTO customers (name, company, notes, tags, created) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (name, company, notes, json.dumps(list(tags), ensure_ascii=False), stamp(created)),
    ).fetchone()
    for number in dict.fromkeys(numbers):
        connection.execute(
            "INSERT INTO customer_numbers (number, customer, reversed) VALUES (?, ?, ?)",
            (number, inserted["id"], reverse(number)),
        )
    customer = get_customer(connection, inserted["id"])
    if customer is None:
        raise AssertionError("a customer that was just added is not there")
    return customer


def as_row(customer: Customer) -> dict[str, Any]:
    """A customer as a JSON row."""
    return {**asdict(customer), "tags": list(customer.tags), "numbers": list(customer.numbers)}
