package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"testing"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
)

// The errors below have the shapes of those of real drivers.
type (
	stateError struct { // pgx
		Code, Message, Detail, TableName, ColumnName, ConstraintName string
	}
	pqError struct { // lib/pq
		Code                              pqCode
		Detail, Table, Column, Constraint string
	}
	pqCode      string
	cgoCode     int
	cgoExtended int
	cgoError    struct { // mattn/go-sqlite3 returns it by value
		Code         cgoCode
		ExtendedCode cgoExtended
		err          string
	}
	pureError  struct{ code int }    // modernc.org/sqlite
	wasmError  struct{ code uint16 } // ncruces/go-sqlite3
	timeoutNet struct{}
)

func (e *stateError) Error() string       { return e.Message }
func (e *stateError) SQLState() string    { return e.Code }
func (e *pqError) Error() string          { return "pq: " + string(e.Code) }
func (e *pqError) SQLState() string       { return string(e.Code) }
func (e cgoError) Error() string          { return e.err }
func (e *pureError) Error() string        { return fmt.Sprintf("code %d", e.code) }
func (e *pureError) Code() int            { return e.code }
func (e *wasmError) Error() string        { return fmt.Sprintf("code %d", e.code) }
func (e *wasmError) ExtendedCode() uint16 { return e.code }
func (timeoutNet) Error() string          { return "i/o timeout" }
func (timeoutNet) Timeout() bool          { return true }
func (timeoutNet) Temporary() bool        { return true }

func state(code string) error { return &stateError{Code: code, Message: "SQLSTATE " + code} }
func cgo(primary, extended int) error {
	return cgoError{Code: cgoCode(primary), ExtendedCode: cgoExtended(extended), err: "sqlite"}
}

var classes = []struct {
	name string
	err  error
	want class
}{
	{"nil", nil, other},
	{"unknown", errors.New("UNIQUE constraint failed: posts.slug"), other}, // text alone tells nothing
	{"unique", state("23505"), unique},
	{"unique of pq", &pqError{Code: "23505"}, unique},
	{"foreign key", state("23503"), foreignKey},
	{"check", state("23514"), check},
	{"not null", state("23502"), notNull},
	{"exclusion", state("23P01"), exclusion},
	{"serialization", state("40001"), retryable},
	{"deadlock", state("40P01"), retryable},
	{"lock timeout", state("55P03"), retryable},
	{"twice", state("21000"), cardinality},
	{"system column", state("0A000"), noSystemColumn},
	{"type", state("42804"), wrongType},
	{"shutdown", state("57P01"), lost},
	{"connection", state("08006"), lost},
	{"syntax", state("42601"), other},
	{"no code", state(""), other},
	{"cgo unique", cgo(19, 2067), unique},
	{"cgo primary key", cgo(19, 1555), unique},
	{"cgo rowid", cgo(19, 2579), unique},
	{"cgo foreign key", cgo(19, 787), foreignKey},
	{"cgo check", cgo(19, 275), check},
	{"cgo not null", cgo(19, 1299), notNull},
	{"cgo busy", cgo(5, 5), busy},
	{"cgo busy, primary code only", cgo(5, 0), busy},
	{"cgo busy snapshot", cgo(5, 517), busy},
	{"cgo locked shared cache", cgo(6, 262), busy},
	{"cgo full", cgo(13, 13), other},
	{"pure unique", &pureError{2067}, unique},
	{"pure busy snapshot", &pureError{517}, busy},
	{"pure error", &pureError{1}, other},
	{"wasm unique", &wasmError{2067}, unique},
	{"wasm busy", &wasmError{5}, busy},
	{"wrapped", fmt.Errorf("create: %w", state("23505")), unique},
	{"joined", errors.Join(errors.New("a"), fmt.Errorf("b: %w", cgo(5, 5))), busy},
	{"two verbs", fmt.Errorf("%w: %w", errors.New("a"), &pureError{1555}), unique},
	{"translated unique", fmt.Errorf("x: %w", gorm.ErrDuplicatedKey), unique},
	{"translated foreign key", gorm.ErrForeignKeyViolated, foreignKey},
	{"translated check", gorm.ErrCheckConstraintViolated, check},
	{"bad connection", driver.ErrBadConn, lost},
	{"ended connection", sql.ErrConnDone, lost},
	{"closed", net.ErrClosed, lost},
	{"eof", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), lost},
	{"closed pool", errors.New("sql: database is closed"), lost},
	{"network", fmt.Errorf("dial: %w", timeoutNet{}), lost},
	{"canceled", context.Canceled, other},
	{"canceled by the server", fmt.Errorf("%w: %w", context.Canceled, state("57P01")), other},
	{"deadline", fmt.Errorf("%w", context.DeadlineExceeded), other}, // which is a net.Error as well
	{"not found", gorm.ErrRecordNotFound, other},
}

func TestClassify(t *testing.T) {
	d := &Dialect{}
	for _, c := range classes {
		if got, _ := d.classify(c.err); got != c.want {
			t.Errorf("%s: class %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	d := &Dialect{}
	for _, c := range classes {
		err := d.WrapRow(c.err, 3)
		if c.err == nil {
			if err != nil {
				t.Errorf("nil became %v", err)
			}
			continue
		}
		if !errors.Is(err, c.err) {
			t.Errorf("%s: the driver's error is gone from %v", c.name, err)
		}
		var constraint *dberr.ConstraintError
		isConstraint := errors.As(err, &constraint)
		if kind, want := kinds[c.want]; want != isConstraint || want && (constraint.Kind != kind || constraint.Row != 3) {
			t.Errorf("%s: %#v", c.name, err)
		}
		if errors.Is(err, dberr.ErrRetryable) != (c.want == retryable || c.want == busy) || d.Retryable(c.err) != errors.Is(err, dberr.ErrRetryable) {
			t.Errorf("%s: retryable: %v", c.name, err)
		}
		if errors.Is(err, dberr.ErrConnection) != (c.want == lost) {
			t.Errorf("%s: connection: %v", c.name, err)
		}
		if again := d.WrapRow(err, 4); again.Error() != err.Error() {
			t.Errorf("%s: wrapped twice: %v", c.name, again)
		}
		if d.IsUnique(c.err) != (c.want == unique) || d.HitsTwice(c.err) != (c.want == cardinality) || d.RefusesNew(c.err) != (c.want == noSystemColumn) {
			t.Errorf("%s is taken for another class", c.name)
		}
	}
}

func TestRefusesArrays(t *testing.T) {
	d := &Dialect{}
	if d.RefusesArrays(nil) || d.RefusesArrays(state("23505")) || !d.RefusesArrays(state("42804")) || d.noArrays.Load() {
		t.Error("a code is misread")
	}
	if !d.RefusesArrays(errors.New("sql: converting argument $1 type: unsupported type []int64, a slice of int64")) || !d.noArrays.Load() {
		t.Error("a driver that binds no slices isn't remembered")
	}
}

func TestDescribeConstraint(t *testing.T) {
	d := &Dialect{}
	for _, c := range []struct {
		err        error
		table, key string
		columns    []string
	}{
		{&stateError{Code: "23505", TableName: "posts", ConstraintName: "idx", Detail: "Key (tenant, slug)=(1, a) already exists."}, "posts", "idx", []string{"tenant", "slug"}},
		{&stateError{Code: "23502", TableName: "posts", ColumnName: "title"}, "posts", "", []string{"title"}},
		{&pqError{Code: "23505", Table: "posts", Constraint: "idx", Detail: `Key ("Full Name")=(a) already exists.`}, "posts", "idx", []string{"Full Name"}},
		{cgoError{ExtendedCode: 2067, err: "UNIQUE constraint failed: posts.tenant, posts.slug"}, "posts", "", []string{"tenant", "slug"}},
		{cgoError{ExtendedCode: 275, err: "CHECK constraint failed: positive"}, "", "", nil},
		{&wasmError{2067}, "", "", nil},
	} {
		var e *dberr.ConstraintError
		if err := d.Wrap(fmt.Errorf("x: %w", c.err)); !errors.As(err, &e) {
			t.Errorf("%v is no ConstraintError", err)
		} else if e.Table != c.table || e.Constraint != c.key || !reflect.DeepEqual(e.Columns, c.columns) || e.Row != -1 {
			t.Errorf("%#v gives %#v", c.err, e)
		}
	}
}

func TestColumnsOfDetail(t *testing.T) {
	for detail, want := range map[string][]string{
		"Key (slug)=(a) already exists.":                         {"slug"},
		"Key (tenant, slug)=(1, a)=(b) already exists.":          {"tenant", "slug"},
		`Key ("order", "Full Name")=(1, a) already exists.`:      {"order", "Full Name"},
		`Key (author_id)=(7) is not present in table "authors".`: {"author_id"},
		"Failing row contains (1, null).":                        nil,
		"Key columns":                                            nil,
		"":                                                       nil,
		"Key (room, during)=(1, [1,2)) conflicts with existing key.": {"room", "during"},
	} {
		if got := columnsOfDetail(detail); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", detail, got)
		}
	}
}

func TestColumnsOfText(t *testing.T) {
	for text, want := range map[string]struct {
		table   string
		columns []string
	}{
		"UNIQUE constraint failed: posts.slug":                             {"posts", []string{"slug"}},
		"UNIQUE constraint failed: posts.tenant, posts.slug":               {"posts", []string{"tenant", "slug"}},
		"constraint failed: UNIQUE constraint failed: posts.slug (2067)":   {"posts", []string{"slug"}},
		"NOT NULL constraint failed: posts.title\nmore":                    {"posts", []string{"title"}},
		"sqlite3: constraint failed: UNIQUE constraint failed: posts.slug": {"posts", []string{"slug"}},
		"CHECK constraint failed: positive":                                {},
		"UNIQUE constraint failed: index 'lower_slug'":                     {},
		"FOREIGN KEY constraint failed":                                    {},
		"":                                                                 {},
	} {
		if table, columns := columnsOfText(text); table != want.table || !reflect.DeepEqual(columns, want.columns) {
			t.Errorf("%s: %q %q", text, table, columns)
		}
	}
}

func FuzzConstraintText(f *testing.F) {
	f.Add("Key (tenant, slug)=(1, a) already exists.")
	f.Add("UNIQUE constraint failed: posts.tenant, posts.slug (2067)")
	f.Fuzz(func(t *testing.T, text string) {
		columnsOfDetail(text)
		if table, columns := columnsOfText(text); table != "" && len(columns) == 0 {
			t.Errorf("%q names table %q without a column", text, table)
		}
	})
}

func FuzzState(f *testing.F) {
	f.Add("08006", 2067)
	f.Fuzz(func(t *testing.T, code string, n int) {
		d := &Dialect{}
		for _, err := range []error{state(code), cgo(n, n), &pureError{n}, &wasmError{uint16(n & 0xffff)}} {
			if w := d.Wrap(err); !errors.Is(w, err) {
				t.Errorf("%v is gone from %v", err, w)
			}
		}
	})
}
