"""A full disk beneath recordings: no file grows, what is there stays, and a part of a write may pass."""

import errno

import pytest

from ctidrv.apps.recording.filed import FiledWav
from ctidrv.errors import StoreError
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from hwsim.faulty_files import FaultyFiles


@pytest.fixture
def disk():
    return FaultyFiles()


def test_a_recording_that_meets_a_full_disk_plays_with_what_it_had(disk, tmp_path):
    path = tmp_path / "a.wav"
    writer = WavWriter(path, 1, files=disk)
    writer.write(bytes(10_000))
    disk.full = True
    with pytest.raises(StoreError, match="No space left on device"):
        writer.write(bytes(10_000))
    assert path.stat().st_size == 44 + 10_000  # the part that had room is no sound
    disk.full = False
    writer.write(bytes(320))
    writer.close()
    assert read_wav(path).frames == 5160


def test_a_recording_that_finds_the_disk_full_leaves_nothing(disk, tmp_path):
    disk.full = True
    with pytest.raises(StoreError, match="cannot be made: No space left on device"):
        WavWriter(tmp_path / "a.wav", 1, files=disk)
    sink = FiledWav(tmp_path, 1, lambda: (tmp_path / "b.wav", {}), disk)
    with pytest.raises(StoreError, match="No space left on device"):
        sink.write(bytes(320))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    disk.full = False
    sink.write(bytes(320))
    sink.close()
    assert sink.seal({}).frames == 160


def test_with_room_it_is_a_disk(disk, tmp_path):
    disk.write(tmp_path / "a.json", "{}")
    assert (tmp_path / "a.json").read_text() == "{}"
    disk.full = True
    with pytest.raises(OSError, match="No space left") as refused:
        disk.write(tmp_path / "b.json", "{}")
    assert refused.value.errno == errno.ENOSPC


def test_a_write_takes_the_part_that_has_room_in_the_block(disk, tmp_path):
    file = disk.create(tmp_path / "a")
    assert file.write(bytes(5000)) == 5000
    disk.full = True
    assert file.write(bytes(5000)) == 8192 - 5000
    with pytest.raises(OSError, match="No space left"):
        file.write(b"x")
    file.seek(0)
    assert file.write(bytes(100)) == 100  # what is there can be written over
    file.close()


def test_a_sink_that_resumes_puts_silence_for_what_a_full_disk_did_not_take(disk, tmp_path):
    path = tmp_path / "a.wav"
    sink = FiledWav(tmp_path, 1, lambda: (path, {}), disk, resumes=True)
    sound = Pcm([1000] * 3000)
    sink.write(sound.bytes)
    disk.full = True
    sink.write(sound.bytes)
    sink.write(sound.bytes)
    assert "No space left" in str(sink.why)
    disk.full = False
    sink.write(sound.bytes)
    sink.close()
    assert (sink.frames, sink.lost) == (12_000, 6000)
    assert read_wav(path).channels[0] == sound + Pcm.silence(6000) + sound


def test_a_sink_that_resumes_says_what_is_missing_at_the_end(disk, tmp_path):
    sink = FiledWav(tmp_path, 1, lambda: (tmp_path / "a.wav", {}), disk, resumes=True)
    sink.write(bytes(6000))
    disk.full = True
    sink.write(bytes(6000))
    with pytest.raises(StoreError, match="No space left on device"):
        sink.close()
    assert (sink.frames, sink.lost) == (3000, 0)
    assert read_wav(tmp_path / "a.wav").frames == 3000
