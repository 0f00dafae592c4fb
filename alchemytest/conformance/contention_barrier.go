package conformance

import (
	"fmt"
	"sync"

	"gorm.io/gorm"
)

// workers is how many goroutines meet in a contention case.
const workers = 16

// contend runs work in all workers at once: they wait for each other before
// they begin. It returns what they returned, by worker.
func contend(work func(worker int) error) []error {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	errs := make([]error, workers)
	for i := range workers {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-start
			errs[i] = work(i)
		}()
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

// noErrors fails the case with the number of errors and the first of them,
// and tells whether there was none.
func noErrors(e *env, what string, errs []error) bool {
	e.t.Helper()
	n := 0
	var first error
	for _, err := range errs {
		if err != nil {
			n++
			if first == nil {
				first = err
			}
		}
	}
	if n > 0 {
		e.t.Errorf("%s: %d of %d workers failed, the first with: %v", what, n, len(errs), first)
	}
	return n == 0
}

// crowd opens the database for all workers: on servers with a connection for
// each, on a file as a plain DSN gives it.
func crowd(e *env) *gorm.DB {
	e.t.Helper()
	db := e.open(&gorm.Config{})
	if e.has(capConcurrentWrites) {
		pool, err := db.DB()
		e.ok(err)
		pool.SetMaxOpenConns(workers)
	}
	return db
}

// sameForAll checks that all values are the same and not zero.
func sameForAll[T comparable](e *env, what string, values []T) {
	e.t.Helper()
	var zero T
	for _, v := range values {
		if v != values[0] || v == zero {
			e.t.Errorf("%s: %v, want one value for all", what, fmt.Sprint(values))
			return
		}
	}
}
