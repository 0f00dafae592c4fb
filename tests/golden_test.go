package tests

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	alchemy "github.com/gormalchemy/alchemy"
)

// golden is a case whose statements are kept in testdata/golden.
type golden struct {
	about  string // what the file says of itself
	naming schema.NamingStrategy
	run    func(*gorm.DB) *gorm.DB
}

// goldenDialects are the sections of a golden file.
var goldenDialects = []struct {
	name string
	open func(*recorder) gorm.Dialector
}{
	{"sqlite", func(r *recorder) gorm.Dialector { return sqlite.New(sqlite.Config{Conn: r.pool()}) }},
	{"postgres", func(r *recorder) gorm.Dialector { return postgres.New(postgres.Config{Conn: r.pool()}) }},
}

// openGolden returns a database without a server, at a time that stands still.
func openGolden(t *testing.T, open func(*recorder) gorm.Dialector, c golden, dry bool) (*gorm.DB, *recorder) {
	t.Helper()
	r := &recorder{catalog: [][]driver.Value{
		{"id", "bigint", "false"}, {"tenant_id", "bigint", "false"}, {"slug", "character varying(100)", "false"},
	}}
	db, err := gorm.Open(open(r), &gorm.Config{
		DryRun: dry, SkipDefaultTransaction: dry, DisableAutomaticPing: true, Logger: logger.Discard, NamingStrategy: c.naming,
		NowFunc: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC) },
	})
	must(t, err)
	must(t, db.Use(alchemy.New(alchemy.Config{})))
	return db, r
}

// TestGoldenDryRun shows each statement of a call as a dry run gives it, and
// what is bound to it. Nothing is sent.
func TestGoldenDryRun(t *testing.T) {
	for name, c := range goldenDryRuns {
		t.Run(name, func(t *testing.T) {
			got := archive{comment: c.about + "\n"}
			for _, d := range goldenDialects {
				db, r := openGolden(t, d.open, c, true)
				tx := c.run(db)
				text := show(tx.Statement.SQL.String(), tx.Statement.Vars)
				if tx.Error != nil {
					text += "error: " + tx.Error.Error() + "\n"
				}
				got.sections = append(got.sections, section{d.name, text})
				if len(tx.Statement.Vars) < 1000 { // GORM takes its time to explain more
					explained := db.Dialector.Explain(tx.Statement.SQL.String(), tx.Statement.Vars...)
					if asSQL := db.ToSQL(c.run); asSQL != explained {
						t.Errorf("ToSQL on %s:\n%s\nwant\n%s", d.name, asSQL, explained)
					}
				}
				if s := r.statements(); len(s) > 0 {
					t.Errorf("a dry run on %s sends %v", d.name, s)
				}
			}
			checkGolden(t, name, got)
		})
	}
}

// TestGoldenSent shows all that a call sends to a server that takes every row
// for a match and knows none when asked, so that each way to find one is tried.
func TestGoldenSent(t *testing.T) {
	for name, c := range goldenSent {
		t.Run(name, func(t *testing.T) {
			got := archive{comment: c.about + "\n"}
			for _, d := range goldenDialects {
				db, r := openGolden(t, d.open, c, false)
				tx := c.run(db)
				var text strings.Builder
				seen := map[string]bool{}
				for _, s := range r.statements() {
					if one := show(s.text, s.vars); !seen[one] { // the rest is the same again
						seen[one] = true
						text.WriteString(one)
					}
				}
				if tx.Error != nil {
					fmt.Fprintf(&text, "error: %v\n", tx.Error)
				}
				got.sections = append(got.sections, section{d.name, savepointNumber.ReplaceAllString(text.String(), "alchemy#")})
			}
			checkGolden(t, name, got)
		})
	}
}

// TestGoldenFiles: no file is left of a case that is gone.
func TestGoldenFiles(t *testing.T) {
	files, err := goldenFiles()
	must(t, err)
	for _, name := range files {
		_, dry := goldenDryRuns[name]
		_, sent := goldenSent[name]
		if dry == sent {
			t.Errorf("testdata/golden/%s.txtar is the file of no case, or of two", name)
		}
	}
	if want := len(goldenDryRuns) + len(goldenSent); len(files) != want {
		t.Errorf("%d files for %d cases: %v", len(files), want, slices.Sorted(slices.Values(files)))
	}
}

// savepointNumber counts all savepoints of the process.
var savepointNumber = regexp.MustCompile(`\balchemy\d+`)

// show writes statements and what is bound to them. Of very long lists it
// shows the ends, and of equal statements in a row one.
func show(text string, vars []any) string {
	if text == "" {
		return "(nothing)\n"
	}
	text = manyRows.ReplaceAllStringFunc(text, func(list string) string {
		rows := strings.Split(list, "),(")
		return fmt.Sprintf("%s),...%d rows...,(%s", rows[0], len(rows), rows[len(rows)-1])
	})
	var b strings.Builder
	for lines := strings.Split(text, "\n"); len(lines) > 0; {
		same := 1
		for same < len(lines) && lines[same] == lines[0] {
			same++
		}
		b.WriteString(lines[0] + "\n")
		if same > 1 {
			fmt.Fprintf(&b, "  (%d of these)\n", same)
		}
		lines = lines[same:]
	}
	if len(vars) > 0 {
		fmt.Fprintf(&b, "  %d bound: %s\n", len(vars), valuesOf(vars))
	}
	return b.String()
}

// valuesOf writes what is bound.
func valuesOf(vars []any) string {
	if len(vars) > 60 {
		return value(vars[0]) + " ... " + value(vars[len(vars)-1])
	}
	values := make([]string, len(vars))
	for i, v := range vars {
		values[i] = value(v)
	}
	return strings.Join(values, " ")
}

var manyRows = regexp.MustCompile(`\([?$\d,]+\)(,\([?$\d,]+\)){20,}`)

// value writes what is bound, nil and texts so that they can't be mistaken.
func value(v any) string {
	if valuer, ok := v.(driver.Valuer); ok {
		v, _ = valuer.Value() // the values of these models have no errors
	}
	switch rv := reflect.ValueOf(v); {
	case v == nil || rv.Kind() == reflect.Pointer && rv.IsNil():
		return "NULL"
	case rv.Kind() == reflect.Pointer:
		return value(rv.Elem().Interface())
	case rv.Kind() == reflect.String, rv.Type() == reflect.TypeFor[[]byte]():
		return fmt.Sprintf("%q", v)
	}
	if at, ok := v.(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}
