/* corpus: the fuzzers' seeds, from native/fuzz/corpus. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "check.h"

/* A seed such as "cid/mdmf"; its bytes. The folder is known by __FILE__: the tests run anywhere. */
static size_t corpus_read(const char *name, uint8_t *out, size_t room) {
    char path[1024];
    const char *end = strstr(__FILE__, "tests/corpus.h");
    int head = end ? (int)(end - __FILE__) : 0;
    (void)snprintf(path, sizeof path, "%.*sfuzz/corpus/%s", head, __FILE__, name);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    if (!file)
        return 0;
    size_t n = fread(out, 1, room, file);
    (void)fclose(file);
    return n;
}
