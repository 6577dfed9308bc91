"""A station that is killed while a mail server takes its e-mail: a real process, a real server."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from ctidrv.service.client import StationClient

CONFIG = """\
[mail]
host = "127.0.0.1"
port = {port}
tls = "none"
from = "fax@example.com"

[[board]]
name = "sim"
driver = "sim"
lines = 1

[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
"""


@pytest.fixture
def post() -> ModuleType:
    """`post_office.py` of the mail's own tests."""
    path = Path(__file__).parents[1] / "unit" / "apps" / "mail" / "post_office.py"
    spec = importlib.util.spec_from_file_location("ctidrv_tests_post_office", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def station(data: Path, config: Path) -> Iterator[tuple[subprocess.Popen[str], StationClient]]:
    program = Path(__file__).with_name("station_that_faxes.py")
    command = [sys.executable, "-P", str(program), str(data), "0", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, encoding="utf-8") as process:
        try:
            until((data / "station.json").exists)
            with StationClient.discover(data) as client:
                yield process, client
        finally:
            process.kill()
    (data / "station.json").unlink()


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_killed_while_the_server_has_the_mail_the_station_sends_it_after_the_restart(
    tmp_path: Path, post: ModuleType
) -> None:
    pytest.importorskip("PIL", reason="pillow is not installed")
    data, config, document = tmp_path / "data", tmp_path / "station.toml", tmp_path / "letter.txt"
    data.mkdir()
    document.write_text("one page", encoding="utf-8")
    port = post.free_port()
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    first, second = post.PostOffice(), post.PostOffice()
    first.may_take.clear()
    with post.opened(first, port=port), station(data, config) as (process, client):
        (fax,) = (row["id"] for row in client.send_fax(document, ["2125550123"], mail_to="li@example.com"))
        assert first.has_data.wait(60)
        assert client.fax(fax)["mail"]["state"] == "queued"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with post.opened(second, port=port), station(data, config) as (_, client):
        until(lambda: client.fax(fax)["mail"]["state"] == "sent")
        assert client.fax(fax)["facts"][-1]["kind"] == "mailed"
    (message,) = second.taken
    assert message["Message-ID"] == f"<{fax}.1@example.com>"
    assert message["Subject"] == "Fax to 2125550123: sent"
    assert [each.get_content_type() for each in message.iter_attachments()] == ["application/pdf"]
