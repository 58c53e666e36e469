// SPDX-License-Identifier: GPL-2.0
/* The same code under another name, to be loaded where the first one was. */
#define FREES other_rx_int
#include "driver.h"
