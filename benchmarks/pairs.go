package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// cell holds the samples of one contender in one line of the table.
type cell struct {
	Contender string   `json:"contender"`
	Samples   []sample `json:"samples"`
}

// result is one line of the table: all contenders on the same work.
type result struct {
	Engine   string `json:"engine"`
	Workload string `json:"workload"`
	N        int    `json:"n"`
	Calls    int    `json:"calls"`
	Cells    []cell `json:"cells"`
}

// runEngine measures all workloads and sizes on one engine and hands each
// result to report as it comes.
func runEngine(ctx context.Context, e engine, o *options, report func(result)) (err error) {
	dir, err := os.MkdirTemp("", "alchemy-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	dsn, err := e.dsn(o.dsn, dir)
	if err != nil {
		return err
	}
	t, err := newTable(e, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.drop()) }()

	sessions := make([]*session, len(o.contenders))
	for i, c := range o.contenders {
		if sessions[i], err = c.open(e.open(dsn)); err != nil {
			return fmt.Errorf("open %s for %s: %w", e.name, c.name, err)
		}
		defer func() { err = errors.Join(err, sessions[i].close()) }()
	}
	for _, w := range o.workloads {
		for _, n := range o.sizes {
			r, err := runPairs(ctx, t, w, n, o, sessions)
			if err != nil {
				return fmt.Errorf("%s, %s of %d: %w", e.name, w.name, n, err)
			}
			r.Engine = e.name
			report(r)
		}
	}
	return nil
}

// runPairs runs the contenders one after the other, round by round. Every
// other round goes backwards, so that none always runs on what another left
// in caches. The first round warms up and does not count.
func runPairs(ctx context.Context, t *table, w workload, n int, o *options, sessions []*session) (result, error) {
	r := result{Workload: w.name, N: n, Calls: calls(n), Cells: make([]cell, len(sessions))}
	for round := 0; round <= o.rounds; round++ {
		for k := range sessions {
			i := k
			if round%2 == 1 {
				i = len(sessions) - 1 - k
			}
			r.Cells[i].Contender = o.contenders[i].name
			do, ok := sessions[i].do[w.name]
			if !ok {
				continue
			}
			s, err := measure(ctx, t, w, do, n)
			if err != nil {
				return r, fmt.Errorf("%s: %w", o.contenders[i].name, err)
			}
			if round > 0 {
				r.Cells[i].Samples = append(r.Cells[i].Samples, s)
			}
		}
	}
	return r, nil
}
