"""Programs of others, unmodified, on the card stand-in in real time: dahdi-tools, and a client by epoll.

Nothing of what they need is left out by FUSE: the tones behind LOADZONE's header and INDIRECT's pointer are
read in the program's memory (tests/unit/hwsim/devices/dahdi/test_fuse_nodes.py, with ECHOCANCEL_PARAMS and
the requests of the first version). lsdahdi reads /proc/dahdi, and dahdi_hardware the numbers of PCI and USB:
a stand-in has neither.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest

from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import seconds

if sys.platform == "win32":
    pytest.skip("DAHDI's nodes are Linux only", allow_module_level=True)

sys.path.append(str(Path(__file__).parent))
from dahdi_nodes import DahdiNodes, port_lines

from ctidrv.media.wav import WavWriter

pytestmark = pytest.mark.timeout(300)
TUNED = (10, 249, 244, 8, 12, 245, 252, 0, 1)
"""What fxotune's own table has, and the line does not: the first is the impedance, the others are taps."""
SPOKEN_DBM0, SENT_DBM0, LOSS_DB = -16.0, -10.0, 6.0
"""By the caller, who is so far away, and by the client."""
SYSTEM_CONF = """
fxsks=1-2
fxoks=3-4
echocanceller=mg2,1-4
loadzone=de
loadzone=us
defaultzone=de
"""


@pytest.fixture(scope="module")
def nodes(fuse: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DahdiNodes]:
    """Two lines and two telephones, not configured yet; the tests below come one after the other."""
    if shutil.which("dahdi_cfg") is None:
        pytest.skip("dahdi-tools are not installed (Debian: dahdi)")
    made = DahdiNodes(tmp_path_factory.mktemp("card"), "--fxo", "2", "--fxs", "2", "--unconfigured")
    made.row(type="ready", nodes="/dev/dahdi")
    yield made
    assert made.end() == 0


def echo_of(taps: tuple[int, ...], hz: float) -> float:
    """Of the stand-in's line, 14 dB down and 3 samples late, less what the port's hybrid takes out."""
    line = numpy.zeros(8)
    line[3] = 10 ** (-14 / 20)
    hybrid = numpy.array([tap - 256 * (tap > 127) for tap in taps]) / 128  # octets with a sign
    turn = numpy.exp(-2j * numpy.pi * hz * numpy.arange(8) / 8000)
    return float(abs(((line - hybrid) * turn).sum()))


def dumped(said: str) -> float:
    found = re.search(r"echo ratio = ([0-9.]+)", said)
    assert found, said
    return float(found[1])


def test_dahdi_scan_lists_the_span_and_its_ports_and_dahdi_cfg_configures_them(
    nodes: DahdiNodes, tmp_path: Path
) -> None:
    ports = [(1, "FXO"), (2, "FXO"), (3, "FXS"), (4, "FXS")]
    before = nodes.run("dahdi_scan")
    assert "alarms=UNCONFIGURED\n" in before
    assert list(port_lines(before)) == ports
    (tmp_path / "system.conf").write_text(SYSTEM_CONF)
    said = nodes.run("dahdi_cfg", "-c", str(tmp_path / "system.conf"), "-v")
    assert "4 channels to configure." in said
    assert "Setting echocan for channel 4 to mg2" in said
    assert "rror" not in said
    after = nodes.run("dahdi_scan")
    assert "alarms=OK\n" in after
    assert "totchans=4\n" in after
    assert list(port_lines(after)) == ports
    wrong = SYSTEM_CONF.replace("fxsks=1-2\nfxoks=3-4", "fxoks=1")
    (tmp_path / "wrong.conf").write_text(wrong)
    said = nodes.run("dahdi_cfg", "-c", str(tmp_path / "wrong.conf"), code=1)
    assert "DAHDI_CHANCONFIG failed on channel 1: Invalid argument" in said


def test_dahdi_scan_tells_a_red_alarm(nodes: DahdiNodes) -> None:
    since = len(nodes.rows)
    nodes.order("red")
    nodes.row(since, what="is in red alarm")
    assert "alarms=RED\n" in nodes.run("dahdi_scan")
    nodes.order("green")
    nodes.row(since, what="is well again")
    assert "alarms=OK\n" in nodes.run("dahdi_scan")


def test_fxotune_measures_the_echo_of_the_line_and_sets_the_port_s_hybrid(
    nodes: DahdiNodes, tmp_path: Path
) -> None:
    """Two lines at once, one tuned; the whole search of -i is tests/long/fxotune_search.py."""
    (tmp_path / "fxotune.conf").write_text(f"1={','.join(map(str, TUNED))}\n")
    nodes.run("fxotune", "-s", "-c", str(tmp_path / "fxotune.conf"))
    measuring = {}
    for channel in (1, 2):
        own = tmp_path / str(channel)
        own.mkdir()
        measuring[channel] = nodes.start("fxotune", "-d", "-b", str(channel), "-w", "1000", cwd=own)
    echo = {channel: dumped(each.communicate(timeout=60)[0]) for channel, each in measuring.items()}
    assert echo[2] == pytest.approx(echo_of((0,) * 8, 1000), rel=0.05)
    assert echo[1] == pytest.approx(echo_of(TUNED[1:], 1000), rel=0.05)
    assert abs(echo_of(TUNED[1:], 1000) - echo_of((0,) * 8, 1000)) > 0.05
    rows = (tmp_path / "1" / "fxotune_dump.vals").read_text().splitlines()
    assert len(rows) == 2002
    said = nodes.run("fxotune", "-s", "-b", "3", "-e", "3", "-c", str(tmp_path / "fxotune.conf"))
    assert said == ""


def spoken(file: Path) -> None:
    writer = WavWriter(file, 1)
    writer.write(render(tone([Part((425.0,), SPOKEN_DBM0, 1000)], loop=True), seconds(4)).bytes)
    writer.close()


def loudest(sound: Pcm) -> float:
    """dBm0 of the loudest half second."""
    return max(level(sound[at : at + 4000]) for at in range(0, len(sound) - 4000, 800))


def raw(file: Path) -> Pcm:
    samples = array("h")
    samples.frombytes(file.read_bytes())
    return Pcm(samples)


def test_a_client_takes_a_call_by_epoll_dahdi_monitor_records_it_and_dahdi_test_runs_beside(
    nodes: DahdiNodes, tmp_path: Path
) -> None:
    spoken(tmp_path / "425.wav")
    stranger = str(Path(__file__).with_name("strangers_dahdi.py"))
    client = nodes.start(sys.executable, "-I", stranger, "/dev/dahdi", "2", str(tmp_path / "heard"), "epoll")
    assert client.stdout is not None
    assert json.loads(client.stdout.readline()) == {"what": "ready"}
    measures = nodes.start("dahdi_test", "-v", "-c", "2")
    nodes.order("line 2 call 5551234 ANN LEE", f"line 2 speak {tmp_path / '425.wav'}")
    events = []
    while "answers" not in (line := client.stdout.readline()):
        events.append(json.loads(line)["event"])
    assert events == [18, 2]
    nodes.row(type="caller", number="5551234", what="speaks")
    files = {letter: str(tmp_path / letter) for letter in "rtRT"}
    options = [word for letter, file in files.items() for word in (f"-{letter}", file)]
    both = nodes.start(
        "dahdi_monitor", "2", "-l", "24000", "-f", str(tmp_path / "f"), "-F", str(tmp_path / "F")
    )
    said = nodes.run("dahdi_monitor", "2", "-l", "24000", *options)
    assert "done cleaning up" in said
    assert "done cleaning up" in both.communicate(timeout=60)[0]
    sound = {letter: raw(tmp_path / letter) for letter in "rtRTfF"}
    assert {name: len(each) for name, each in sound.items()} == dict.fromkeys("rtRTfF", 12_000)
    spoke, went = 10 ** ((SPOKEN_DBM0 - LOSS_DB) / 10), 10 ** (SENT_DBM0 / 10)
    echo, all_of_it = echo_of((0,) * 8, 1004) ** 2, echo_of((-128, *(0,) * 7), 1004) ** 2
    for names, power in (("rR", spoke + went * echo), ("tT", went), ("fF", spoke + went * all_of_it)):
        for name in names:
            assert loudest(sound[name]) == pytest.approx(10 * numpy.log10(power), abs=0.5), name
    nodes.order("battery 2 off")
    rest = [json.loads(line) for line in client.communicate(timeout=60)[0].splitlines()]
    assert rest[0] == {"what": "event", "event": 1}
    assert rest[-1]["what"] == "hangs up"
    assert rest[-1]["refused"] >= 1
    nodes.order("battery 2 on", "hangup")
    nodes.row(type="caller", number="5551234", what="hangs up")
    told, _ = measures.communicate(timeout=60)
    assert "Results after" in told
    assert measures.returncode == 0


def test_what_is_left_of_a_card_that_was_killed_is_cleared_away_by_the_next(
    fuse: None, tmp_path: Path
) -> None:
    place = tmp_path / "nodes"
    command = [sys.executable, "-P", "-m", "ctidrv.cli", "sim", "dahdi", "--nodes", str(place), "--json"]
    pipe = subprocess.PIPE
    for how, wanted in ((signal.SIGKILL, ["ready"]), (signal.SIGTERM, ["card", "ready"])):
        card = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert card.stdout is not None
        rows = []
        while not rows or rows[-1]["type"] != "ready":
            rows.append(json.loads(card.stdout.readline()))
        place.stat()  # what the kernel knows of the folder now holds when nobody serves it any more
        card.send_signal(how)
        card.communicate(timeout=60)
        assert [row["type"] for row in rows] == wanted
    assert "a program that had died" in rows[0]["detail"]
    assert card.returncode == 0
    assert not place.exists() or list(place.iterdir()) == []
