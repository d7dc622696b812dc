// SPDX-License-Identifier: Apache-2.0

package limen

import "sync/atomic"

// counter tells tests how much of C's memory is held; nothing depends on it.
type counter struct{ n int64 }

func (c *counter) add(n int64)  { atomic.AddInt64(&c.n, n) }
func (c *counter) value() int64 { return atomic.LoadInt64(&c.n) }

var liveWorkers counter
