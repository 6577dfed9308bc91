/* Whole calls of T.30 without loss; and that they ask for no memory. */
#include "heap_count.h"
#include "t30_stage.h"

static void whole_call(int pages, int ecm) {
    static t30_stage a, b;
    cti_t30_config caller = t30_stage_caller(pages), answerer;
    cti_t30_defaults(&answerer, 0);
    caller.ecm = ecm;
    t30_stage_begin(&a, &caller);
    t30_stage_begin(&b, &answerer);
    long before = heap_calls;
    CHECK_EQ(cti_t30_init(a.t, cti_t30_size(), &caller), CTI_OK); /* the same call, from its beginning */
    t30_stage_look(&a);
    t30_stage_join(&a, &b);
    CHECK_EQ(heap_calls, before);
    CHECK_EQ(t30_stage_result(&a), CTI_T30_OK);
    CHECK_EQ(t30_stage_result(&b), CTI_T30_OK);
    int taken = 0;
    for (int i = 0; i < b.n_events; i++)
        if (b.events[i].kind == CTI_T30_PAGE_TAKEN) {
            const cti_t30_event *ev = &b.events[i];
            CHECK_EQ(ev->value, CTI_T30_TAKEN);
            CHECK_EQ(ev->clean, 1);
            CHECK_EQ(ev->rows, T30_STAGE_ROWS);
            CHECK_EQ(ev->memory, taken);
            CHECK(memcmp(b.rows[taken++], a.page, sizeof a.page) == 0);
        }
    CHECK_EQ(taken, pages);
    t30_stage_end(&a);
    t30_stage_end(&b);
}

static void pages_arrive_with_error_correction(void) {
    whole_call(2, 1);
}

static void pages_arrive_without_error_correction(void) {
    whole_call(2, 0);
}

int main(void) {
    heap_count_begin();
    RUN(pages_arrive_with_error_correction);
    RUN(pages_arrive_without_error_correction);
    CHECK_END();
}
