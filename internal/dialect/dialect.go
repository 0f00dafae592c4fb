// Package dialect is the one place that knows how databases differ: what
// each can do, how each spells a statement, what its error codes mean and
// where its catalog keeps unique keys. All other packages ask a [Dialect].
package dialect

import (
	"context"
	"database/sql"
	"slices"
	"sync"

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
}

// traits are the differences that a table can hold.
type traits struct {
	upserts    bool // has INSERT .. ON CONFLICT .. RETURNING
	returning  bool // INSERT gives rows back
	maxParams  int  // bind parameters a statement
	rowDefault bool // DEFAULT may stand in a row of VALUES
	zonedTimes bool // a time is stored as text with its zone
	rowLocks   bool // SELECT .. FOR UPDATE
	tellsNew   bool // an upsert can return whether the row is new
	spelling   spelling
}

// spelling writes what each database spells in its own way.
type spelling interface {
	// lookup writes the statement that finds rows by key, see Lookup.
	lookup(*gorm.Statement, *Lookup)
	// isNew writes the expression of RETURNING that tells a new row.
	isNew(clause.Builder)
	// distinct writes a NULL-safe comparison of the stored column with a new value.
	distinct(b clause.Builder, c clause.Column, dbType string, value any)
	// describe reads a table's columns and unique keys.
	describe(context.Context, Querier, gorm.Dialector, TableName) (*Table, error)
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

// RowDefault reports whether DEFAULT may stand for a single cell.
func (d *Dialect) RowDefault() bool { return d.rowDefault }

// ZonedTimes reports whether equal instants in different zones are
// different values.
func (d *Dialect) ZonedTimes() bool { return d.zonedTimes }

// LockBeforeRead reports whether a transaction that reads a row in order to
// write it must take the write lock before the read, because the database
// has no row locks.
func (d *Dialect) LockBeforeRead() bool { return !d.rowLocks && d.upserts }

// Distinct returns the condition that the stored column differs from value,
// NULL being a value like others. dbType is the column's type in the
// catalog, or empty.
func (d *Dialect) Distinct(c clause.Column, dbType string, value any) clause.Expression {
	return expression(func(b clause.Builder) { d.spelling.distinct(b, c, dbType, value) })
}

// WriteLock takes the write lock of a database without row locks, by a
// write that changes nothing.
func (d *Dialect) WriteLock(stmt *gorm.Statement, column string) {
	_, _ = stmt.WriteString("UPDATE ") // a strings.Builder never fails
	stmt.WriteQuoted(clause.Table{Name: clause.CurrentTable})
	_, _ = stmt.WriteString(" SET ")
	stmt.WriteQuoted(column)
	_ = stmt.WriteByte('=')
	stmt.WriteQuoted(column)
	_, _ = stmt.WriteString(" WHERE 1 = 0")
}

// expression is a function that builds itself.
type expression func(clause.Builder)

func (e expression) Build(b clause.Builder) { e(b) }
