"""Lists of rows: a picture, one or two lines of words, and something at the right edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ctidesk.views import icons, theme

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)
LEAST_WIDTH = 300
"""Of a list of tall rows, in pixels: a name and a moment have room."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """What one row shows, already in the chosen language. `key` tells rows apart."""

    key: str
    icon: str
    colour: str
    first: str
    second: str = ""
    right: str = ""
    bold: bool = False

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.first, self.second, self.right) if part)


class RowsModel(QAbstractListModel):
    """A list of rows. Setting rows of the same keys keeps the selection and the place."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ListRow] = []

    def set_rows(self, rows: list[ListRow]) -> None:
        old, new = [row.key for row in self._rows], [row.key for row in rows]
        added = len(new) - len(old)
        if rows == self._rows:
            return
        if added > 0 and new[added:] == old:
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self._rows = rows
            self.endInsertRows()
        elif added > 0 and new[: len(old)] == old:
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._rows = rows
            self.endInsertRows()
        elif new != old:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self._rows = rows
        if rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def row(self, index: Index) -> ListRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def place(self, key: str) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if row.key == key:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return row.spoken
        return row if role == ROW else None


class RowsDelegate(QStyledItemDelegate):
    """Paints a `ListRow`; `tall` rows have two lines."""

    def __init__(self, parent: QWidget, *, tall: bool) -> None:
        super().__init__(parent)
        self._tall = tall
        self._plain = theme.font(12 if tall else 11.5)
        self._bold = theme.font(12 if tall else 11.5, bold=True)
        self._small: QFont = theme.font(10.5)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(self._bold).height()
        return QSize(120, line + QFontMetrics(self._small).height() + 16 if self._tall else line + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, ListRow):
            return
        t = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.chip))
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 7, 7)
        if chosen and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(t.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(2, 1, -3, -2), 7, 7)
        side = 22.0 if self._tall else 16.0
        icon = QRectF(area.left() + 12, area.center().y() - side / 2, side, side)
        icons.paint(painter, row.icon, icon, QColor(row.colour))
        words = area.adjusted(12 + side + 12, 6 if self._tall else 2, -14, -6 if self._tall else -2)
        self._words(painter, words, row, QColor(t.ink), QColor(t.soft))
        painter.restore()

    def _words(self, painter: QPainter, words: QRectF, row: ListRow, ink: QColor, soft: QColor) -> None:
        font = self._bold if row.bold else self._plain
        line = QFontMetrics(font).height()
        first = QRectF(words.left(), words.top(), words.width(), line if self._tall else words.height())
        if row.right:
            painter.setFont(self._small)
            painter.setPen(soft)
            painter.drawText(
                first, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), row.right
            )
            first.setRight(first.right() - QFontMetrics(self._small).horizontalAdvance(row.right) - 10)
        painter.setFont(font)
        painter.setPen(QColor(row.colour) if row.bold and row.icon == "missed" else ink)
        _elided(painter, first, row.first)
        if row.second:
            painter.setFont(self._small)
            painter.setPen(soft)
            _elided(
                painter,
                QRectF(words.left(), words.top() + line + 2, words.width(), words.height() - line),
                row.second,
            )


class RowsList(QListView):
    """Rows one under another, of which one can be chosen. `none` is a label for the place above it: shown
    while there are no rows."""

    def __init__(self, name: str, none: str, *, tall: bool = True) -> None:
        """`name` is what a screen reader says, `none` the label's text; both in the chosen language."""
        super().__init__()
        self.rows = RowsModel()
        self.setModel(self.rows)
        self.setItemDelegate(RowsDelegate(self, tall=tall))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        if tall:
            self.setMinimumWidth(LEAST_WIDTH)
        self.none = QLabel(none)
        self.none.setProperty("role", "soft")
        self.none.setIndent(12)

    def set_rows(self, rows: list[ListRow]) -> None:
        self.rows.set_rows(rows)
        self.none.setVisible(not rows)


def _elided(painter: QPainter, where: QRectF, text: str) -> None:
    short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(where.width()))
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(where, int(side), short)
