"""A full disk beneath recordings: no file grows, what is there stays, and a part of a write may pass."""

import errno

import pytest

from ctidrv.apps.recording.filed import FiledWav
from ctidrv.errors import StoreError
from ctidrv.media.wav import WavWriter, read_wav
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
    writer.close()
    assert path.stat().st_size == 12_288  # the block that was begun
    assert read_wav(path).frames == 5000


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
