"""The tones of fax machines and modems as audio (cti/fax_tone_tx.h; ITU-T T.30, V.8, V.25)."""

from __future__ import annotations

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.events import FAX_TONES
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms as samples_of

_NUMBERS = {name: number for number, name in FAX_TONES.items()}


def fax_tone(tone: str, *, ms: float, level: float = -13.0, reversals: bool | None = None) -> Pcm:
    """So many milliseconds of ``cng``, ``ced``, ``ansam`` or ``v21`` (flags), `level` in dBm0 (-60…0).

    `reversals`: the phase turns every 450 ms; None: as V.8 has it, with ANSam only. Raises
    UsageError for another tone, and NativeError for a level out of range.
    """
    if tone not in _NUMBERS:
        raise UsageError(f"{tone!r}: the fax tones are cng, ced, ansam and v21")
    config = ffi.new("cti_fax_tone_tx_config *")
    check(lib.cti_fax_tone_tx_defaults(config, _NUMBERS[tone]), f"fax tone {tone}")
    config.level_dbm0, config.samples = level, max(1, samples_of(ms))
    if reversals is not None:
        config.reversals = int(reversals)
    size = lib.cti_fax_tone_tx_size()
    sender = state("cti_fax_tone_tx", size)
    check(lib.cti_fax_tone_tx_init(sender, size, config), f"fax tone {tone} of {level} dBm0")
    out = ffi.new("int16_t[]", config.samples)
    made = check(lib.cti_fax_tone_tx_run(sender, out, config.samples), "fax tone")
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * made)))
