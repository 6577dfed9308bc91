/* The system's door to DAHDI's nodes. */
#ifdef __linux__
#define _DEFAULT_SOURCE
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#include "cti/dahdi_door.h"
#include "cti/error.h"

#ifdef __linux__
static int system_ioctl(void *ctx, int handle, uint32_t request, uint8_t *arg, int size) {
    (void)ctx, (void)size;
    int result = ioctl(handle, (unsigned long)request, arg);
    return result < 0 ? -errno : result;
}

static int system_read(void *ctx, int handle, uint8_t *out, int size) {
    (void)ctx;
    ssize_t got = read(handle, out, (size_t)size);
    return got < 0 ? -errno : (int)got;
}

static int system_write(void *ctx, int handle, const uint8_t *data, int size) {
    (void)ctx;
    ssize_t put = write(handle, data, (size_t)size);
    return put < 0 ? -errno : (int)put;
}
#endif

int cti_dahdi_system_door(cti_dahdi_door *door) {
    if (door == NULL)
        return CTI_ERR_ARG;
#ifdef __linux__
    *door = (cti_dahdi_door){.ioctl = system_ioctl, .read = system_read, .write = system_write};
    return CTI_OK;
#else
    *door = (cti_dahdi_door){0};
    return CTI_ERR_SYSTEM;
#endif
}
