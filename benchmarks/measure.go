package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// sample is what one run cost, all calls together.
type sample struct {
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"cpu_ns"` // of this process: SQLite is part of it, a server isn't
	Allocs uint64        `json:"allocs"`
	Bytes  uint64        `json:"bytes"`
}

// measure brings the table into its state, runs the workload in calls of n
// rows, timed, and checks the table and the rows afterwards.
func measure(ctx context.Context, t *table, w workload, do func(context.Context, []Item) error, n int) (sample, error) {
	total := n * calls(n)
	if err := t.reset(w.before(total)); err != nil {
		return sample{}, err
	}
	rows := items(total, 2)

	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, start := processCPU(), time.Now()
	for at := 0; at < total; at += n {
		if err := do(ctx, rows[at:at+n]); err != nil {
			return sample{}, err
		}
	}
	s := sample{Wall: time.Since(start), CPU: processCPU() - cpu}
	runtime.ReadMemStats(&after)
	s.Allocs = after.Mallocs - before.Mallocs
	s.Bytes = after.TotalAlloc - before.TotalAlloc

	for i := range rows {
		if rows[i].ID == 0 {
			return s, fmt.Errorf("row %d (%s) came back without its key", i, rows[i].SKU)
		}
	}
	return s, t.check(total)
}
