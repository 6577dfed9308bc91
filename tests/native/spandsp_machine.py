"""libspandsp's fax terminal, an implementation that is not ours, by ctypes: TIFF files on a line's audio."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctidrv.native.pcm import Pcm

# t30.h, t4.h
MODEMS = {"v27ter": 1, "v29": 2, "v17": 4}
CODINGS = {"mh": 2, "mr": 4, "mmr": 8}
RESOLUTIONS = 1 | 2 | 4
SIZES = 1 | 2 | 4 | 0x10000 | 0x20000 | 0x40000  # A4, B4 and A3 wide, of any length
PHASE_E = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


class SpandspFax:
    """One call, of the newest modem named in `modem` down, or of `modems` alone (their bits); `ended`: its
    completion code, 0 is well. `codings`: None: MMR with error correction only."""

    def __init__(
        self,
        lib: Any,
        *,
        calling: bool,
        send: Path | None = None,
        receive: Path | None = None,
        modem: str = "v17",
        modems: int | None = None,
        ecm: bool = True,
        codings: Sequence[str] | None = None,
        ident: str = "123456",
    ) -> None:
        self._lib = lib
        lib.fax_init.restype = lib.fax_get_t30_state.restype = ctypes.c_void_p
        lib.t30_completion_code_to_str.restype = ctypes.c_char_p
        self.ended: int | None = None
        self._fax = ctypes.c_void_p(lib.fax_init(None, int(calling)))
        self.t30 = t30 = ctypes.c_void_p(lib.fax_get_t30_state(self._fax))
        """Of libspandsp's own functions."""
        lib.fax_set_transmit_on_idle(self._fax, 1)
        lib.t30_set_tx_ident(t30, ident.encode())
        known = sum(bit for name, bit in MODEMS.items() if bit <= MODEMS[modem])
        lib.t30_set_supported_modems(t30, known if modems is None else modems)
        lib.t30_set_ecm_capability(t30, int(ecm))
        usual = ("mh", "mr", "mmr") if ecm else ("mh", "mr")
        lib.t30_set_supported_compressions(t30, sum(CODINGS[each] for each in codings or usual))
        lib.t30_set_supported_resolutions(t30, RESOLUTIONS)
        lib.t30_set_supported_image_sizes(t30, SIZES)
        if send is not None:
            lib.t30_set_tx_file(t30, str(send).encode(), -1, -1)
        if receive is not None:
            lib.t30_set_rx_file(t30, str(receive).encode(), -1)
        self._phase_e = PHASE_E(self._end)
        lib.t30_set_phase_e_handler(t30, self._phase_e, None)

    def _end(self, _state: object, _user: object, code: int) -> None:
        self.ended = code

    @property
    def says(self) -> str:
        """How it ended."""
        if self.ended is None:
            return "going on"
        return str(self._lib.t30_completion_code_to_str(self.ended).decode())

    def run(self, rx: Pcm) -> Pcm:
        """Samples from the line, and as many to it."""
        out = (ctypes.c_int16 * len(rx))()
        self._lib.fax_rx(self._fax, ctypes.create_string_buffer(rx.bytes, 2 * len(rx)), len(rx))
        made = self._lib.fax_tx(self._fax, out, len(rx))
        return Pcm(out[:made]) + Pcm.silence(len(rx) - made)

    def protect_from_echo(self) -> None:
        """The carrier alone comes before each training."""
        self._lib.fax_set_tep_mode(self._fax, 1)

    def close(self) -> None:
        """The received file is whole behind it."""
        if self._fax:
            self._lib.fax_free(self._fax)
            self._fax = ctypes.c_void_p()
