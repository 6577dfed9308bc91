"""The sentences of an analysis in English; what frames and their bits mean is the frames' own table."""

from __future__ import annotations

LINES: dict[str, str] = {
    "caller": "caller",
    "called": "called end",
    "side": "one end",
    "tone cng": "CNG: a fax calls",
    "tone ced": "CED: a fax answers",
    "tone ansam": "ANSam: a fax answers that knows V.8",
    "tone other": "{name} tone of the exchange",
    "role check": "training check",
    "role page": "page",
    "role blocks": "page in frames",
    "unread": "a fast carrier that could not be read",
    "long": "long training",
    "short": "short training",
    "damaged frame": "damaged frame",
    "no frame": "not a frame of T.30",
    "check": "training check: {errors} of {bits} bits wrong, {span} right on end; answer: {answer}",
    "nothing": "none was heard",
    "block": "block {number}: {have} of {whole} frames, {damaged} damaged, {repeated} came twice, {asked} "
    "times asked for again",
    "page": "page {number}: {coding}, {width} x {rows}, {damaged} damaged rows, {end}; {command}, "
    "answer: {answer}",
    "page unread": "page {number}: could not be read ({coding}); {command}, answer: {answer}",
    "end whole": "complete",
    "end broken": "its end is damaged",
    "end missing": "its end is missing",
    "end damage": "breaks off at a damaged row",
    "end long": "too long",
    "end none": "no end",
    "pause change": "pause within a turn: {ms:.0f} ms (75 ± 20)",
    "pause answer": "answer after {ms:.0f} ms (T4: 3 s)",
    "pause command": "next command after {ms:.0f} ms (T2: 6 s)",
    "quality": "{level:.1f} dBm0, SNR {snr:.1f} dB, EVM {evm:.1%}, carrier {carrier_hz:+.1f} Hz, clock "
    "{clock_ppm:+.0f} ppm",
    "password": "(hidden)",
    "frames again": "{count} frames again: {list}",
    "again list": "…",
    "no fax": "no fax heard",
    "findings": "Findings",
    "weight error": "error",
    "weight warning": "warning",
    "weight note": "note",
    "constellation": "constellation; where its points should lie",
    "eye I": "eye, in phase",
    "eye Q": "eye, in quadrature",
    "line": "the line",
    "sent": "sent",
    "came": "came",
    "exchange": "others",
    "more": "more",
}
"""Of the call, line by line, and of its pictures."""

FINDINGS: dict[str, str] = {
    "ended-done": "the {by} ended the call in order: every page was confirmed",
    "ended-not-all": "the {by} ended the call in order, but not every page was confirmed: {pages}",
    "echo": "what one end sends comes back on the other's channel {loss:.0f} dB fainter",
    "retrained": "trained again behind the first page ({count} x)",
    "ended-training": "the {by} gave up: no training was understood",
    "ended-refused": "the {by} gave up: the page was refused ({last})",
    "ended-correction": "the {by} gave up: error correction did not get the page across ({last})",
    "ended-no-answer": "the {by} gave up: {last} was sent ({repeats} x) and nobody answered",
    "ended-not-wanted": "the {by} hung up behind {last}: what the other end can do does not suit it",
    "ended-no-order": "the {by} hung up behind {last}: it does not accept what was ordered",
    "ended-unconfirmed": "the {by} hung up before the end: the last frame was {last}",
    "ended-silent": "nobody ended the call in order: after {last} nothing came from the {by}",
    "ended-cut-off": "the recording ends within the call; the last frame was {last}",
    "ended-cleared": "the exchange cleared the call; the last frame was {last}",
    "ended-no-frames": "fax tones, and no frame behind them: the other end is no fax, or it hung up",
    "file-cut-off": "the file is cut off; the {seconds:.1f} s of it that are there are analysed",
    "begins-late": "the recording begins within the call: its first frame is {name}",
    "x-wrong": "{count} frames of the {side} have the other end's X bit, the first is {name}",
    "training-lost": "training at {modem} {bit_rate} bit/s was lost ({count} x); SNR {snr:.0f} dB",
    "training-lost-clean": "training at {modem} {bit_rate} bit/s was refused ({count} x) although "
    "it has no error here "
    "(SNR {snr:.0f} dB): the noise is on the receiver's side",
    "training-unanswered": "training at {modem} {bit_rate} bit/s was not answered ({count} x); SNR "
    "{snr:.0f} dB",
    "fall-back": "fall-back from {was_modem} {was} to {modem} {bit_rate} bit/s",
    "rate-raised": "from {was_modem} {was} up to {modem} {bit_rate} bit/s",
    "check-length": "a training check of {seconds:.2f} s; T.30 has 1.5 s ± 10 %",
    "carrier-unread": "a fast carrier of {seconds:.1f} s could not be read ({role}): its training "
    "is damaged, "
    "missing, or another modem's",
    "carrier-cut": "the carrier was cut ({count} x) ({role})",
    "noise": "noise on what the {side} sends: SNR {snr:.0f} dB, and {modem} at {bit_rate} bit/s needs "
    "{needs:.0f} dB",
    "faint": "the {side} is faint: {level:.0f} dBm0",
    "loud": "the {side} is too loud: {level:.0f} dBm0",
    "carrier-off": "the carrier of the {side} is off by {hz:+.1f} Hz: T.30's modems allow 7 Hz",
    "clock-off": "the clock of the {side}, or of the recording, is off by {ppm:+.0f} ppm",
    "pause-change-short": "the {side} leaves {ms:.0f} ms between {before} and {behind}, {count} x; "
    "T.30 has 75 ± 20 ms",
    "pause-change-long": "the {side} leaves {ms:.0f} ms between {before} and {behind}, {count} x; "
    "T.30 has 75 ± 20 ms",
    "pause-answer-long": "the {side} answers {before} after {ms:.0f} ms, {count} x: later than T4 "
    "allows, commands "
    "will be repeated",
    "pause-command-long": "the {side} goes on {ms:.0f} ms after {before}, {count} x: later than T2 allows",
    "repeated": "{name} of the {side} was sent {count} x: it was not answered, or the answer not heard",
    "frames-damaged": "{count} damaged frames of V.21 on channel {channel}",
    "frames-unknown": "{count} frames that T.30 does not know, the first {raw}",
    "page-refused": "page {page} was refused ({answer})",
    "page-unanswered": "page {page} was not answered, as far as was heard",
    "page-coding": "page {page} is coded as {coding}, which is not drawn",
    "page-unread": "nothing of page {page} could be read",
    "page-damaged": "page {page} has {damaged} damaged rows of {rows}, the first is row {first}",
    "page-end": "page {page} has no right end ({end}), {rows} rows came",
    "repeats": "page {page}: frames were asked for again ({count} x, {frames} frames); {damaged} came "
    "damaged here",
    "repeats-clean": "page {page}: frames were asked for again ({count} x, {frames} frames), "
    "although none is "
    "damaged here: the noise is on the receiver's side",
    "frames-missing": "page {page}: {count} frames never came whole",
    "not-offered": "the {side} orders what the other end has not offered: {what}",
    "both-at-once": "both ends speak at once: {behind} begins within {before}",
    "v34": "answered with ANSam and no frame of V.21 behind it: a fax of V.34, which is not decoded, or "
    "a data modem",
}
"""By the code of a finding; its data stand in them."""
