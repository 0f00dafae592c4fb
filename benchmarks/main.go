// Command benchmarks compares this module with plain GORM on the same work:
//
//	go run -C benchmarks . -engines sqlite,sqlite-go,pg -n 1,100,10000
//
// The contenders run in one process, in turn, on the same table, which is
// brought into the same state before each run, outside the measured time.
// The table shows medians, and ratios to the first contender: below 1 is
// cheaper. Numbers of two machines, or of two days, are not comparable;
// ratios of one run are.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// options is what the command line says.
type options struct {
	engines    []engine
	contenders []contender
	workloads  []workload
	sizes      []int
	rounds     int
	dsn        string
	json       string
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// run measures what args ask for and prints the table to w.
func run(ctx context.Context, args []string, w io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	var results []result
	p := newPrinter(w)
	for _, e := range o.engines {
		err := runEngine(ctx, e, o, func(r result) {
			results = append(results, r)
			p.print(r)
		})
		if err != nil {
			return errors.Join(err, p.w.Flush())
		}
	}
	if err := p.w.Flush(); err != nil {
		return err
	}
	if o.json == "" {
		return nil
	}
	return writeJSON(o.json, results)
}

func parse(args []string) (*options, error) {
	var o options
	fs := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	engineNames := fs.String("engines", "sqlite-go", "databases: sqlite (needs cgo), sqlite-go, pg")
	contenderNames := fs.String("contenders", "gorm,alchemy", "the first is what the others are compared with")
	workloadNames := fs.String("workloads", "insert,upsert", "what to do")
	sizes := fs.String("n", "1,100,10000", "rows of a call")
	fs.IntVar(&o.rounds, "rounds", 7, "rounds that count; one more warms up")
	fs.StringVar(&o.dsn, "dsn", "", "PostgreSQL to use; default $ALCHEMY_TEST_POSTGRES_DSN")
	fs.StringVar(&o.json, "json", "", "file for all samples")
	err := fs.Parse(args)
	if err != nil {
		return nil, err
	}
	if o.engines, err = pick("engine", *engineNames, engines, func(e engine) string { return e.name }); err != nil {
		return nil, err
	}
	if o.contenders, err = pick("contender", *contenderNames, contenders, func(c contender) string { return c.name }); err != nil {
		return nil, err
	}
	if o.workloads, err = pick("workload", *workloadNames, workloads, func(w workload) string { return w.name }); err != nil {
		return nil, err
	}
	for _, s := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-n %q: want numbers from 1 up, with commas between", *sizes)
		}
		o.sizes = append(o.sizes, n)
	}
	if o.rounds < 1 {
		return nil, fmt.Errorf("-rounds %d: want 1 or more", o.rounds)
	}
	return &o, nil
}

// pick finds the entries that a flag names, in the order of the flag.
func pick[T any](kind, names string, all []T, name func(T) string) ([]T, error) {
	var picked []T
	for _, want := range strings.Split(names, ",") {
		var known []string
		found := false
		for _, t := range all {
			known = append(known, name(t))
			if name(t) == want {
				picked, found = append(picked, t), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no %s %q: there are %s", kind, want, strings.Join(known, ", "))
		}
	}
	return picked, nil
}
