package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun checks that all lines are printed; no time is judged.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "samples.json")
	var out strings.Builder
	args := []string{"-engines", "sqlite-go", "-n", "1,7", "-rounds", "2", "-json", file}
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	var got []string
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		fields := strings.Fields(line)
		if i == 0 {
			continue
		}
		if len(fields) != 12 {
			t.Errorf("line %q has %d columns, want 12", line, len(fields))
			continue
		}
		got = append(got, strings.Join(fields[:4], " "))
	}
	want := []string{
		"sqlite-go insert 1 gorm", "sqlite-go insert 1 alchemy",
		"sqlite-go insert 7 gorm", "sqlite-go insert 7 alchemy",
		"sqlite-go upsert 1 gorm", "sqlite-go upsert 1 alchemy",
		"sqlite-go upsert 7 gorm", "sqlite-go upsert 7 alchemy",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got lines:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	checkJSON(t, file, 4, 2)
}

func checkJSON(t *testing.T, file string, results, rounds int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []result
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != results {
		t.Fatalf("%d results in JSON, want %d", len(got), results)
	}
	for _, r := range got {
		for _, c := range r.Cells {
			if len(c.Samples) != rounds {
				t.Errorf("%s %s of %d: %d samples of %s, want %d", r.Engine, r.Workload, r.N, len(c.Samples), c.Contender, rounds)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, bad := range []struct{ args, want string }{
		{"-engines oracle", `no engine "oracle": there are sqlite, sqlite-go, pg`},
		{"-workloads dance", `no workload "dance": there are insert, upsert`},
		{"-contenders bun", `no contender "bun": there are gorm, alchemy`},
		{"-n 0", `-n "0": want numbers from 1 up, with commas between`},
		{"-rounds 0", "-rounds 0: want 1 or more"},
	} {
		_, err := parse(strings.Fields(bad.args))
		if err == nil || err.Error() != bad.want {
			t.Errorf("parse(%q) = %v, want %s", bad.args, err, bad.want)
		}
	}
}

func TestMedian(t *testing.T) {
	samples := []sample{{Wall: 9}, {Wall: 1}, {Wall: 4}}
	if got := median(samples, wall); got != 4 {
		t.Errorf("median of three = %v, want 4", got)
	}
	if got := median(samples[:2], wall); got != 5 {
		t.Errorf("median of two = %v, want 5", got)
	}
}
