"""What a modem is asked, and what of it when it comes back."""

from __future__ import annotations

import pytest

from ctidrv.drivers.v253.dialogue import LINE, Dialogue, Identity, joined
from ctidrv.errors import PortError

ANSWERS = {
    "ATI0": ["56000"],
    "ATE0V1Q0I0": ["56000"],
    "AT+FCLASS=?": ["0,1,1.0,8"],
    "AT+VSM=?": ['0,"SIGNED PCM",8,0,(8000),(0),(0)', '131,"ULAW",8,0,(8000),(0),(0)'],
}
REFUSES = {"AT+VCID=1", "AT+VDR=1,0"}


def asked(dialogue: Dialogue, answers: dict[str, list[str]], refuses: set[str]) -> list[str]:
    """All that it is asked, by a modem that answers so."""
    commands = []
    while (ask := dialogue.next()) is not None:
        commands.append(ask.command)
        dialogue.answer(ask, ask.command not in refuses, answers.get(ask.command, []))
    return commands


def known() -> Identity:
    dialogue = Dialogue()
    asked(dialogue, ANSWERS, REFUSES)
    assert dialogue.found is not None
    return dialogue.found


def test_modem_that_comes_back_is_set_up_by_what_it_took_before_in_two_lines() -> None:
    first = known()
    again = Dialogue(known=first)
    assert asked(again, ANSWERS, set()) == [
        "ATE0V1Q0I0",
        "AT+FCLASS=8;-SCID=1;+VCID=1;+VIT=0;+VNH=1;+VSD=0,0;-STE=7",
        "AT+VSM=131,8000;+VLS=0",
    ]
    assert again.found == first


def test_a_late_ok_of_before_is_not_taken_for_the_answer_to_a_question() -> None:
    first = known()
    again = Dialogue(known=first)
    late, commands = 2, []
    while (ask := again.next()) is not None:
        commands.append(ask.command)
        lines = ["ATE0V1Q0I0", *ANSWERS.get(ask.command, [])] if late == 0 else ["ATE0V1Q0I0"]
        late = max(0, late - 1)
        again.answer(ask, True, lines)
    assert commands == ["ATE0V1Q0I0"] * 3 + list(first.lines)
    assert again.found == first


def test_a_modem_that_has_no_lines_for_a_question_is_asked_it_three_times_and_no_more() -> None:
    dialogue = Dialogue()
    commands = asked(dialogue, {**ANSWERS, "AT+VCDT=?": []}, REFUSES)
    assert commands.count("AT+VCDT=?") == 3
    assert dialogue.found is not None


@pytest.mark.parametrize("lost", [0, 1])
def test_a_byte_lost_of_its_name_when_it_was_first_asked_makes_no_other_modem_of_it(lost: int) -> None:
    dialogue, told = Dialogue(), [["56000"], ["5600"]]
    while (ask := dialogue.next()) is not None:
        lines = told[lost if ask.key == "I0" else 1 - lost] if ask.command == "ATI0" else None
        dialogue.answer(ask, ask.command not in REFUSES, lines or ANSWERS.get(ask.command, []))
    again = Dialogue(known=dialogue.found)
    assert "ATZ" not in asked(again, ANSWERS, set())


def test_a_byte_lost_when_it_is_set_up_again_makes_no_other_modem_of_it() -> None:
    first = known()
    again, commands = Dialogue(known=first), []
    while (ask := again.next()) is not None:
        garbled = ask.command not in commands
        commands.append(ask.command)
        named = ask.key == "I0"
        lines = (["5600"] if garbled else ["56000"]) if named else []
        again.answer(ask, named or not garbled, lines)
    assert again.found == first
    assert [commands.count(each) for each in ("ATZ", "ATE0V1Q0I0", *first.lines)] == [0, 2, 2, 2]


def test_another_modem_of_the_same_answers_that_refuses_a_line_is_asked_everything() -> None:
    first = known()
    other = {**ANSWERS, "AT+VSM=?": ['0,"SIGNED PCM",8,0,(8000),(0),(0)']}
    again = Dialogue(known=first)
    commands = asked(again, other, {first.lines[1]})
    assert commands[1:4] == [first.lines[0], first.lines[1], first.lines[1]]
    assert commands[4:10] == ["ATZ", "ATE0V1Q0", "AT+FCLASS=?", "AT+FCLASS=8", "AT+VSM=?", "AT+VCDT=?"]
    assert again.found is not None
    assert (again.found.format.number, again.found.lines) != (first.format.number, first.lines)


def test_modem_of_other_answers_is_asked_everything() -> None:
    again = Dialogue(known=known())
    commands = asked(again, {**ANSWERS, "ATE0V1Q0I0": ["5601"]}, set())
    assert commands[:4] == ["ATE0V1Q0I0", "ATE0V1Q0I0", "ATZ", "ATE0V1Q0"]
    assert "AT+VSM=?" in commands


def test_v250_5_4_5_lines_are_as_long_as_the_shortest_buffer_takes() -> None:
    commands = [f"AT+V{number:02}=1" for number in range(30)]
    lines = joined(commands)
    assert all(len(line) <= LINE and line.startswith("AT+") for line in lines)
    assert [f"AT{each}" for line in lines for each in line.removeprefix("AT").split(";")] == commands
    assert joined([]) == ()


def test_modem_without_voice_is_told_so() -> None:
    with pytest.raises(PortError, match="its firmware is too old"):
        asked(Dialogue(), ANSWERS, {"AT+FCLASS=8"})


@pytest.mark.parametrize(
    ("classes", "fax"), [("0,1,1.0,8", True), ("(0,1,8)", True), ("0,8", False), ("0,2,2.1,8", False)]
)
def test_fax_class_1_is_known_by_the_classes_it_names(classes: str, fax: bool) -> None:
    dialogue = Dialogue()
    commands = asked(dialogue, {**ANSWERS, "AT+FCLASS=?": [classes]}, REFUSES)
    assert dialogue.found is not None
    assert ("AT+FCLASS=1" in commands, bool(dialogue.found.fax)) == (fax, fax)


@pytest.mark.parametrize(
    ("sends", "receives", "refuses", "modems"),
    [
        ("3,24,48,72-74,96-98,121,122,145,146", "24,48,72,96", set(), {"v27ter", "v29"}),
        ("(24,48)", "(24,48)", set(), {"v27ter"}),
        ("3", "3", set(), set()),
        ("", "", {"AT+FTM=?", "AT+FRM=?"}, {"v27ter", "v29"}),  # it does not say
        ("", "", {"AT+FCLASS=1"}, set()),
    ],
)
def test_carriers_for_faxes_are_asked_in_class_1_and_it_is_a_voice_modem_again_behind_that(
    sends: str, receives: str, refuses: set[str], modems: set[str]
) -> None:
    dialogue = Dialogue()
    answers = {**ANSWERS, "AT+FTM=?": [sends], "AT+FRM=?": [receives]}
    commands = asked(dialogue, answers, REFUSES | refuses)
    assert dialogue.found is not None
    assert dialogue.found.fax == modems
    first = commands.index("AT+FCLASS=1")
    assert commands[first : first + 4] == ["AT+FCLASS=1", "AT+FTM=?", "AT+FRM=?", "AT+FCLASS=8"]
    assert first < commands.index("AT+VSM=131,8000")
    assert not any("FCLASS=1" in line for line in dialogue.found.lines)


def test_a_modem_that_does_not_come_back_from_class_1_is_told() -> None:
    dialogue = Dialogue()
    while (ask := dialogue.next()) is not None and ask.key != "voice again":
        dialogue.answer(ask, ask.command not in REFUSES, ANSWERS.get(ask.command, []))
    assert ask is not None
    with pytest.raises(PortError, match="does not come back from class 1"):
        dialogue.answer(ask, False, [])
