"""Whether what the tables of station.toml name is there, and is one thing: InputError with the line."""

from __future__ import annotations

from ctidrv.config import (
    BoardConfig,
    FaxBoxConfig,
    FaxConfig,
    FaxModemConfig,
    LineConfig,
    MailConfig,
    QueueConfig,
    SeatConfig,
)
from ctidrv.config_table import Source


def queues_agree(source: Source, seats: list[SeatConfig], queues: list[QueueConfig]) -> None:
    words = {word for seat in seats for word in (seat.name, seat.number, *seat.groups)}
    for index, queue in enumerate(queues):
        if queue.name in {other.name for other in queues[:index]}:
            source.fail("queue", index, "name", f"two queues are called {queue.name!r}")
        for word in queue.seats:
            if word not in words:
                source.fail("queue", index, "seats", f"there is no seat and no group {word!r}")


def fax_agrees(source: Source, lines: list[LineConfig], fax: FaxConfig) -> None:
    for port in fax.lines:
        if port not in {line.port for line in lines}:
            source.fail("fax", 0, "lines", f"there is no line at port {port!r}")


def fax_modems_agree(source: Source, lines: list[LineConfig], modems: list[FaxModemConfig]) -> None:
    for index, modem in enumerate(modems):
        if modem.port not in {line.port for line in lines}:
            source.fail("fax_modem", index, "port", f"there is no line at port {modem.port!r}")
        for other in modems[:index]:
            if modem.port == other.port:
                source.fail("fax_modem", index, "port", f"two fax modems are at port {modem.port}")
            if modem.link == other.link:
                source.fail("fax_modem", index, "link", f"two fax modems are called {modem.link}")


def fax_boxes_agree(source: Source, boxes: list[FaxBoxConfig], mail: MailConfig | None) -> None:
    names: set[str] = set()
    for index, box in enumerate(boxes):
        if box.name in names:
            source.fail("fax_box", index, "name", f"there are two boxes {box.name!r}")
        names.add(box.name)
        if box.mail is not None and mail is None:
            source.fail("fax_box", index, "mail", "mail needs a server: [mail] with host and from")


def first_agrees(
    source: Source, lines: list[LineConfig], seats: list[SeatConfig], queues: list[QueueConfig]
) -> None:
    words = {word for seat in seats for word in (seat.name, seat.number, *seat.groups)}
    named = {queue.name for queue in queues}
    for index, line in enumerate(lines):
        if line.to is None:
            continue
        if line.first == "queue" and line.to not in named:
            source.fail("line", index, "to", f"there is no queue {line.to!r}")
        if line.first != "queue" and line.to not in words:
            source.fail("line", index, "to", f"there is no seat and no group {line.to!r}")


def seats_agree(
    source: Source, boards: list[BoardConfig], lines: list[LineConfig], seats: list[SeatConfig]
) -> None:
    """Each name, number and port is one seat's, so that who is meant is never in doubt."""
    taken = {line.port: "a line is" for line in lines}
    named: dict[str, str] = {}
    groups = {group for seat in seats for group in seat.groups}
    for index, seat in enumerate(seats):
        for key, word in (("name", seat.name), ("number", seat.number)):
            if word in named:
                source.fail("seat", index, key, f"two seats are called {word!r}")
            if word in groups:
                source.fail("seat", index, key, f"{key} {word!r}: a group is called so")
            named[word] = key
        if not seat.phone:
            continue
        if seat.phone in taken:
            source.fail("seat", index, "phone", f"{taken[seat.phone]} at port {seat.phone} already")
        taken[seat.phone] = f"seat {seat.name} is"
        if (board := seat.phone.split("/")[0]) not in {each.name for each in boards}:
            source.fail("seat", index, "phone", f"phone {seat.phone}: there is no board {board!r}")


def lines_agree(source: Source, boards: list[BoardConfig], lines: list[LineConfig]) -> None:
    names: set[str] = set()
    for index, board in enumerate(boards):
        if board.name in names:
            source.fail("board", index, "name", f"two boards are called {board.name!r}")
        names.add(board.name)
    ports: set[str] = set()
    for index, line in enumerate(lines):
        if line.port in ports:
            source.fail("line", index, "port", f"two lines are at port {line.port}")
        ports.add(line.port)
        if (board_name := line.port.split("/")[0]) not in names:
            source.fail("line", index, "port", f"port {line.port}: there is no board {board_name!r}")
