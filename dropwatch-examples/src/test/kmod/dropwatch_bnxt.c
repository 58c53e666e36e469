// SPDX-License-Identifier: GPL-2.0
/*
 * Stands in for Broadcom's driver bnxt_en, for which no machine of ours has a card: a function of the same name frees packets. That
 * driver's does so after a transmission, with consume_skb on newer kernels.
 */
#define FREES bnxt_tx_int
#include "driver.h"
