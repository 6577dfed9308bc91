"""Country data: figures against the tone plan and other sources."""

from __future__ import annotations

import pytest

from ctidrv.ports.regions import (
    TONES,
    load_region,
)

# The plan of the countries first built for: frequencies, on/off times in milliseconds.
FIGURES = {
    "us": {
        "ring": (2000, 4000),
        "dial": ((350, 440), ()),
        "busy": ((480, 620), (500, 500)),
        "ringback": ((440, 480), (2000, 4000)),
        "congestion": ((480, 620), (250, 250)),
        "call_waiting": ((440,), (300, 10000)),
    },
    "gb": {
        "ring": (400, 200, 400, 2000),
        "dial": ((350, 440), ()),
        "busy": ((400,), (375, 375)),
        "ringback": ((400, 450), (400, 200, 400, 2000)),
        "congestion": ((400,), (400, 350, 225, 525)),
        "call_waiting": ((400,), (100, 4000)),
    },
    "cn": {
        "ring": (1000, 4000),
        "dial": ((450,), ()),
        "busy": ((450,), (350, 350)),
        "ringback": ((450,), (1000, 4000)),
        "congestion": ((450,), (700, 700)),
        "call_waiting": ((450,), (400, 4000)),
    },
    "de": {
        "ring": (1000, 4000),
        "dial": ((425,), ()),
        "busy": ((425,), (480, 480)),
        "ringback": ((425,), (1000, 4000)),
        "congestion": ((425,), (240, 240)),
        "call_waiting": ((425,), (200, 200, 200, 5000)),
    },
}


# Sources other than those the files were made from: the tone library of webtone (ITU Operational Bulletin
# 781, 2003), the line interface table of OPAL, AN93 of Silicon Laboratories (E.180 Supplement 2, 04/98), and
# a table of Swisscom's tones after E.180.
SECOND_SOURCES: dict[str, dict[str, dict[str, tuple[tuple[int, ...], tuple[int, ...]]]]] = {
    "webtone": {
        "nl": {
            "dial": ((425,), ()),
            "busy": ((425,), (500, 500)),
            "ringback": ((425,), (1000, 4000)),
            "congestion": ((425,), (250, 250)),
            "call_waiting": ((425,), (500, 9500)),
            "stutter": ((425,), (500, 50)),
        },
        "gb": {
            "busy": ((400,), (375, 375)),
            "congestion": ((400,), (400, 350, 225, 525)),
            "ringback": ((400, 450), (400, 200, 400, 2000)),
            "nu": ((400,), ()),
        },
        "hk": {
            "busy": ((480, 620), (500, 500)),
            "congestion": ((480, 620), (250, 250)),
            "ringback": ((440, 480), (400, 200, 400, 3000)),
            "nu": ((480, 620), ()),
        },
        "in": {
            "busy": ((400,), (750, 750)),
            "congestion": ((400,), (250, 250)),
            "call_waiting": ((400,), (200, 100, 200, 7500)),
        },
    },
    "OPAL": {
        "be": {
            "busy": ((425,), (500, 500)),
            "ringback": ((425,), (1000, 3000)),
            "congestion": ((425,), (167, 167)),
        },
        "cn": {"busy": ((450,), (350, 350)), "congestion": ((450,), (700, 700))},
        "it": {
            "dial": ((425,), (200, 200, 600, 1000)),
            "busy": ((425,), (500, 500)),
            "congestion": ((425,), (200, 200)),
        },
        "fr": {"busy": ((440,), (500, 500)), "ringback": ((440,), (1500, 3500))},
        "sg": {"busy": ((425,), (750, 750)), "congestion": ((425,), (250, 250))},
        "tr": {"busy": ((450,), (500, 500)), "ringback": ((450,), (2000, 4000))},
    },
    "AN93": {
        "tr": {"call_waiting": ((450,), (200, 600, 200, 8000))},
    },
    "Swisscom": {
        "ch": {
            "busy": ((425,), (500, 500)),
            "ringback": ((425,), (1000, 4000)),
            "congestion": ((425,), (200, 200)),
            "call_waiting": ((425,), (200, 200, 200, 4000)),
            "stutter": ((340, 425), (1100, 1100)),
        },
    },
}


@pytest.mark.parametrize(
    ("source", "code"), [(source, code) for source, found in SECOND_SOURCES.items() for code in found]
)
def test_e180_figures_agree_with_a_second_source(source: str, code: str) -> None:
    tones = load_region(code).tones
    figures = SECOND_SOURCES[source][code]
    assert {name: (tones[name].hz, tones[name].ms) for name in figures} == figures


@pytest.mark.parametrize("code", FIGURES)
def test_e180_figures(code: str) -> None:
    region = load_region(code)
    tones = region.tones
    found = {"ring": region.ring, **{name: (tones[name].hz, tones[name].ms) for name in TONES}}
    assert found == FIGURES[code]
