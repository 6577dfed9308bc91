/* fuzz_replay: a fuzzer's kept corpus through its target (native/fuzz/README.md), without clang. */
#pragma once

#include <dirent.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

/* Every file of fuzz/corpus/NAME beside `source` (the test's __FILE__); how many there were. */
static int replay(const char *source, const char *name, int (*target)(const uint8_t *, size_t)) {
    static uint8_t bytes[65536];
    char folder[1024], path[1400];
    const char *end = strstr(source, "tests/test_");
    int head = end ? (int)(end - source) : 0, files = 0;
    (void)snprintf(folder, sizeof folder, "%.*sfuzz/corpus/%s", head, source, name);
    DIR *dir = opendir(folder);
    CHECK(dir != NULL);
    if (!dir) {
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file) {
            size_t n = fread(bytes, 1, sizeof bytes, file);
            (void)fclose(file);
            CHECK_EQ(target(bytes, n), 0);
            files++;
        }
    }
    (void)closedir(dir);
    return files;
}
