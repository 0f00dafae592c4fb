package tests

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"regexp"
	"strings"
	"sync"
)

// recorder is a database/sql driver without a server: it notes what it is
// sent. An INSERT returns the columns that it asks for and no rows, as if all
// were left alone; the catalog knows the columns and keys it is given.
type recorder struct {
	mu      sync.Mutex
	catalog [][]driver.Value // of a table: column, type, rest
	sent    []sent
}

type sent struct {
	text string
	vars []any
}

func (r *recorder) Connect(context.Context) (driver.Conn, error) { return recorderConn{r}, nil }
func (r *recorder) Driver() driver.Driver                        { return nil }

// statements returns what was sent and forgets it.
func (r *recorder) statements() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sent
	r.sent = nil
	return s
}

func (r *recorder) note(text string, args []driver.NamedValue) {
	vars := make([]any, len(args))
	for i, a := range args {
		vars[i] = a.Value
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, sent{text, vars})
}

type recorderConn struct{ *recorder }

func (recorderConn) Prepare(string) (driver.Stmt, error) { return nil, driver.ErrSkip }
func (recorderConn) Close() error                        { return nil }

func (c recorderConn) Begin() (driver.Tx, error) { c.note("BEGIN", nil); return c, nil }
func (c recorderConn) Commit() error             { c.note("COMMIT", nil); return nil }
func (c recorderConn) Rollback() error           { c.note("ROLLBACK", nil); return nil }

func (c recorderConn) ExecContext(_ context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.note(text, args)
	return driver.RowsAffected(0), nil
}

func (c recorderConn) QueryContext(_ context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	switch {
	case text == "select sqlite_version()":
		return &recorded{columns: []string{"version"}, rows: [][]driver.Value{{"3.45.1"}}}, nil
	case strings.Contains(text, "pg_attribute") && strings.Contains(text, "relkind"):
		c.note("(the columns of the table are read)", nil)
		return &recorded{columns: []string{"name", "type", "rest"}, rows: c.catalog}, nil
	case strings.Contains(text, "pg_index"):
		c.note("(the keys of the table are read)", nil)
		return &recorded{columns: []string{"name", "primary", "where", "nulls", "columns"}}, nil
	}
	c.note(text, args)
	return &recorded{columns: returning(text)}, nil
}

var quotedNames = regexp.MustCompile("[\"`]([^\"`]+)[\"`](?:,|$)")

// returning reads the columns that a statement returns.
func returning(text string) []string {
	_, list, ok := strings.Cut(text, " RETURNING ")
	if !ok {
		return []string{"alchemy_ord"}
	}
	var names []string
	for _, m := range quotedNames.FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	return names
}

// recorded is a result. It names a type for id and slug alone, as a driver
// names those that it knows.
type recorded struct {
	columns []string
	rows    [][]driver.Value
}

func (r *recorded) Columns() []string { return r.columns }
func (r *recorded) Close() error      { return nil }

func (r *recorded) ColumnTypeDatabaseTypeName(i int) string {
	return map[string]string{"id": "INT8", "tenant_id": "INT8", "slug": "TEXT"}[r.columns[i]]
}

func (r *recorded) Next(into []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(into, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}

var _ driver.Connector = (*recorder)(nil)
var _ interface {
	driver.ExecerContext
	driver.QueryerContext
} = recorderConn{}

// pool returns a connection pool on the recorder.
func (r *recorder) pool() *sql.DB { return sql.OpenDB(r) }
