from __future__ import annotations

import hashlib
import math
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ctidrv.errors import InputError, StoreError
from ctidrv.media.wav import WavWriter, is_begun, read_wav, repair_wav
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

soundfile = pytest.importorskip("soundfile")
np = pytest.importorskip("numpy")

SECOND = 8000


def stereo(frames: int, start: int = 0) -> bytes:
    """Frames whose samples name them: tx = n, rx = -n (of the first 30,000, over and over)."""
    n = (np.arange(start, start + frames) % 30000).astype("<i2")
    return np.stack([n, -n], axis=1).tobytes()


def test_file_is_playable_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "call.wav"
    writer = WavWriter(path, 2)
    for i in range(40):
        info = soundfile.info(path)
        assert info.samplerate == 8000
        assert info.channels == 2
        assert 0 <= writer.frames - info.frames < SECOND // 4
        writer.write(stereo(777, i * 777))
    writer.close()
    data, _ = soundfile.read(path, dtype="int16")
    assert data.shape == (40 * 777, 2)
    assert data.tobytes() == stereo(40 * 777)
    assert path.stat().st_size == 44 + 4 * 40 * 777


def test_closed_file_hashes_as_its_bytes_do(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "x.wav", 1)
    writer.write(bytes(1000))
    with pytest.raises(StoreError, match="still being written"):
        writer.sha256()
    writer.close()
    writer.close()
    assert writer.sha256() == hashlib.sha256((tmp_path / "x.wav").read_bytes()).hexdigest()


def test_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"precious")
    with pytest.raises(StoreError, match=r"x\.wav: cannot be made"):
        WavWriter(path, 1)
    assert path.read_bytes() == b"precious"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_disk_that_is_full_is_an_error_naming_the_file(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "x.wav", 1)
    writer._file.close()
    with open("/dev/full", "wb", buffering=0) as full:
        writer._file = full
        with pytest.raises(StoreError, match=r"x\.wav: cannot be written: No space left"):
            writer.write(bytes(100))


def test_empty_recording_is_a_valid_file(tmp_path: Path) -> None:
    WavWriter(tmp_path / "x.wav", 2).close()
    assert soundfile.info(tmp_path / "x.wav").frames == 0
    assert read_wav(tmp_path / "x.wav").frames == 0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("subtype", ["PCM_16", "ALAW", "ULAW"])
@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
def test_files_of_libsndfile_are_read_as_libsndfile_reads_them(
    tmp_path: Path, channels: int, subtype: str, form: str
) -> None:
    path = tmp_path / "x.wav"
    t = np.arange(4001)[:, None] * np.array([[0.05, 0.09]])[:, :channels]
    soundfile.write(path, np.sin(t) * 0.7, 8000, subtype=subtype, format=form)
    expected, _ = soundfile.read(path, dtype="int16", always_2d=True)
    audio = read_wav(path)
    assert len(audio.channels) == channels
    assert audio.frames == 4001
    for i, channel in enumerate(audio.channels):
        assert channel.bytes == expected[:, i].astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("rate", "subtype", "channels", "found"),
    [
        (16000, "PCM_16", 1, "16000 Hz, 16-bit PCM, 1 channel"),
        (44100, "PCM_24", 2, "44100 Hz, 24-bit PCM, 2 channel"),
        (8000, "FLOAT", 1, "8000 Hz, 32-bit floating point, 1 channel"),
        (8000, "PCM_U8", 1, "8000 Hz, 8-bit PCM, 1 channel"),
        (8000, "PCM_16", 3, "8000 Hz, 16-bit PCM, 3 channel"),
    ],
)
def test_other_formats_are_refused_naming_what_was_found(
    tmp_path: Path, rate: int, subtype: str, channels: int, found: str
) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros((100, channels)), rate, subtype=subtype)
    with pytest.raises(InputError) as refused:
        read_wav(path)
    assert found in str(refused.value)
    assert "needed: 8000 Hz, 16-bit PCM, A-law or mu-law" in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty file"),
        (b"RIFF", "not a WAV file"),
        (b"ID3\x04" + bytes(100), "not a WAV file"),
        (b"RIFF\x10\0\0\0WAVE", "without sound"),
        (b"RIFF\xff\0\0\0WAVEfmt \x08\0\0\0\x01\0\x01\0", "cut off"),
        (b"RIFF\xff\0\0\0WAVEdata\0\0\0\0", "before their format"),
        (b"RIFF\xff\0\0\0WAVEjunk\xff\xff\xff\xff", "without sound"),
    ],
)
def test_files_that_are_none_are_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as refused:
        read_wav(path)
    assert "\n" not in str(refused.value)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.wav", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_wav(path)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_pipe_is_refused(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(InputError, match="a pipe or terminal; a WAV file is needed"):
            read_wav(f"/dev/fd/{reading}")
    finally:
        os.close(reading)
        os.close(writing)


def test_chunk_of_odd_length_is_padded(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    writer = WavWriter(path, 1)
    writer.write(stereo(50))
    writer.close()
    data = path.read_bytes()
    path.write_bytes(data[:12] + b"LIST\3\0\0\0abc\0" + data[12:])
    assert read_wav(path).channels[0].bytes == stereo(50)


def test_disk_that_takes_a_part_at_a_time_gets_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        def __init__(self, file: Any) -> None:
            self._file = file

        def write(self, data: Any) -> int:
            return int(self._file.write(bytes(data)[:100]))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    path = tmp_path / "x.wav"
    writer = WavWriter(path, 2)
    monkeypatch.setattr(writer, "_file", Slow(writer._file))
    writer.write(stereo(3000))
    writer.close()
    assert soundfile.read(path, dtype="int16")[0].tobytes() == stereo(3000)


def test_recording_is_put_to_the_disk_every_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    writer = WavWriter(tmp_path / "x.wav", 1)
    monkeypatch.setattr("ctidrv.media.wav.os.fsync", lambda _: synced.append(writer.frames))
    for _ in range(25):
        writer.write(bytes(16000))
    writer.close()
    assert synced == [80_000, 160_000, 200_000]


@pytest.mark.parametrize("format", ["pcm", "alaw"])
@pytest.mark.parametrize(
    ("first", "frames"), [(0, 7), (100, 50), (990, 50), (1000, 5), (5000, 1), (10, None)]
)
def test_a_part_of_a_file_is_what_the_whole_has_there(
    tmp_path: Path, format: str, first: int, frames: int | None
) -> None:
    writer = WavWriter(tmp_path / "a.wav", 2, format=format)
    writer.write(Pcm(range(-1000, 1000)).bytes)
    writer.close()
    whole = read_wav(writer.path).channels
    part = read_wav(writer.path, first, frames).channels
    last = len(whole[0]) if frames is None else first + frames
    assert part == [channel[first:last] for channel in whole]


def test_file_cut_off_is_refused_with_both_lengths(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    writer = WavWriter(path, 1)
    writer.write(bytes(2000))
    writer.close()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="cut off: 1900 of 2000 bytes"):
        read_wav(path)


def test_streamed_file_of_unknown_length_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    writer = WavWriter(path, 1)
    writer.write(bytes(2000))
    writer.close()
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(data)
    assert read_wav(path).frames == 1000


def test_repair_sets_the_sizes_from_the_files_length(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    writer = WavWriter(path, 2)
    writer.write(stereo(5000))
    writer._append(stereo(100, 5000) + b"\x01\x02\x03")  # a killed process: sizes not told, half a frame
    assert repair_wav(path) == 5100
    data, _ = soundfile.read(path, dtype="int16")
    assert data.tobytes() == stereo(5100)
    assert path.stat().st_size == 44 + 4 * 5100
    assert repair_wav(path) == 5100
    writer._file.close()


@pytest.mark.parametrize("content", [b"", b"RIFF" + bytes(60), b"text"])
def test_repair_of_what_is_no_recording_changes_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(InputError):
        repair_wav(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("subtype", ["ULAW", "FLOAT", "PCM_U8"])
def test_repair_leaves_files_of_other_programs_alone(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros(100), 8000, subtype=subtype)
    before = path.read_bytes()
    with pytest.raises(InputError, match="not a recording of this program"):
        repair_wav(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("channels", [0, 3, 9999])
def test_repair_cuts_nothing_off_a_file_whose_header_is_damaged(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "x.wav"
    writer = WavWriter(path, 1)
    writer.write(bytes(2000))
    writer.close()
    data = bytearray(path.read_bytes())
    data[22:24] = struct.pack("<H", channels)
    path.write_bytes(data)
    with pytest.raises(InputError, match="not a recording of this program"):
        repair_wav(path)
    assert path.read_bytes() == data


# A-law.


def tones(channels: int) -> Pcm:
    """Levels from the loudest to nothing, another in each channel."""
    return Pcm(
        round(math.sin(n / (3 + channel)) * 32767 * (1 - n / 4000))
        for n in range(4000)
        for channel in range(channels)
    )


@pytest.mark.parametrize("channels", [1, 2])
def test_an_alaw_file_is_a_decoded_g711_for_us_for_libsndfile_and_for_sox(tmp_path, channels):
    path, sound = tmp_path / "a.wav", tones(channels)
    writer = WavWriter(path, channels, format="alaw", sync=False)
    writer.write(sound.bytes[:1600])
    writer.write(sound.bytes[1600:])
    writer.close()
    assert path.stat().st_size == 58 + 4000 * channels == writer.size_of(4000)
    decoded = g711.decode(g711.encode(sound, "alaw"), "alaw")
    ours = read_wav(path).channels
    assert [bytes(each.bytes) for each in ours] == [
        bytes(decoded[channel::channels].bytes) for channel in range(channels)
    ]
    info = soundfile.info(path)
    assert (info.subtype, info.frames, info.channels, info.samplerate) == ("ALAW", 4000, channels, 8000)
    assert soundfile.read(path, dtype="int16")[0].astype("<i2").tobytes() == decoded.bytes
    raw = subprocess.run(
        ["sox", path, "-t", "raw", "-e", "signed", "-b", "16", "-"], capture_output=True, check=True
    ).stdout
    assert raw == decoded.bytes


def test_an_alaw_file_is_playable_after_every_write_and_repaired_after_a_cut(tmp_path):
    path = tmp_path / "a.wav"
    writer = WavWriter(path, 2, format="alaw", sync=False)
    block = tones(2).bytes[:4000]
    for count in range(1, 9):
        writer.write(block)
        assert read_wav(path).frames <= 1000 * count
    left = path.read_bytes() + b"\xd5"  # killed between two writings of the sizes, within a frame
    writer.close()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(left)
    assert repair_wav(cut) == 8000
    assert cut.read_bytes() == path.read_bytes()
    assert soundfile.info(cut).frames == 8000


@pytest.mark.parametrize(("format", "whole"), [("pcm", 44), ("alaw", 58)])
def test_a_file_is_begun_when_its_header_is_whole(tmp_path, format, whole):
    path = tmp_path / "a.wav"
    WavWriter(path, 2, format=format, sync=False).close()
    assert path.stat().st_size == whole
    assert is_begun(path)
    for size in (0, 20, whole - 1):
        (tmp_path / "part.wav").write_bytes(path.read_bytes()[:size])
        assert not is_begun(tmp_path / "part.wav")
