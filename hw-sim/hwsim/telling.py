"""What somebody at a telephone does and hears, in words (a call's events: ctidrv/picture/telling.py)."""

from __future__ import annotations

_NOTES_ZH = {
    "cannot do that": "无法做到",
    "flashes": "拍叉簧",
    "gives up": "放弃",
    "goes away": "离开",
    "goes on": "继续",
    "hangs up": "挂机",
    "has dialled": "已拨",
    "has the handset down": "听筒已放下",
    "h lifts it": "按 H 摘机",
    "hears": "听到",
    "holds": "保持",
    "is answered": "对方应答",
    "is back": "恢复通话",
    "is no longer rung": "不再振铃",
    "is not rung": "未能振铃",
    "lets it ring": "任其振铃",
    "lifts the handset": "摘机",
    "presses": "按键",
    "reads": "来电显示",
    "dials": "拨号",
    "rings": "振铃",
    "speaks": "说话",
    "stops speaking": "停止说话",
    "turns the dial": "拨转号盘",
}
TONES_ZH = {
    "dial": "拨号音",
    "dial2": "二次拨号音",
    "stutter": "断续拨号音",
    "ringback": "回铃音",
    "busy": "忙音",
    "congestion": "拥塞音",
    "call_waiting": "呼叫等待音",
    "sit": "特殊信息音",
    "howler": "催挂音",
    "nu": "空号音",
    "confirm": "确认音",
}


def noted(what: str, detail: str, language: str = "en") -> str:
    """What somebody at a telephone did or heard."""
    if language == "zh":
        what = _NOTES_ZH.get(what, what)
        tone = detail.removesuffix(" tone")
        detail = TONES_ZH[tone] if tone != detail and tone in TONES_ZH else _NOTES_ZH.get(detail, detail)
        detail = detail.replace("digit ", "按键音 ")
    return f"{what} {detail}".rstrip()
