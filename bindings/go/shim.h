/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIMEN_GO_SHIM_H_
#define LIMEN_GO_SHIM_H_

#include <limen/limen.h>

/* Go may lend C a pointer for the length of a call, but not a struct that holds one. These
 * functions take Go's pointers as plain arguments and put limen's structs together on C's own
 * stack.
 *
 * A picture is `data` with `form`, which says how its pixels lie (form->data is not looked at), or,
 * where `form` is null, the `size` bytes of a file. */

typedef struct limen_go_run {
  limen_workspace* workspace;
  limen_cancel_token* cancel;
  uint32_t threads;
} limen_go_run;

/* Zeroed memory, or null: C.malloc of cgo ends the process instead. */
void* limen_go_allocate(size_t bytes);

limen_status limen_go_probe(const void* data, size_t size, const limen_limits* limits,
                            limen_info* info, limen_error** error);

limen_status limen_go_plan(const void* data, size_t size, const limen_recipe* recipe,
                           const limen_limits* limits, limen_plan** plan, limen_error** error);

/* What files came out, from a call to limen_go_free_made: every call of C's that Go makes beside
 * the one that works is another occasion for Go's monitor to wake. */
typedef struct limen_go_made {
  limen_outputs* outputs;
  limen_output* each;
  size_t count;
  size_t refused; /* number of the recipe that is none, where the call failed for that */
} limen_go_made;

void limen_go_free_made(limen_go_made made);

/* The files are copied to `room`, one behind the other, where they fit into its `capacity`; `each`
 * tells where they are. */
limen_status limen_go_transform(const void* data, size_t size, const limen_pixels* form,
                                const limen_recipe_options* recipes, size_t recipe_count,
                                const limen_limits* limits, int32_t best_effort,
                                const limen_named_picture* pictures, size_t picture_count,
                                limen_go_run run, void* room, size_t capacity, limen_go_made* made,
                                limen_error** error);

limen_status limen_go_render(const void* data, size_t size, const limen_pixels* form,
                             const limen_recipe_options* recipe, const limen_limits* limits,
                             int32_t best_effort, const limen_named_picture* pictures,
                             size_t picture_count, limen_go_run run, limen_image** image,
                             limen_error** error);

limen_status limen_go_decode(const void* data, size_t size, const limen_decode_options* options,
                             const limen_limits* limits, limen_go_run run, limen_image** image,
                             limen_error** error);

limen_status limen_go_encode(const void* data, const limen_pixels* form,
                             const limen_encode_options* options, limen_go_run run,
                             limen_go_made* made, limen_error** error);

/* Files are decoded at their full depth, upright, in sRGB. */
limen_status limen_go_compare(const void* original, size_t original_size,
                              const limen_pixels* original_form, const void* candidate,
                              size_t candidate_size, const limen_pixels* candidate_form,
                              const limen_limits* limits, limen_go_run run,
                              limen_comparison* comparison, limen_error** error);

#endif /* LIMEN_GO_SHIM_H_ */
