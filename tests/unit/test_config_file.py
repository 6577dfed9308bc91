from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ctidrv.config import (
    FaxBoxConfig,
    FaxConfig,
    MailConfig,
    OutboundConfig,
    RecordingConfig,
    StationConfig,
    default_config,
    shipped_scripts,
)
from ctidrv.config_file import MAX_BYTES, load_config, read_config
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder

GOOD = """\
[office]
name = "Lotus Tea"
country = "cn"
timezone = "Asia/Shanghai"
language = "zh-CN"
area = "10"

[station]
port = 8470

[[board]]
name = "sim"
driver = "sim"
lines = 4

[[board]]
name = "modem"
driver = "v253"
device = "/dev/ttyACM0"

[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"

[[line]]
port = "modem/1"
script = "own.ivr.yaml"
country = "gb"
signals = ["busy-tone"]
label = "Sales"
"""
SEATS = """\
[[seat]]
name = "Li Mei"
number = "08"
phone = "sim/3"
"""


FAX_MODEM = """\
[[fax_modem]]
port = "sim/1"
link = "ttyF0"
"""
QUEUE = """\
[[queue]]
name = "sales"
seats = ["08", "Li Mei"]
"""


MAIL = """\
[mail]
host = "mail.example.com"
from = "fax@example.com"
"""
BOX = """\
[[fax_box]]
name = "office"
mail = "desk@example.com"
"""


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "station.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_whole_configuration_is_read(tmp_path):
    config = read_config(written(tmp_path, GOOD))
    assert (config.office.country, config.office.timezone, config.office.area) == (
        "CN",
        "Asia/Shanghai",
        "10",
    )
    assert config.api_port == 8470
    assert [(board.name, board.driver, dict(board.settings)) for board in config.boards] == [
        ("sim", "sim", {"lines": 4}),
        ("modem", "v253", {"device": "/dev/ttyACM0"}),
    ]
    assert config.boards[1].where == f"{tmp_path / 'station.toml'}:16"
    assert [(line.port, line.country, line.signals, line.label) for line in config.lines] == [
        ("sim/1", None, None, None),
        ("modem/1", "GB", ("busy-tone",), "Sales"),
    ]
    assert config.lines[1].where.endswith(":25")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (changed('country = "cn"', 'county = "cn"'), 1, None),
        (changed('name = "Lotus Tea"', "name = 7"), 2, "name must be a text"),
        (changed('country = "cn"', 'country = "China"'), 3, "country must be a text of at most 2"),
        (changed('country = "cn"', 'country = "c1"'), 3, "two letters"),
        (changed("Asia/Shanghai", "Asia/Beijing"), 4, "timezone 'Asia/Beijing' is not known"),
        (changed("Asia/Shanghai", "../../etc/passwd"), 4, "is not known"),
        (changed('area = "10"', 'area = "010"'), 6, "without the leading 0"),
        (changed("port = 8470", "port = 70000"), 9, "from 0 to 65535"),
        (changed("port = 8470", "port = true"), 9, "whole number"),
        (changed("port = 8470", "prt = 8470"), 9, "unknown key 'prt'; known are port"),
        (changed('driver = "sim"\n', ""), 11, "driver is missing"),
        (changed('name = "modem"', 'name = "sim"'), 17, "two boards are called 'sim'"),
        (changed('name = "modem"', 'name = "a/b"'), 17, "letters, digits"),
        (changed('port = "sim/1"', 'port = "sim"'), 22, "BOARD/INDEX"),
        (changed('port = "sim/1"', 'port = "sim/0"'), 22, "BOARD/INDEX"),
        (changed('port = "sim/1"', 'port = "modem/1"'), 26, "two lines are at port modem/1"),
        (changed('port = "modem/1"', 'port = "modm/1"'), 26, "there is no board 'modm'"),
        (changed('script = "own.ivr.yaml"\n', ""), 25, "script is missing"),
        (changed('country = "gb"', 'country = "GBR"'), 28, "two letters"),
        (changed('signals = ["busy-tone"]', "signals = []"), 29, "list of words"),
        (changed('label = "Sales"', 'lable = "Sales"'), 30, "unknown key 'lable'"),
        (changed('label = "Sales"', 'dial = "rotary"'), 30, "dial 'rotary' must be one of dtmf, pulse"),
        (changed('label = "Sales"', 'outside = "W0"'), 30, "must be digits, then W or commas"),
        (changed('label = "Sales"', 'dial = "pulse"\noutside = "*0W"'), 31, "cannot be dialled by pulses"),
        ('[outbound]\nallow = ["cheap"]\n' + GOOD, 2, "allow 'cheap' is no class (national, short,"),
        ('[outbound]\ndeny = ["0137", 5]\n' + GOOD, 2, "deny must be a list of words"),
        ("[outbound]\nreserve = -1\n" + GOOD, 2, "reserve must be a whole number"),
        ("[outbound]\nalow = []\n" + GOOD, 2, "unknown key 'alow'; known are allow, deny, reserve"),
        (changed("[station]", "[statoin]"), 8, "unknown table 'statoin'"),
        ("extra = 1\n" + GOOD, 1, "unknown key 'extra'"),
        (changed('name = "sim"', "name = sim"), 12, None),
        (changed('driver = "sim"', 'name = "sim"'), 13, None),
        (GOOD + SEATS.replace("sim/3", "sim/0"), 34, "BOARD/INDEX"),
        (GOOD + SEATS.replace("sim/3", "sim/1"), 34, "a line is at port sim/1 already"),
        (GOOD + SEATS.replace("sim/3", "card/1"), 34, "there is no board 'card'"),
        (GOOD + SEATS.replace('"08"', "8"), 33, "number must be a text"),
        (GOOD + SEATS.replace('"08"', '"+86"'), 33, "must be digits in quotes"),
        (GOOD + SEATS.replace("Li Mei", "Li/Mei"), 32, "words without '/'"),
        (GOOD + SEATS + "wrap_up = -1\n", 35, "whole number from 0 to 3600"),
        (GOOD + SEATS + 'groups = "sales"\n', 35, "list of words"),
        (GOOD + SEATS + "vip = true\n", 35, "unknown key 'vip'"),
        (GOOD + SEATS + 'groups = ["08"]\n', 33, "a group is called so"),
        (GOOD + SEATS + SEATS.replace("08", "09"), 36, "two seats are called 'Li Mei'"),
        (GOOD + SEATS + SEATS.replace("Li Mei", "08"), 36, "two seats are called '08'"),
        (GOOD + SEATS + SEATS.replace("Li Mei", "Bo").replace("08", "09"), 38, "seat Li Mei is at port"),
        (GOOD + SEATS + QUEUE.replace("Li Mei", "Bo"), 37, "there is no seat and no group 'Bo'"),
        (GOOD + SEATS + QUEUE.replace('seats = ["08", "Li Mei"]\n', ""), 35, "seats is missing"),
        (GOOD + SEATS + QUEUE.replace('["08", "Li Mei"]', "[]"), 37, "list of words"),
        (GOOD + SEATS + QUEUE.replace('"sales"', '"a/b"'), 36, "words without '/'"),
        (GOOD + SEATS + QUEUE + QUEUE, 39, "two queues are called 'sales'"),
        (GOOD + SEATS + QUEUE + 'leave = "**"\n', 38, "at most 1 letters"),
        (GOOD + SEATS + QUEUE + 'leave = "x"\n', 38, "must be a key of a telephone"),
        (GOOD + SEATS + QUEUE + "ring = 2\n", 38, "whole number from 5 to 600"),
        (GOOD + SEATS + QUEUE + "most = 0\n", 38, "whole number from 1 to 999"),
        (GOOD + SEATS + QUEUE + "timeout = 1.5\n", 38, "whole number"),
        (GOOD + SEATS + QUEUE + "skills = []\n", 38, "unknown key 'skills'; known are name, seats, ring"),
        (changed('label = "Sales"', 'first = "menu"'), 30, "first 'menu' must be one of script, operator"),
        (changed('label = "Sales"', 'first = "queue"'), 30, "first 'queue' needs to"),
        (changed('label = "Sales"', 'to = "sales"'), 30, 'to goes with first = "operator"'),
        (changed('label = "Sales"', 'first = "rings"\nring = 8'), 31, "ring goes with first"),
        (changed('label = "Sales"', 'first = "rings"\nrings = 0'), 31, "whole number from 1 to 20"),
        (changed('label = "Sales"', 'first = "rings"\nto = "a"'), 31, "there is no seat and no group 'a'"),
        (changed('label = "Sales"', 'first = "queue"\nto = "a"'), 31, "there is no queue 'a'"),
        (GOOD + FAX_MODEM.replace("sim/1", "sim/2"), 32, "there is no line at port 'sim/2'"),
        (GOOD + FAX_MODEM.replace('link = "ttyF0"\n', ""), 31, "link is missing"),
        (GOOD + FAX_MODEM + "rate = 9600\n", 34, "unknown key 'rate'; known are port, link"),
        (GOOD + FAX_MODEM + FAX_MODEM, 35, "two fax modems are at port sim/1"),
        (GOOD + FAX_MODEM + FAX_MODEM.replace("sim/1", "modem/1"), 36, "two fax modems are called ttyF0"),
        ('[fax]\nlines = ["sim/9"]\n' + GOOD, 2, "there is no line at port 'sim/9'"),
        ('[fax]\nhours = "8-20"\n' + GOOD, 2, "hours '8-20' must be as 08:00-20:00"),
        ('[fax]\njunk = ["spam"]\n' + GOOD, 2, "junk 'spam' is no beginning of a number"),
        ('[fax]\nident = "Lotus"\n' + GOOD, 2, "ident 'Lotus' must be digits"),
        (MAIL.replace("fax@example.com", "fax") + GOOD, 3, "from 'fax' must be an address"),
        (MAIL.replace("fax@example.com", "a@b.c\\nBcc: d@e") + GOOD, 3, "must be an address"),
        (MAIL.replace("fax@example.com", "a..b@c.d") + GOOD, 3, "must be an address"),
        (MAIL.replace("mail.example.com", "mail example") + GOOD, 2, "host 'mail example' must be a name"),
        (MAIL.replace('host = "mail.example.com"\n', "") + GOOD, 1, "host is missing"),
        (MAIL + 'tls = "ssl"\n' + GOOD, 4, "tls 'ssl' must be one of starttls, tls, none"),
        (MAIL + 'tls = "none"\nuser = "fax"\n' + GOOD, 5, "user goes with tls"),
        (MAIL + 'password = "secret"\n' + GOOD, 4, "unknown key 'password'; known are host, port"),
        (BOX + GOOD, 3, "mail needs a server: [mail] with host and from"),
        (MAIL + BOX.replace("desk@example.com", "desk") + GOOD, 6, "mail 'desk' must be an address"),
        (MAIL + BOX.replace("office", "the office") + GOOD, 5, "name 'the office' may hold letters"),
        (MAIL + BOX + 'form = "doc"\n' + GOOD, 7, "form 'doc' must be one of pdf, tiff"),
        (MAIL + BOX + 'language = "fr"\n' + GOOD, 7, "language 'fr' must be en or zh"),
        (MAIL + BOX + BOX + GOOD, 8, "there are two boxes 'office'"),
        ("[office]\n", 1, "at least one [[board]]"),
        ("board = 7\n", 1, "at least one [[board]]"),
        ('[[board]]\nname = "sim"\ndriver = "sim"\n', 1, "at least one [[line]]"),
        ("[[office]]\n", 1, "office must be a table"),
        (GOOD.encode().replace(b"Lotus", b"\xff"), 2, "not UTF-8"),
        (GOOD + "[[board", 31, None),
    ],
)
def test_fault_is_named_with_file_and_line(tmp_path, text, line, words):
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_config(path)
    if words is None:
        assert str(caught.value).startswith(f"{path}:")
    else:
        assert str(caught.value).startswith(f"{path}:{line}: ")
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_seats_are_read_and_their_greetings_stand_beside_the_file(tmp_path):
    assert read_config(written(tmp_path, GOOD)).seats == ()
    more = 'groups = ["sales"]\ngreeting = "08-{lang}.wav"\nwrap_up = 0\n'
    config = read_config(written(tmp_path, GOOD + SEATS + more))
    (seat,) = config.seats
    assert (seat.name, seat.number, seat.phone, seat.groups) == ("Li Mei", "08", "sim/3", ("sales",))
    assert (seat.wrap_up, seat.where) == (0, f"{tmp_path / 'station.toml'}:31")
    assert config.greeting_paths(seat, "zh-CN") == {"": tmp_path / "08-zh-CN.wav"}


def test_who_has_a_lines_calls_first_is_read(tmp_path):
    def line(text):
        return read_config(written(tmp_path, changed('label = "Sales"', text) + SEATS + QUEUE)).lines[1]

    assert line("").first == "script"
    operator = line('first = "operator"\nto = "08"\nring = 12')
    assert (operator.first, operator.to, operator.ring) == ("operator", "08", 12)
    queue = line('first = "queue"\nto = "sales"')
    assert (queue.first, queue.to) == ("queue", "sales")
    rings = line('first = "rings"\nrings = 3')
    assert (rings.first, rings.to, rings.rings) == ("rings", None, 3)


def test_queues_are_read_and_their_music_stands_beside_the_file(tmp_path):
    assert read_config(written(tmp_path, GOOD + SEATS)).queues == ()
    more = 'music = "our.wav"\nannounce = 0\nleave = ""\ntimeout = 60\nmost = 5\nring = 15\n'
    config = read_config(written(tmp_path, GOOD + SEATS + QUEUE + more))
    (queue,) = config.queues
    assert (queue.name, queue.seats, queue.ring) == ("sales", ("08", "Li Mei"), 15)
    assert (queue.announce, queue.leave, queue.timeout, queue.most) == (0, "", 60, 5)
    assert config.music_path(queue) == tmp_path / "our.wav"
    assert config.queue_names() == {"sales"}
    (usual,) = read_config(written(tmp_path, GOOD + SEATS + QUEUE)).queues
    assert (usual.leave, usual.timeout, usual.most) == ("*", 300, 20)
    assert config.music_path(usual) is None


def test_fax_modems_are_read_and_their_ports_stand_beside_the_file(tmp_path):
    assert read_config(written(tmp_path, GOOD)).fax_modems == ()
    config = read_config(written(tmp_path, GOOD + FAX_MODEM))
    (modem,) = config.fax_modems
    assert (modem.port, modem.where) == ("sim/1", f"{tmp_path / 'station.toml'}:31")
    assert config.link_path(modem) == tmp_path / "ttyF0"


def test_unknown_key_is_named_with_its_line(tmp_path):
    path = written(tmp_path, changed('area = "10"', 'aera = "10"'))
    with pytest.raises(InputError, match=r"station\.toml:6: unknown key 'aera'; known are country"):
        read_config(path)


def test_syntax_fault_is_named_with_its_line(tmp_path):
    path = written(tmp_path, changed('driver = "v253"', "driver = v253"))
    with pytest.raises(InputError, match=r"station\.toml:18: "):
        read_config(path)


def test_mark_of_a_windows_editor_is_no_fault(tmp_path):
    assert len(read_config(written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).boards) == 2


def test_windows_line_ends_keep_the_line_numbers(tmp_path):
    path = written(tmp_path, changed('area = "10"', 'aera = "10"').replace("\n", "\r\n"))
    with pytest.raises(InputError, match=":6: unknown key 'aera'"):
        read_config(path)


def test_file_that_is_too_large_or_missing_is_refused(tmp_path):
    with pytest.raises(InputError, match=f"{MAX_BYTES} is the most"):
        read_config(written(tmp_path, "#" * (MAX_BYTES + 1)))
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        read_config(tmp_path / "none.toml")


def test_deep_nesting_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError) as caught:
        read_config(written(tmp_path, "a = " + "[" * 50_000))
    assert "\n" not in str(caught.value)


def test_without_a_file_one_simulated_line_runs_the_shipped_script(tmp_path):
    config = load_config(None, DataFolder(tmp_path))
    assert config == default_config()
    assert config.script_path(config.lines[0]).is_file()


def test_file_of_the_data_folder_is_found(tmp_path):
    written(tmp_path, GOOD)
    assert len(load_config(None, DataFolder(tmp_path)).lines) == 2


def test_script_is_looked_for_beside_the_file_then_among_the_shipped(tmp_path):
    config = read_config(written(tmp_path, GOOD))
    assert config.script_path(config.lines[0]) == shipped_scripts() / "hotline.ivr.yaml"
    (tmp_path / "hotline.ivr.yaml").touch()
    assert config.script_path(config.lines[0]) == tmp_path / "hotline.ivr.yaml"
    assert config.script_path(config.lines[1]) == tmp_path / "own.ivr.yaml"
    absolute = StationConfig(lines=config.lines)
    assert absolute.script_path(config.lines[1]).name == "own.ivr.yaml"


def test_recordings_are_pcm_and_kept_for_ever_unless_said_otherwise(tmp_path):
    assert read_config(written(tmp_path, GOOD)).recording == RecordingConfig()
    config = read_config(written(tmp_path, f'[recording]\nformat = "alaw"\nkeep = "36h"\n{GOOD}'))
    assert (config.recording.format, config.recording.keep) == ("alaw", timedelta(hours=36))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('format = "mp3"', "format 'mp3' must be one of pcm, alaw"),
        ('keep = "soon"', "keep 'soon' must be a number with m, h or d"),
        ('keep = "0d"', "keep '0d' must be"),
        ("days = 3", "unknown key 'days'; known are format, keep"),
    ],
)
def test_a_fault_of_how_recordings_are_kept_is_named_with_its_line(tmp_path, text, words):
    with pytest.raises(InputError, match=rf"station\.toml:2: {words}"):
        read_config(written(tmp_path, f"[recording]\n{text}\n{GOOD}"))


def test_faxes_and_their_mail_are_read(tmp_path):
    config = read_config(written(tmp_path, GOOD))
    assert (config.fax, config.mail, config.fax_boxes) == (FaxConfig(), None, ())
    fax = '[fax]\nlines = ["sim/1"]\nhours = "08:00-20:00"\nident = "+86 10 1"\njunk = ["0190", "+8610999"]\n'
    mail = MAIL + 'port = 465\ntls = "tls"\nuser = "fax"\npassword_file = "secret"\nca_file = "ca.pem"\n'
    boxes = BOX + 'form = "tiff"\nlanguage = "zh"\n' + BOX.replace("office", "orders")
    config = read_config(written(tmp_path, fax + mail + boxes + GOOD))
    assert config.fax == FaxConfig(("sim/1",), "08:00-20:00", "+86 10 1", ("0190", "+8610999"))
    where = f"{tmp_path / 'station.toml'}:6"
    secrets = {"password_file": "secret", "ca_file": "ca.pem", "where": where}
    assert config.mail == MailConfig("mail.example.com", "fax@example.com", 465, "tls", "fax", **secrets)
    assert config.beside("secret") == tmp_path / "secret"
    assert config.fax_boxes == (
        FaxBoxConfig("office", "desk@example.com", "tiff", "zh"),
        FaxBoxConfig("orders", "desk@example.com"),
    )
    assert [config.fax_address(box) for box in ("orders", "junk")] == ["desk@example.com", None]


def test_what_may_be_dialled_is_read_with_how_each_line_dials(tmp_path):
    config = read_config(written(tmp_path, GOOD))
    assert config.outbound == OutboundConfig(("national", "short"), (), 0)
    assert (config.lines[0].dial, config.lines[0].outside) == ("dtmf", "")
    text = '[outbound]\nallow = []\ndeny = ["premium", "+44"]\nreserve = 2\n'
    config = read_config(
        written(tmp_path, text + changed('label = "Sales"', 'dial = "pulse"\noutside = "0W"'))
    )
    assert config.outbound == OutboundConfig((), ("premium", "+44"), 2)
    assert (config.lines[1].dial, config.lines[1].outside) == ("pulse", "0W")
