"""The script language as data: what each key of a script may hold. JSON Schema comes from here.

Durations are in samples. What a script does not say is None here and filled from `Defaults` by the
interpreter, so that a default changed in one place changes every step.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    Tag,
    TypeAdapter,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ctidrv.apps.ivr.template import Assigned, Condition, Filled, NumberTarget, QueueTarget, Target
from ctidrv.apps.ivr.words import (
    BoxName,
    Digits,
    FinishKey,
    FlowName,
    Key,
    Keys,
    LanguageOrKeep,
    Prompt,
    Variable,
)
from ctidrv.document.model import Strict, Verb, verb_of
from ctidrv.document.words import Duration, Language, PromptId, wrong
from ctidrv.units import seconds

LANGUAGE_VERSION = 1

Retries = Annotated[int, Field(ge=1, le=10)]


class Answer(Verb):
    """Takes the call, after so many rings."""

    after_rings: Annotated[int, Field(ge=1, le=20)] = 1


class Play(Verb):
    """Plays a prompt. With `bargein` any key stops it, and is kept for the next gather or menu."""

    SHORT = "prompt"
    SHORT_MAPPINGS = frozenset(("text",))
    prompt: Prompt
    bargein: bool | None = None


class Goto(Verb):
    """Goes on in another flow."""

    SHORT = "flow"
    flow: FlowName


class Hangup(Verb):
    """Ends the call."""


class Say(Verb):
    """Plays a phrase of the current language, with values spoken digit by digit.

    `on_empty` runs instead when a value is missing (a withheld number).
    """

    SHORT = "prompt"
    SHORT_MAPPINGS = frozenset(("text",))
    prompt: PromptId
    values: dict[Variable, Filled] = Field(default_factory=dict, alias="with")
    bargein: bool | None = None
    on_empty: Replies | None = None


class Ask(Verb):
    """What `gather` and `menu` share: prompt, patience, and where it ends.

    `retries` tries in all; wrong entries and silences are counted apart.
    """

    prompt: Prompt
    timeout: Duration | None = None
    interdigit: Duration | None = None
    retries: Retries | None = None
    bargein: bool | None = None
    on_invalid: Replies | None = None
    on_noinput: Replies | None = None
    on_exhausted: FlowName | None = None


class Gather(Ask):
    """Takes digits into a variable. `on_exhausted: continue` goes on with the variable empty."""

    digits: Digits
    into: Variable
    finish_on: FinishKey = "#"


class Menu(Ask):
    """Keys and where they lead; ``repeat`` plays the menu again."""

    choices: Annotated[dict[Keys, FlowName], Field(min_length=1)]


class Language_(Verb):
    """Changes the language of the prompts by the value of a variable."""

    model_config = ConfigDict(title="Language")
    source: Variable = Field(alias="from")
    map: Annotated[dict[str, Language], Field(min_length=1)]
    otherwise: LanguageOrKeep = "keep"


class Set_(RootModel[Annotated[dict[Variable, Assigned], Field(min_length=1)]]):
    """Sets variables, one after the other. A value in braces alone keeps its kind: a number, true, null."""

    model_config = ConfigDict(title="Set", strict=True, frozen=True)


class If_(Verb):
    """Goes the one way or the other, and on behind it unless a step there leads elsewhere."""

    model_config = ConfigDict(title="If")
    cond: Condition
    then: Steps
    otherwise: Steps | None = Field(None, alias="else")


def _targets(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class _TargetOrMore:
    """JSON Schema of a target that may stand alone or in a list."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(core)
        return {"anyOf": [listed["items"], listed]}


_Several = (Field(min_length=1, max_length=20), BeforeValidator(_targets), _TargetOrMore)
Targets = Annotated[list[Target], *_Several]
Numbers = Annotated[list[NumberTarget], *_Several]


class Announce(Verb):
    """What a caller is told: `prompt` before anything rings for him; in a queue `position`, his place, at
    most so often."""

    SHORT = "prompt"
    SHORT_MAPPINGS = frozenset(("text",))
    prompt: Prompt | None = None
    position: Duration | None = None


class Transfer(Verb):
    """Brings the call to a seat, and goes on here when their talk is over or nobody was reached.

    `to` are seats (names or numbers) and groups, rung one after the other, each for `ring`; the caller hears
    `announce` before, and meanwhile `moh`, or ringback. `screen_pop` is told to the operator. What came of
    it is in the variable ``<into>.status``: answered, busy, no-answer, caller-left or failed.
    """

    SHORT = "to"
    to: Targets
    ring: Duration = seconds(20)
    moh: Prompt | None = None
    announce: Announce | None = None
    screen_pop: dict[Variable, Filled] = Field(default_factory=dict)
    into: Variable | None = None


class Dial(Transfer):
    """The same with outside numbers; the station calls them on another line (`[outbound]` allows them)."""

    to: Numbers
    ring: Duration = seconds(40)


class Enqueue(Verb):
    """Lets the call wait in a queue of the station, and goes on here when the talk is over, or nobody had it.

    `ring`, `moh`, `timeout` and `announce` stand for what the queue itself says. What came of it is in
    ``<into>.status`` (answered, left, timeout, full, nobody, failed, busy, no-answer), the caller's last
    place in ``<into>.position`` and the seconds he waited in ``<into>.waited``.
    """

    SHORT = "to"
    to: QueueTarget
    ring: Duration | None = None
    moh: Prompt | None = None
    timeout: Duration | None = None
    announce: Announce | None = None
    screen_pop: dict[Variable, Filled] = Field(default_factory=dict)
    into: Variable | None = None


class Record(Verb):
    """Records what the caller says and keeps it with the call; the variable holds the recording's id.

    `on_empty` runs when nothing was said.
    """

    prompt: Prompt | None = None
    into: Variable | None = None
    max: Duration = seconds(60)
    silence: Duration = seconds(5)
    finish_on: FinishKey = "#"
    on_empty: Replies | None = None


class Voicemail(Verb):
    """Takes a message for a box. Ends the flow unless a `goto` follows.

    `saved` is played when the message is on the disk, `on_empty` runs when nothing was said.
    """

    box: BoxName
    greeting: Prompt
    max: Duration = seconds(120)
    silence: Duration = seconds(5)
    finish_on: FinishKey = "#"
    escape: dict[Key, FlowName] = Field(default_factory=dict)
    saved: Prompt | None = None
    on_empty: Replies | None = None


class FaxReceive(Verb):
    """Takes a fax from the caller for a box of faxes. Ends the flow unless a `goto` follows.

    What came of it is in ``<into>.status`` (ok: whole and without damage; failed) and ``<into>.pages``.
    """

    SHORT = "box"
    box: BoxName
    into: Variable | None = None


class FaxSend(Verb):
    """Sends a document to the caller, whose machine has to be a fax by now. Ends the flow unless a `goto`
    follows.

    `file` is seen from the script: PDF, TIFF, PNG, JPEG or text. `header` names the sender in the line
    above each page. What came of it is in ``<into>.status`` (ok, failed) and ``<into>.pages``.
    """

    SHORT = "file"
    file: Annotated[str, Field(min_length=1, max_length=400)]
    header: Filled | None = None
    into: Variable | None = None


class AnswerStep(Strict):
    answer: Answer


class PlayStep(Strict):
    play: Play


class SayStep(Strict):
    say: Say


class GatherStep(Strict):
    gather: Gather


class MenuStep(Strict):
    menu: Menu


class LanguageStep(Strict):
    language: Language_


class SetStep(Strict):
    set: Set_


class IfStep(Strict):
    if_: If_ = Field(alias="if")


class TransferStep(Strict):
    transfer: Transfer


class DialStep(Strict):
    dial: Dial


class EnqueueStep(Strict):
    enqueue: Enqueue


class RecordStep(Strict):
    record: Record


class VoicemailStep(Strict):
    voicemail: Voicemail


class FaxReceiveStep(Strict):
    fax_receive: FaxReceive


class FaxSendStep(Strict):
    fax_send: FaxSend


class GotoStep(Strict):
    goto: Goto


class HangupStep(Strict):
    hangup: Hangup


VERBS = (
    "answer",
    "play",
    "say",
    "gather",
    "menu",
    "language",
    "set",
    "if",
    "transfer",
    "dial",
    "enqueue",
    "record",
    "voicemail",
    "fax_receive",
    "fax_send",
    "goto",
    "hangup",
)
REPLY_VERBS = ("play", "say", "goto")

Step = Annotated[
    Annotated[AnswerStep, Tag("step:answer")]
    | Annotated[PlayStep, Tag("step:play")]
    | Annotated[SayStep, Tag("step:say")]
    | Annotated[GatherStep, Tag("step:gather")]
    | Annotated[MenuStep, Tag("step:menu")]
    | Annotated[LanguageStep, Tag("step:language")]
    | Annotated[SetStep, Tag("step:set")]
    | Annotated[IfStep, Tag("step:if")]
    | Annotated[TransferStep, Tag("step:transfer")]
    | Annotated[DialStep, Tag("step:dial")]
    | Annotated[EnqueueStep, Tag("step:enqueue")]
    | Annotated[RecordStep, Tag("step:record")]
    | Annotated[VoicemailStep, Tag("step:voicemail")]
    | Annotated[FaxReceiveStep, Tag("step:fax_receive")]
    | Annotated[FaxSendStep, Tag("step:fax_send")]
    | Annotated[GotoStep, Tag("step:goto")]
    | Annotated[HangupStep, Tag("step:hangup")],
    Discriminator(verb_of),
]

Reply = Annotated[
    Annotated[PlayStep, Tag("step:play")]
    | Annotated[SayStep, Tag("step:say")]
    | Annotated[GotoStep, Tag("step:goto")],
    Discriminator(verb_of),
]


def _listed(value: Any) -> Any:
    if isinstance(value, list):
        if not value:
            raise wrong("an empty list of steps: leave the key out")
        return value
    return [value]


class _OneOrMore:
    """JSON Schema of a step that may stand alone or in a list."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(core)
        return {"anyOf": [listed["items"], {**listed, "minItems": 1}]}


Replies = Annotated[list[Reply], BeforeValidator(_listed), _OneOrMore]
Steps = Annotated[list[Step], BeforeValidator(_listed), _OneOrMore]


class Defaults(Strict):
    """What a `gather`, `menu`, `play` or `say` takes when it does not say."""

    timeout: Duration = seconds(5)
    interdigit: Duration = seconds(2)
    retries: Retries = 3
    bargein: bool = True
    record: Literal["both-sides"] = "both-sides"
    on_exhausted: FlowName | None = None


class Header(Strict):
    """Everything of a script but its flows."""

    ivr: Annotated[int, Field(ge=1, le=LANGUAGE_VERSION)]
    name: FlowName
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)]
    prompts: Annotated[str, Field(min_length=1, max_length=400)] = "prompts/{lang}"
    defaults: Defaults = Field(default_factory=Defaults)
    on_error: FlowName | None = None
    on_fax_tone: FlowName | None = None
    start: FlowName


class Document(Header):
    """A whole script, ``<name>.ivr.yaml``."""

    flows: Annotated[dict[FlowName, Annotated[list[Step], Field(min_length=1)]], Field(min_length=1)]


for _model in (Say, Gather, Menu, If_, Record, Voicemail):
    _model.model_rebuild()

ANY_STEP: TypeAdapter[Any] = TypeAdapter(Step)
ENDS = (Voicemail, FaxReceive, FaxSend)
"""Verbs that end their flow unless a `goto` follows."""
AnyReply = PlayStep | SayStep | GotoStep
AnyVerb = (
    Answer
    | Play
    | Say
    | Gather
    | Menu
    | Language_
    | Set_
    | If_
    | Transfer
    | Dial
    | Enqueue
    | Record
    | Voicemail
    | FaxReceive
    | FaxSend
    | Goto
    | Hangup
)
Tells = Transfer | Enqueue | FaxReceive | FaxSend
"""What they came to is in ``<into>.…``."""
