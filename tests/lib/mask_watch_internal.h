/* mask_watch_internal.h - what mask_watch.c and mask_watch_rep3a.c share. */
#ifndef SOTTO_TESTS_MASK_WATCH_INTERNAL_H
#define SOTTO_TESTS_MASK_WATCH_INTERNAL_H

#include "lib/mask_watch.h"

static inline unsigned mask_use(const struct mask_draw *d)
{
    return d->iv[8];
}
static inline const uint8_t *mask_payload(const struct mask_log *l, size_t i)
{
    return l->bytes + l->message[i].at;
}
bool mask_same_draw(const struct mask_draw *a, const struct mask_draw *b);
bool mask_at_step(const struct mask_message *m, const struct mask_draw *d);
/** Run the committee; `other` is drawn otherwise, if not NULL. */
void mask_watch_run(struct mask_watch *w, struct mask_log *log, const struct mask_draw *other);
/** Did a value change as its mask did, in some ring; in a field, whose words are drawn from a longer stream? */
bool mask_changed(const uint8_t *was, const uint8_t *is, const uint8_t *mask, const uint8_t *other, size_t len);
bool mask_changed_in_field(const struct ring_kernels *k, const uint8_t *was, const uint8_t *is,
                           const uint8_t *mask, const uint8_t *other, size_t n);
/** After the clean run: all of rep3a's messages. */
void mask_watch_rep3a(struct mask_watch *w);

#endif
