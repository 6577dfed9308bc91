"""What a wire is set to is measured: by numpy and by ladders of lumped sections, not by the plant's code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm
from hwsim.plant import LineSettings, Plant
from hwsim.wire_settings import IMPEDANCES, WireSettings

Sound = npt.NDArray[np.int16]
Numbers = npt.NDArray[np.float64]

RATE, TICK = 8000, 160
RMS_0_DBM0 = 16140.0
CLEAN = LineSettings(loss_db=0, noise_dbm0=-90, return_loss_db=60, echo_ms=0, law="linear")
BOARD, PHONE = 0, 1
FRAME = 1024
VOICE_BAND = slice(26, 461)
"""200 to 3600 Hz of FRAME."""


class Bench:
    """A board's line and a telephone's, both off hook and switched together."""

    def __init__(self, wire: dict[str, Any], *, line: LineSettings = CLEAN, joined: bool = True) -> None:
        self.plant = Plant(
            1, 1, seed=77, line=line, wire=WireSettings.model_validate(wire), record_seconds=600
        )
        self._now = 0
        board = self.plant.board
        check(board.control(board.ctx, BOARD, lib.CTI_LINE_HOOK, 1), "hook")
        self.plant.hook(PHONE, True)
        if joined:
            self.plant.connect(BOARD, PHONE)
        self.plant.phone_record(PHONE, True)

    def run(self, sent: Sound) -> tuple[Sound, Sound]:
        """The board sends; what the board hears, and the telephone."""
        board, events = self.plant.board, ffi.new("cti_event[]", 64)
        rx = ffi.new("int16_t[]", TICK)
        heard = np.zeros(len(sent) // TICK * TICK, np.int16)
        for begin in range(0, len(heard), TICK):
            tx = ffi.from_buffer("int16_t[]", sent[begin : begin + TICK].tobytes())
            check(board.exchange(board.ctx, self._now, tx, rx, TICK, events, 64), "tick")
            heard[begin : begin + TICK] = np.frombuffer(ffi.buffer(rx), np.int16)
            self._now += TICK
            list(self.plant.events())
        return heard, np.frombuffer(self.plant.phone_frames(PHONE)[1], np.int16)


def white(seconds: float, dbm0: float = -15, seed: int = 5) -> Sound:
    noise = np.random.default_rng(seed).normal(0, RMS_0_DBM0 * 10 ** (dbm0 / 20), round(seconds * RATE))
    return np.clip(np.round(noise), -32768, 32767).astype(np.int16)


def sine(hz: float, seconds: float, dbm0: float = -10) -> Sound:
    n = np.arange(round(seconds * RATE))
    peak = RMS_0_DBM0 * np.sqrt(2) * 10 ** (dbm0 / 20)
    return np.round(peak * np.sin(2 * np.pi * hz * n / RATE)).astype(np.int16)


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE), np.int16)


def level(sound: npt.NDArray[Any]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound.astype(float) ** 2)) / RMS_0_DBM0))


def loss_between(sent: Sound, got: Sound, late: int = 0) -> Numbers:
    """dB at each frequency of FRAME, by the cross-spectrum of noise."""
    a, b = sent[: len(sent) - late].astype(float), got[late:].astype(float)
    window = np.hanning(FRAME)
    cross, own = np.zeros(FRAME // 2 + 1, complex), np.zeros(FRAME // 2 + 1)
    for begin in range(0, len(a) - FRAME, FRAME // 2):
        x = np.fft.rfft(a[begin : begin + FRAME] * window)
        y = np.fft.rfft(b[begin : begin + FRAME] * window)
        cross += y * x.conj()
        own += np.abs(x) ** 2
    return np.asarray(-20 * np.log10(np.abs(cross / own)))


HZ: Numbers = np.arange(FRAME // 2 + 1) * RATE / FRAME


# A cable as a ladder of 400 short sections, each a resistor, a coil and a capacitor.


def impedance(name: str, hz: Numbers) -> npt.NDArray[np.complex128]:
    ohm, parallel, nf = IMPEDANCES[name]
    return np.asarray(ohm + parallel / (1 + 2j * np.pi * hz * nf * 1e-9 * parallel))


def ladder(ohm_per_km: float, km: float, hz: Numbers, nf: float = 50.0) -> list[npt.NDArray[np.complex128]]:
    """Its chain matrix, as a, b, c, d."""
    parts = 400
    w = 2j * np.pi * hz
    series, across = (ohm_per_km + w * 680e-6) * km / parts, w * nf * 1e-9 * km / parts
    one = np.ones_like(series)
    a, b, c, d = one, 0 * one, 0 * one, one
    for _ in range(parts):
        a, b = a, a * series + b
        c, d = c, c * series + d
        a, c = a + b * across, c + d * across
    return [a, b, c, d]


def db(ratio: npt.NDArray[Any]) -> Numbers:
    return np.asarray(20 * np.log10(np.abs(ratio)))


@pytest.mark.parametrize(
    ("gauge", "ohm", "km"), [("0.4", 279.9, 4.0), ("0.6", 124.4, 6.0), ("24 AWG", 171.6, 3.0)]
)
def test_loss_and_slope_of_a_cable_are_those_of_a_ladder_of_its_constants(
    gauge: str, ohm: float, km: float
) -> None:
    bench = Bench({"cable": {"gauge": gauge, "km": km}, "terminal": "eu", "exchange": "600"})
    sent = white(40)
    _, heard = bench.run(sent)
    a, b, c, d = ladder(ohm, km, HZ[VOICE_BAND])
    source, load = impedance("eu", HZ[VOICE_BAND]), impedance("600", HZ[VOICE_BAND])
    one_way = db((a * load + b + c * source * load + d * source) / (source + load))
    measured = loss_between(sent, heard)[VOICE_BAND]
    assert np.max(np.abs(measured - 2 * one_way)) < 0.4  # two such lines
    assert measured[-1] - measured[10] > 2  # and it has a slope


def test_more_kilometres_lose_more_on_both_ways() -> None:
    short, far = Bench({"cable": {"km": 1.0}}), Bench({"cable": {"km": 5.0}})
    tone = sine(1020, 1)
    for bench in (short, far):
        bench.plant.phone_play(PHONE, Pcm(sine(1020, 1).tobytes()))
    near, distant = (bench.run(tone) for bench in (short, far))
    a, b, c, d = ladder(279.9, 5.0, np.array([1020.0]))
    expected = float(db((a * 600 + b + c * 360_000 + d * 600) / 1200)[0])
    for way in (0, 1):
        assert level(distant[way][800:]) == pytest.approx(-10 - 2 * expected, abs=0.1)
        assert level(near[way][800:]) > level(distant[way][800:]) + 4


def test_q552_return_loss_is_that_of_the_network_against_the_line() -> None:
    bench = Bench(
        {"cable": {"gauge": 0.5, "km": 2.0}, "terminal": "eu", "exchange": "eu", "balance": "eu"},
        joined=False,
    )
    sent = white(40)
    back, _ = bench.run(sent)
    hz = HZ[VOICE_BAND]
    a, b, c, d = ladder(179.1, 2.0, hz)
    far, own, network = (impedance(name, hz) for name in ("eu", "eu", "eu"))
    line = (a * far + b) / (c * far + d)
    expected = db((own + network) / (2 * own) * (line + own) / (line - network))
    assert np.max(np.abs(loss_between(sent, back)[VOICE_BAND] - expected)) < 0.4
    assert np.ptp(expected) > 3  # a curve, not a level


def test_g122_return_loss_follows_the_points_that_are_given() -> None:
    points = [[200, 8], [500, 14], [1000, 22], [2000, 18], [3400, 10]]
    bench = Bench({"return_loss": points}, joined=False)
    sent = white(40)
    back, _ = bench.run(sent)
    expected = np.interp(HZ[VOICE_BAND], *np.transpose(points))
    measured = loss_between(sent, back)[VOICE_BAND]
    assert np.max(np.abs(measured - expected)) < 0.5
    # G.122, annex B: echo loss by the trapezoidal rule over 300 to 3400 Hz, on a logarithmic frequency axis.
    logs, band = np.log(HZ[VOICE_BAND]), (HZ[VOICE_BAND] >= 300) & (HZ[VOICE_BAND] <= 3400)
    echo_loss = [
        -10 * np.log10(np.trapezoid(10 ** (-curve[band] / 10), logs[band]) / np.ptp(logs[band]))
        for curve in (measured, expected)
    ]
    assert echo_loss[0] == pytest.approx(echo_loss[1], abs=0.1)


def test_g131_far_echo_has_its_curve_and_comes_after_both_ways() -> None:
    points = [[300, 12], [1000, 20], [3400, 14]]
    bench = Bench({"delay_ms": 60, "far_return_loss": points})
    sent = white(40)
    back, heard = bench.run(sent)
    expected = np.interp(HZ[VOICE_BAND], *np.transpose(points))
    assert np.max(np.abs(loss_between(sent, back, late=960)[VOICE_BAND] - expected)) < 0.5
    assert np.array_equal(heard[480:], sent[: len(heard) - 480])


def test_g712_band_of_a_channel_from_end_to_end() -> None:
    bench = Bench({"band": "g712"})
    sent = white(60)
    _, heard = bench.run(sent)
    loss = loss_between(sent, heard)
    over = loss - loss[np.argmin(np.abs(HZ - 1020))]
    passed = (HZ >= 300) & (HZ <= 3000)
    assert -0.5 <= over[passed].min() <= over[passed].max() <= 0.5
    edge = (HZ > 3000) & (HZ <= 3400)
    assert -0.5 <= over[edge].min() <= over[edge].max() <= 1.8
    for hz in (50, 60):  # half-channels, as they stand at each end
        _, low = Bench({"band": "g712"}).run(sine(hz, 2))
        assert level(low[RATE:]) < -10 - 2 * 24
    _, high = Bench({"band": "g712"}).run(sine(3900, 2))
    assert level(high[RATE:]) < -10 - 2 * 14


def test_o41_white_noise_and_hum_have_their_levels_in_dbm0() -> None:
    bench = Bench({"hum": {"hz": 50, "dbm0": -45}}, line=LineSettings(0, -60, 60, 0, "linear"), joined=False)
    heard, _ = bench.run(silence(10))
    spectrum = np.abs(np.fft.rfft(heard[: 10 * RATE].astype(float))) * np.sqrt(2) / (10 * RATE)
    lines = {hz: 20 * np.log10(spectrum[hz * 10] / RMS_0_DBM0) for hz in (50, 150, 250)}
    assert 10 * np.log10(sum(10 ** (each / 10) for each in lines.values())) == pytest.approx(-45, abs=0.1)
    assert lines[150] - lines[50] == pytest.approx(-12, abs=0.5)
    assert lines[250] - lines[50] == pytest.approx(-18, abs=0.7)
    rest = spectrum.copy()
    for hz in lines:
        rest[hz * 10] = 0
    assert 20 * np.log10(np.sqrt(np.sum(rest**2)) / RMS_0_DBM0) == pytest.approx(-60, abs=0.2)


def _places(sound: Sound, over_dbm0: float, apart: int) -> list[int]:
    """Where something louder begins; nothing is counted for `apart` samples behind each."""
    threshold = RMS_0_DBM0 * np.sqrt(2) * 10 ** (over_dbm0 / 20)
    found: list[int] = []
    for place in np.flatnonzero(np.abs(sound.astype(float)) > threshold):
        if not found or place - found[-1] >= apart:
            found.append(int(place))
    return found


def test_o71_impulses_are_as_many_and_as_high_as_was_set() -> None:
    bench = Bench({"impulses": {"per_minute": 60, "dbm0": -12}}, joined=False)
    heard, _ = bench.run(silence(300))
    places = _places(heard, -15, apart=1000)  # O.71: 125 ms of dead time
    assert len(places) == pytest.approx(300 / 1.125, abs=3 * np.sqrt(300))
    assert abs(level(np.array([np.abs(heard).max() / np.sqrt(2)])) + 12) < 0.3
    one = heard[places[0] : places[0] + 64].astype(float)
    spectrum = np.abs(np.fft.rfft(one, 1024))
    assert HZ[int(np.argmax(spectrum))] == pytest.approx(1000, abs=150)
    assert np.abs(one[40:]).max() < np.abs(one).max() / 50  # gone within 5 ms
    gaps = np.diff(places) / RATE  # exponential: as much deviation as mean
    assert np.std(gaps) == pytest.approx(np.mean(gaps), rel=0.3)


def test_clicks_are_single_samples() -> None:
    bench = Bench({"clicks": {"per_minute": 60, "dbm0": -6}}, joined=False)
    heard, _ = bench.run(silence(300))
    places = np.flatnonzero(heard)
    assert len(places) == pytest.approx(300, abs=3 * np.sqrt(300))
    assert {abs(int(heard[place])) for place in places} == {round(RMS_0_DBM0 * np.sqrt(2) * 10 ** (-6 / 20))}
    assert min((heard[places] > 0).sum(), (heard[places] < 0).sum()) > 100


def _levels(sound: Sound, step: int = 40) -> Numbers:
    """Of every 5 ms."""
    rows = sound[: len(sound) // step * step].reshape(-1, step).astype(float)
    return np.asarray(20 * np.log10(np.sqrt(np.mean(rows**2, axis=1)) / RMS_0_DBM0 + 1e-9))


def test_o62_dropouts_are_as_long_and_as_deep_as_was_set() -> None:
    bench = Bench({"dropouts": {"per_minute": 20, "ms": 150, "db": 25}})
    _, heard = bench.run(sine(1000, 240))
    low = _levels(heard) < -20
    starts = np.flatnonzero(low[1:] & ~low[:-1])
    ends = np.flatnonzero(~low[1:] & low[:-1])
    assert len(starts) == pytest.approx(160, abs=3 * np.sqrt(160))  # both lines have them
    lengths = (ends[: len(starts)] - starts[: len(ends)]) * 5
    assert np.median(lengths) == pytest.approx(150, abs=6)
    assert np.median(_levels(heard)[low]) == pytest.approx(-35, abs=0.2)


def test_o95_gain_steps_go_between_two_levels() -> None:
    bench = Bench({"gain_steps": {"per_minute": 30, "db": -4}}, joined=False)
    bench.plant.exchange_play(BOARD, Pcm(sine(1000, 120).tobytes()))
    heard, _ = bench.run(silence(120))
    levels = np.round(_levels(heard), 1)
    there = [value for value in (-10.0, -14.0) if (np.abs(levels - value) < 0.15).mean() > 0.2]
    assert there == [-10.0, -14.0]
    assert (np.abs(levels + 10) < 0.15).mean() + (np.abs(levels + 14) < 0.15).mean() > 0.95
    jumps = np.flatnonzero(np.diff((levels < -12).astype(int)))
    assert len(jumps) == pytest.approx(60, abs=3 * np.sqrt(60))


@pytest.mark.parametrize("ppm", [-100.0, 20.0, 100.0])
def test_a_clock_that_drifts_shifts_every_frequency_by_as_much(ppm: float) -> None:
    bench = Bench({"board_ppm": ppm}, joined=False)
    bench.plant.exchange_play(BOARD, Pcm(sine(2000, 30).tobytes()))
    heard, _ = bench.run(silence(30))
    steady = heard[RATE : 29 * RATE].astype(float)
    n = np.arange(len(steady))
    turned = steady * np.exp(-2j * np.pi * 2000 * n / RATE)
    phase = np.unwrap(np.angle([part.mean() for part in np.split(turned, 28)]))
    hz = np.polyfit(np.arange(28), phase, 1)[0] / (2 * np.pi)
    assert hz / 2000 * 1e6 == pytest.approx(-ppm, abs=0.5)  # a fast clock hears everything lower
    angle = 2 * np.pi * (2000 + hz) * n[:RATE] / RATE
    basis = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    fit = basis @ np.linalg.lstsq(basis, steady[:RATE], rcond=None)[0]
    assert 10 * np.log10(np.mean(fit**2) / np.mean((steady[:RATE] - fit) ** 2)) > 65


def test_a_clock_that_drifts_slips_by_a_frame_when_its_buffer_is_used_up() -> None:
    bench = Bench({"board_ppm": 500}, joined=False)
    bench.plant.exchange_play(BOARD, Pcm(sine(1010, 100).tobytes()))
    heard, _ = bench.run(silence(100))
    turned = heard.astype(float) * np.exp(-2j * np.pi * 1010 / (1 + 500e-6) * np.arange(len(heard)) / RATE)
    phase = np.unwrap(np.angle(turned[: len(turned) // 800 * 800].reshape(-1, 800).mean(axis=1)))
    slips = np.flatnonzero(np.abs(np.diff(phase[5:])) > 0.5)
    assert len({slip // 5 for slip in slips}) == 2  # each 160 samples, at 4 samples a second
    assert (slips[-1] - slips[0]) / 10 == pytest.approx(40, abs=0.5)


def test_delay_is_what_the_correlation_finds() -> None:
    bench = Bench({"delay_ms": 137.5})
    sent = white(2)
    _, heard = bench.run(sent)
    a, b = sent.astype(float), heard.astype(float)
    found = np.fft.irfft(np.fft.rfft(b, 32768) * np.fft.rfft(a, 32768).conj())
    assert int(np.argmax(found)) == 1100
