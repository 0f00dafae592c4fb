package repository_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
)

type Post struct {
	ID        uint
	TenantID  uint   `gorm:"uniqueIndex:idx_posts_tenant_slug"`
	Slug      string `gorm:"uniqueIndex:idx_posts_tenant_slug"`
	Title     string
	Views     int
	UpdatedAt time.Time
}

// dialector spells like PostgreSQL and knows no server.
type dialector struct{ tests.DummyDialector }

func (dialector) Name() string { return "postgres" }

func (dialector) QuoteTo(w clause.Writer, name string) {
	_, _ = w.WriteString(`"` + strings.ReplaceAll(name, ".", `"."`) + `"`)
}

func (dialector) Explain(query string, vars ...any) string {
	return logger.ExplainSQL(query, nil, `'`, vars...)
}

func (dialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

func (dialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// printer is a logger that prints each statement.
type printer struct{ logger.Interface }

func (p printer) LogMode(logger.LogLevel) logger.Interface { return p }

func (printer) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	query, _ := statement()
	fmt.Println(query)
}

// open returns a database that sends nothing and prints what it would send.
func open() *gorm.DB { return openWith(&gorm.Config{DryRun: true, Logger: printer{logger.Discard}}) }

// openServer returns a database whose server prints what it is sent. Every
// row it has is post 1.
func openServer() *gorm.DB {
	return openWith(&gorm.Config{ConnPool: sql.OpenDB(server{}), Logger: logger.Discard})
}

func openWith(c *gorm.Config) *gorm.DB {
	c.NowFunc = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	db, err := gorm.Open(dialector{}, c)
	if err == nil {
		err = db.Use(alchemy.New(alchemy.Config{}))
	}
	if err != nil {
		panic(err)
	}
	return db
}

// server is a database/sql driver that prints.
type server struct{}

func (s server) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s server) Driver() driver.Driver                        { return nil }
func (server) Prepare(string) (driver.Stmt, error)            { return nil, driver.ErrSkip }
func (server) Close() error                                   { return nil }
func (server) Commit() error                                  { fmt.Println("COMMIT"); return nil }
func (server) Rollback() error                                { fmt.Println("ROLLBACK"); return nil }

func (s server) Begin() (driver.Tx, error) {
	fmt.Println("BEGIN")
	return s, nil
}

func (server) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	show(query, args)
	return driver.RowsAffected(1), nil
}

func (server) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	show(query, args)
	return &postRow{}, nil
}

func show(query string, args []driver.NamedValue) {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	fmt.Println(dialector{}.Explain(query, values...))
}

// postRow is a result of one row.
type postRow struct{ read bool }

func (*postRow) Columns() []string { return []string{"id", "slug", "title", "views"} }
func (*postRow) Close() error      { return nil }

func (r *postRow) Next(into []driver.Value) error {
	if r.read {
		return io.EOF
	}
	r.read = true
	copy(into, []driver.Value{int64(1), "hello", "Hello", int64(41)})
	return nil
}
