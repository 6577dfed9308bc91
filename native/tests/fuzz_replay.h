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

static int (*replay_target)(const uint8_t *, size_t);
static int replay_mutations;

/* An input, and what bits that are turned and an end that is cut off make of it. */
static inline int replay_mutated(const uint8_t *data, size_t size) {
    static uint32_t state = 2463534242u;
    uint8_t bytes[512];
    int bad = replay_target(data, size);
    for (int m = 0; m < replay_mutations && size > 0 && size <= sizeof bytes; m++) {
        memcpy(bytes, data, size);
        for (int k = 0; k < 1 + m % 5; k++) {
            state = state * 1664525u + 1013904223u;
            bytes[(state >> 8) % size] ^= (uint8_t)(1u << (state >> 29));
        }
        bad |= replay_target(bytes, size - (size_t)m % size);
    }
    return bad;
}

/* As `replay`, each file with so many mutations. */
static inline int replay_with(int mutations, const char *source, const char *name,
                              int (*target)(const uint8_t *, size_t)) {
    replay_target = target;
    replay_mutations = mutations;
    return replay(source, name, replay_mutated);
}
