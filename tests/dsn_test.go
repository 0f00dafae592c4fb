package tests

import (
	"os"
	"testing"
)

// dsn reads where a database is from the environment. One that is missing is
// a failure in CI, and can't be overlooked elsewhere.
func dsn(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" && os.Getenv("CI") == "true" {
		t.Fatalf("%s is not set: CI tests every database", name)
	}
	if value == "" {
		t.Skipf("DATABASE MISSING: set %s to test it, or start one with tests/engines.sh", name)
	}
	return value
}
