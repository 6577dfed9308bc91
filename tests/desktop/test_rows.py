"""Lists of rows. Needs Qt, no screen."""

from __future__ import annotations

from typing import Any


def test_a_list_says_that_it_is_empty_only_while_it_is(qt: Any) -> None:
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    from ctidesk.views.rows import ListRow, RowsList

    panel = QWidget()
    shown = RowsList("Calls", "No calls here yet.")
    column = QVBoxLayout(panel)
    column.addWidget(shown.none)
    column.addWidget(shown)
    seen = []
    for rows in ([], [ListRow("c1", "missed", "#000", "Anna", "no answer", "12:00")], []):
        shown.set_rows(rows)
        seen.append((shown.none.isVisibleTo(panel), shown.rows.rowCount()))
    assert seen == [(True, 0), (False, 1), (True, 0)]
    assert (shown.accessibleName(), shown.none.text()) == ("Calls", "No calls here yet.")


def test_a_row_is_spoken_whole_and_taller_with_two_lines(qt: Any) -> None:
    from PySide6.QtCore import Qt

    from ctidesk.views.rows import ListRow, RowsList

    heights = []
    for tall in (False, True):
        shown = RowsList("Calls", "", tall=tall)
        shown.set_rows([ListRow("c1", "missed", "#000", "Anna", "no answer", "12:00")])
        spoken = shown.rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "Anna, no answer, 12:00"
        heights.append(shown.sizeHintForRow(0))
    assert heights[1] > heights[0] > 0
