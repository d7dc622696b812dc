/* SPDX-License-Identifier: Apache-2.0 */
#include "limen/limen.h"

/* Twice, and with a prototype for each function. */
#include "limen/limen.h"

int limen_header_is_c99(void);
int limen_header_is_c99(void) { return LIMEN_C_ABI_VERSION; }
