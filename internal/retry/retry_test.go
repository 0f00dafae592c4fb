package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var (
	errAgain = errors.New("again")
	errFinal = errors.New("final")
)

func again(err error) bool { return errors.Is(err, errAgain) }

// The clock in a synctest bubble jumps when all wait, so no test waits.

func TestDoEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails []error // the errors of the first calls
		want  error
		calls int
	}{
		{"at once", nil, nil, 1},
		{"after two", []error{errAgain, errAgain}, nil, 3},
		{"final error", []error{errFinal}, errFinal, 1},
		{"final after retryable", []error{errAgain, errFinal}, errFinal, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				err := Do(t.Context(), Policy{Retry: again}, func() error {
					calls++
					if calls <= len(c.fails) {
						return c.fails[calls-1]
					}
					return nil
				})
				if !errors.Is(err, c.want) || calls != c.calls {
					t.Errorf("got %v after %d calls, want %v after %d", err, calls, c.want, c.calls)
				}
			})
		})
	}
}

func TestDoSlowAttempts(t *testing.T) { // each deadlock is found after a second
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := Do(t.Context(), Policy{Retry: again}, func() error {
			calls++
			time.Sleep(time.Second)
			return errAgain
		})
		if !errors.Is(err, errAgain) || calls != 20 {
			t.Errorf("got %v after %d calls, want 20", err, calls)
		}
	})
}

func TestDoQuickAttempts(t *testing.T) { // the database is locked for seconds
	synctest.Test(t, func(t *testing.T) {
		calls, start := 0, time.Now()
		err := Do(t.Context(), Policy{Retry: again}, func() error { calls++; return errAgain })
		used := time.Since(start)
		if !errors.Is(err, errAgain) || used < 10*time.Second || used > 11*time.Second || calls < 20 {
			t.Errorf("got %v after %d calls in %s, want about 10s", err, calls, used)
		}
	})
}

func TestDoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := Do(t.Context(), Policy{Retry: again}, func() error { time.Sleep(7 * time.Second); return errAgain })
		if used := time.Since(start); !errors.Is(err, errAgain) || used < time.Minute || used > 70*time.Second {
			t.Errorf("got %v in %s, want about a minute", err, used)
		}
	})
}

func TestDoCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := Do(ctx, Policy{Retry: again, First: time.Hour}, func() error { return errAgain })
		if !errors.Is(err, errAgain) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want both errors", err)
		}
		if used := time.Since(start); used != 50*time.Millisecond {
			t.Errorf("it took %s to notice", used)
		}
	})
}

func TestDoCancelledInside(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := Do(ctx, Policy{Retry: again}, func() error { calls++; cancel(); return errAgain })
	if !errors.Is(err, errAgain) || !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}
