"""What a rig sees of a board that has telephones of its own."""

from ctidrv.apps.ivr.shipped import shipped_script
from ctidrv.folder import DataFolder
from ctidrv.units import ms, seconds
from hwsim.rig.station import Rig, one_board
from hwsim.rig.watch import Watch


def test_telephone_of_the_boards_own_has_its_hook_and_flash_drawn_and_holds_no_line(tmp_path):
    config = one_board(shipped_script("hotline.ivr.yaml"), board={"fxs": 1})
    rig = Rig(DataFolder(tmp_path / "data"), config)
    watch = Watch(rig)
    outside, (ann,) = rig.board.phones[0], rig.board.operators

    async def scene():
        await outside.lift()
        await ann.lift()
        await ann.flash()
        await rig.clock.sleep(seconds(1))
        at_rest = await rig.comes_to_rest(within=seconds(1))
        await ann.hang_up()
        await rig.clock.sleep(seconds(2))
        return at_rest

    try:
        assert rig.run(scene()) == []  # a telephone that is off hook is no line that is
        _, telephone = watch.lines(rig.clock.now())
    finally:
        rig.close()
    (hook,), (flash,) = telephone.tracks["hook"], telephone.tracks["detectors"]
    assert hook.begin < flash.begin < hook.end
    assert flash.text == "flash"
    assert flash.end - flash.begin == ms(500)
