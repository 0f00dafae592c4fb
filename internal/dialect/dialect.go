// Package dialect is the one place that knows how databases differ: what
// each can do, how each spells a statement, what its error codes mean and
// where its catalog keeps unique keys. All other packages ask a [Dialect].
package dialect

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/dberr"
)

// Dialect is what one database can do and how it says it. It is decided
// once, when the plugin is put in use, and sends nothing then; what only the
// server knows is read at first use and remembered. Safe for concurrent use.
type Dialect struct {
	name string
	traits
	catalog sync.Map // table -> *Table
	silent  sync.Map // tables that don't tell whether a row is new

	arrayTables sync.Map    // table -> whether it takes arrays
	noArrays    atomic.Bool // the driver binds no slices
}

// traits are the differences that a table can hold.
type traits struct {
	upserts    bool // has INSERT .. ON CONFLICT .. RETURNING
	returning  bool // INSERT gives rows back
	maxParams  int  // bind parameters a statement
	chunk      int  // bind parameters from which on more cost more than another statement; 0: maxParams
	rowDefault bool // DEFAULT may stand in a row of VALUES
	zonedTimes bool // a time is stored as text with its zone
	rowLocks   bool // SELECT .. FOR UPDATE
	tellsNew   bool // an upsert can return whether the row is new
	arrays     bool // takes a column as one array parameter
	casts      bool // a value compares as stored only when cast to the column's type
	spelling   spelling
}

// spelling writes what each database spells in its own way.
type spelling interface {
	// lookup writes the statement that finds rows by key, see Lookup.
	lookup(*gorm.Statement, *Lookup)
	// takesLegs reports whether lookup writes a leg of a union for each row.
	takesLegs(*Lookup) bool
	// isNew writes the expression of RETURNING that tells a new row.
	isNew(clause.Builder)
	// distinct writes a NULL-safe comparison of the stored column with a new value.
	distinct(b clause.Builder, c clause.Column, value any)
	// describe reads a table's columns and unique keys.
	describe(context.Context, Querier, TableName) (*Table, error)
}

// Querier is the part of a connection that the catalog needs.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// New returns the dialect of db, known by the name of the dialector; a name
// nobody knows is taken by its clauses.
func New(db *gorm.DB) *Dialect {
	d := &Dialect{name: db.Dialector.Name()}
	built := db.Callback().Create().Clauses
	returning := slices.Contains(built, "RETURNING")
	switch d.name {
	case "postgres":
		d.traits = postgresTraits
	case "sqlite", "sqlite3":
		d.traits = sqliteTraits
	case "mysql", "sqlserver", "oracle":
		d.traits = traits{maxParams: 1 << 30, spelling: standard{}}
	default:
		d.traits = traits{maxParams: 1 << 30, spelling: standard{}, upserts: slices.Contains(built, "ON CONFLICT")}
	}
	d.returning = returning
	d.upserts = d.upserts && returning
	return d
}

// Name returns the name of the GORM dialector.
func (d *Dialect) Name() string { return d.name }

// CheckUpsert returns an UnsupportedError where there is no upsert.
func (d *Dialect) CheckUpsert() error {
	if d.upserts {
		return nil
	}
	return &dberr.UnsupportedError{Dialect: d.name, Feature: "upsert", Remedy: "it takes INSERT .. ON CONFLICT .. RETURNING"}
}

// TakesOver reports whether creates on this database may be run by us.
func (d *Dialect) TakesOver() bool { return d.upserts }

// MaxParams is the number of bind parameters that one statement may have.
func (d *Dialect) MaxParams() int { return d.maxParams }

// ChunkParams is the number of bind parameters that a statement of a large
// call is given.
func (d *Dialect) ChunkParams() int {
	if d.chunk > 0 {
		return d.chunk
	}
	return d.maxParams
}

// RowDefault reports whether DEFAULT may stand for a single cell.
func (d *Dialect) RowDefault() bool { return d.rowDefault }

// ZonedTimes reports whether equal instants in different zones are
// different values.
func (d *Dialect) ZonedTimes() bool { return d.zonedTimes }

// Casts reports whether a value must be cast to its column's type to compare
// equal to what was stored of it.
func (d *Dialect) Casts() bool { return d.casts }

// LockBeforeRead reports whether a transaction that reads a row in order to
// write it must take the write lock before the read, because the database
// has no row locks.
func (d *Dialect) LockBeforeRead() bool { return !d.rowLocks && d.upserts }

// Distinct returns the condition that the stored column differs from value,
// NULL being a value like others.
func (d *Dialect) Distinct(c clause.Column, value any) clause.Expression {
	return expression(func(b clause.Builder) { d.spelling.distinct(b, c, value) })
}

// WriteLock writes the statement that takes the write lock of a database
// without row locks: a write that changes nothing.
func (d *Dialect) WriteLock(stmt *gorm.Statement, column string) {
	_, _ = stmt.WriteString("UPDATE ") // a strings.Builder never fails
	stmt.WriteQuoted(clause.Table{Name: clause.CurrentTable})
	_, _ = stmt.WriteString(" SET ")
	stmt.WriteQuoted(column)
	_ = stmt.WriteByte('=')
	stmt.WriteQuoted(column)
	_, _ = stmt.WriteString(" WHERE 1 = 0")
}

// BeginImmediate makes a transaction in which nothing was sent yet one that
// holds the write lock. database/sql can't begin such a one.
func (d *Dialect) BeginImmediate(ctx context.Context, tx Execer) error {
	if _, err := tx.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "BEGIN IMMEDIATE")
	if err == nil {
		return nil
	}
	if _, again := tx.ExecContext(ctx, "BEGIN"); again != nil { // database/sql is to end what it began
		return errors.Join(err, again)
	}
	return err
}

// Execer is the part of a connection that runs statements without rows.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// expression is a function that builds itself.
type expression func(clause.Builder)

func (e expression) Build(b clause.Builder) { e(b) }
