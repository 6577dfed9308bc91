"""A folder whose files behave as the nodes of a device: read, write, ioctl, poll. Linux only, as root.

The kernel's own protocol at /dev/fuse, without a library (include/uapi/linux/fuse.h, 7.23 and later).
"""
