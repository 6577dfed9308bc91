"""`ctidrv dsp bench`: every kernel, beside libspandsp's, in time and in instructions."""

from __future__ import annotations

import json
import os
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import main
from ctidrv.cli.dsp_instructions import instructions, peer_instructions
from ctidrv.cli.dsp_kernels import kernels
from ctidrv.cli.dsp_peers import peers
from ctidrv.native import lib


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Any:
    """Measures for a moment; what it says of each kernel."""

    def run(*arguments: str) -> dict[str, dict[str, float | None]]:
        assert main(["dsp", "bench", "--seconds", "0.1", "--json", *arguments]) == 0
        kernels: dict[str, dict[str, float | None]] = json.loads(capsys.readouterr().out)["kernels"]
        return kernels

    return run


def test_every_kernel_is_measured(bench: Any) -> None:
    report = bench()
    expected = {"ear", "dtmf_rx", "progress", "vad", "echo_can", "cid_rx_idle", "cid_rx_burst", "conference"}
    expected |= {"cid_rx_digits", "fsk_rx_digits"}
    assert expected <= set(report)
    for figures in report.values():
        assert figures["one_port"] > 0
        assert figures["bank_of_64"] > 0
        assert figures["instructions_one_port"] is None


def test_one_kernel_is_measured_beside_spandsp_where_it_is_installed(bench: Any) -> None:
    report = bench("--kernel", "fsk_rx_burst")
    assert list(report) == ["fsk_rx_burst"]
    other = report["fsk_rx_burst"]["spandsp_one_port"]
    assert (other is not None) == (find_library("spandsp") is not None)


def test_unknown_kernel_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dsp", "bench", "--kernel", "nonsense"]) == 2
    assert "'nonsense' is no kernel: ear, dtmf_rx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "counted"), [("Collected : 16000", 2.0), ("Collected : 0", None), ("", None)]
)
def test_instructions_are_what_valgrind_collected(
    said: str, counted: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valgrind = tmp_path / "valgrind"
    valgrind.write_text(f"#!/bin/sh\necho '==1== {said}' >&2\n")
    valgrind.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert instructions("dtmf_rx", 1) == counted


def test_instructions_of_spandsp_are_the_process_less_that_with_hollow_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valgrind = tmp_path / "valgrind"
    valgrind.write_text(
        '#!/bin/sh\ncase "$*" in *peer*) n=1160000;; *hollow*) n=1000000;; esac\necho "Collected : $n" >&2\n'
    )
    valgrind.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert peer_instructions("dtmf_rx") == 2.0


@pytest.mark.parametrize("name", list(peers()))
def test_kernel_of_spandsp_runs_and_its_hollow_twin_leaves_the_library_alone(name: str) -> None:
    if name != "echo_can":  # it prints
        peers()[name].make(1)()
    peers(hollow=True)[name].make(1)()


def test_functions_that_are_counted_exist() -> None:
    """By the names that valgrind looks for."""
    for kernel in kernels().values():
        assert kernel.functions
        assert all(hasattr(lib, function) for function in kernel.functions)
