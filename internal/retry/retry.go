// Package retry runs a transaction again when the database gave it up for
// the sake of another one.
package retry

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Policy says when to give up. A run is repeated while fewer than Attempts
// were made or Patience is not used up: the first serves deadlocks, where a
// single attempt may take a second, the other a locked database, where an
// attempt takes no time at all. Limit ends both.
type Policy struct {
	Retry    func(error) bool // whether an error is worth another attempt
	Attempts int              // Default: 20.
	Patience time.Duration    // since the first attempt. Default: 10s.
	Limit    time.Duration    // since the first attempt. Default: 60s.
	First    time.Duration    // longest pause before the second attempt. Default: 2ms.
	Longest  time.Duration    // longest pause at all. Default: 50ms.
}

// Do calls fn until it succeeds, fails for good, or the policy or ctx gives
// up, and returns its last error; after the end of ctx, joined with ctx.Err().
// Between attempts it waits a random time, twice as long each time, so that
// transactions which met once do not meet again.
func Do(ctx context.Context, p Policy, fn func() error) error {
	p = p.withDefaults()
	start := time.Now()
	pause := p.First
	for attempt := 1; ; attempt++ {
		err := fn()
		if err == nil || !p.Retry(err) {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		used := time.Since(start)
		if used >= p.Limit || (attempt >= p.Attempts && used >= p.Patience) {
			return err
		}
		if !wait(ctx, p.First/4+rand.N(pause)) {
			return errors.Join(err, ctx.Err())
		}
		pause = min(2*pause, p.Longest)
	}
}

func (p Policy) withDefaults() Policy {
	if p.Attempts == 0 {
		p.Attempts = 20
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&p.Patience, 10 * time.Second},
		{&p.Limit, time.Minute},
		{&p.First, 2 * time.Millisecond},
		{&p.Longest, 50 * time.Millisecond},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return p
}

// wait pauses for d, and reports false when ctx ended before.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
