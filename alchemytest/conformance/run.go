package conformance

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
)

// testCase is one behaviour. Its name starts with the number of the
// behaviour, so that -run can pick it.
type testCase struct {
	name  string
	run   func(*env)
	loads bool // is about the server under load more than about the driver
}

// cases is filled by register while the package initialises and only read
// afterwards.
var cases []testCase

// register adds a case; files do it in a package-level `var _`.
func register(name string, run func(*env)) struct{} {
	cases = append(cases, testCase{name: name, run: run})
	return struct{}{}
}

// registerLoad adds a case that loads the server, with many rows or with
// many writers at once.
func registerLoad(name string, run func(*env)) struct{} { //nolint:unparam // the result is what a package-level var _ takes
	cases = append(cases, testCase{name: name, run: run, loads: true})
	return struct{}{}
}

// Run runs every case, each as a parallel subtest, against the databases
// that open gives. It is called once a case and may return the same server
// every time: cases share no table. The suite opens the dialector several
// times in one case, so it must hold a DSN or a pool that stays usable.
func Run(t *testing.T, open func(tb testing.TB) gorm.Dialector) {
	t.Helper()
	runCases(t, open, slices.Clone(cases))
}

// RunDriver is Run without the cases that load the server. It is for one
// more driver, or one more setting of a driver, of a server that Run tests.
// With ALCHEMY_TEST_SOAK=1 it is Run.
func RunDriver(t *testing.T, open func(tb testing.TB) gorm.Dialector) {
	t.Helper()
	chosen := slices.Clone(cases)
	if !soaking() {
		chosen = slices.DeleteFunc(chosen, func(c testCase) bool { return c.loads })
	}
	runCases(t, open, chosen)
}

func runCases(t *testing.T, open func(tb testing.TB) gorm.Dialector, sorted []testCase) {
	t.Helper()
	slices.SortStableFunc(sorted, func(a, b testCase) int { return strings.Compare(a.name, b.name) })
	for i, c := range sorted {
		if i > 0 && sorted[i-1].name == c.name {
			t.Fatalf("two cases are named %q: give one of them another name", c.name)
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, open(t))
			defer func() {
				// One case that panics says nothing about the others.
				if p := recover(); p != nil {
					t.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			c.run(e)
		})
	}
}

// rounds is how often a contention case repeats itself.
func rounds() int {
	if soaking() {
		return 200
	}
	return 50
}

func soaking() bool { return os.Getenv("ALCHEMY_TEST_SOAK") == "1" }
