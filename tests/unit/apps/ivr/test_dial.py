"""The verb `dial`: what `check` says, what the switchboard is asked, and where the call goes on."""

import pytest

from ctidrv.apps.ivr import ScriptErrors, check_numbers
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.units import seconds

DESK = """\
  main:
    - answer: {}
    - gather: {prompt: menu, digits: 2, into: ext, retries: 1, on_exhausted: continue}
    - dial: {to: [5550100, "555 01{ext}"], ring: 12s, screen_pop: {ext: "{ext}"}, into: d}
    - if: {cond: "d.status == 'answered'", then: [{play: bye}], else: [{play: sorry}]}
"""


def numbers(text):
    return DESK.replace('[5550100, "555 01{ext}"]', text)


@pytest.mark.parametrize(("reached", "heard"), [(Reached.ANSWERED, "bye"), (Reached.NO_ANSWER, "sorry")])
def test_outside_numbers_are_asked_for_one_after_the_other(bench, tmp_path, serve, reached, heard):
    script = bench.load(numbers('["555-0100", "555 01{ext}"]'))
    line = serve(script, ("menu", 0.05, "08"), folder=tmp_path / "data", reaches=[reached])
    ((to, how),) = line.connected
    assert to == ["tel:555-0100", "tel:555 0108"]
    assert (how["ring"], how["card"]) == (seconds(12), {"ext": "08"})
    assert line.names == ["menu", heard]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("5550100", "is not an outside number"),
        ('"sales"', "is not a number"),
        ('""', "is not an outside number"),
    ],
)
def test_what_is_no_number_is_said_where_it_stands(bench, to, said):
    with pytest.raises(ScriptErrors) as caught:
        bench.load(numbers(to))
    assert said in str(caught.value)
    (finding,) = caught.value.findings
    assert (finding.line, finding.severity) == (9, "error")


def test_a_number_that_the_station_may_not_call_is_an_error_of_the_script(bench):
    policy = NumberPolicy(country="US", area="212", emergency={"911"})
    check_numbers(bench.load(numbers('"212 555 0100"')), policy.judge)
    with pytest.raises(ScriptErrors, match="outbound"):
        check_numbers(bench.load(numbers('["212 555 0100", "1-900-555-0100"]')), policy.judge)
