"""Headsets' hook button, mute key and lamps: HID telephony (HID Usage Tables 1.12, page 0x0B).

descriptor.py what a device's reports hold · usages.py which of it is meant · reports.py bytes to keys, and
lamps to bytes · panel.py the table of keys and lamps · link.py the thread that serves one device ·
door.py hidapi · belongs.py which device is the headset whose sound is used
"""
