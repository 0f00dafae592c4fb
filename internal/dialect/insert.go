package dialect

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ExcludedTable is the name under which the row that was to be inserted is
// known to the update of an upsert.
const ExcludedTable = "excluded"

// NewColumn is the name under which an Insert returns whether a row is new.
const NewColumn = "alchemy_new"

// Insert is one INSERT statement.
type Insert struct {
	Columns   []string
	Rows      [][]any            // values or expressions, one a column
	Conflict  *clause.OnConflict // nil: a conflict is an error
	Returning []clause.Column    // columns that come back
	TellNew   bool               // also return NewColumn, where TellsNew
	Types     map[string]string  // column types, given to send columns as arrays
}

// TellsNew reports whether an upsert can return, for each row, whether it
// was inserted or updated.
func (d *Dialect) TellsNew() bool { return d.tellsNew }

// Silent reports whether the table of stmt is known not to tell whether a
// row is new, as a partitioned table of PostgreSQL doesn't.
func (d *Dialect) Silent(stmt *gorm.Statement) bool {
	_, known := d.silent.Load(tableName(stmt))
	return known
}

// SetSilent remembers that the table of stmt doesn't tell.
func (d *Dialect) SetSilent(stmt *gorm.Statement) { d.silent.Store(tableName(stmt), true) }

// RefusesNew reports whether a statement failed because the table doesn't
// tell whether a row is new.
func (d *Dialect) RefusesNew(err error) bool {
	c, _ := d.classify(err)
	return c == noSystemColumn
}

// WriteInsert writes the statement into stmt. The INSERT clause is the
// statement's own, so a modifier that the user gave stays. It takes arrays
// when the types are given and every cell fits one.
func (d *Dialect) WriteInsert(stmt *gorm.Statement, in *Insert) {
	stmt.AddClauseIfNotExists(clause.Insert{})
	stmt.Build("INSERT")
	_ = stmt.WriteByte(' ')
	if columns, ok := columnsOf(in, in.Types); ok && len(columns) > 0 {
		writeArrays(stmt, in, columns)
	} else {
		writeRows(stmt, in)
	}
	if in.Conflict != nil {
		_, _ = stmt.WriteString(" ON CONFLICT ")
		in.Conflict.Build(stmt)
		trimSpace(stmt)
	}
	if len(in.Returning) == 0 && !in.TellNew {
		return
	}
	_, _ = stmt.WriteString(" RETURNING ")
	for i, c := range in.Returning {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		stmt.WriteQuoted(c)
	}
	if in.TellNew {
		if len(in.Returning) > 0 {
			_ = stmt.WriteByte(',')
		}
		d.spelling.isNew(stmt)
		_, _ = stmt.WriteString(" AS ")
		stmt.WriteQuoted(NewColumn)
	}
}

// writeRows writes the column list and the VALUES. A row of no columns at
// all takes its defaults.
func writeRows(stmt *gorm.Statement, in *Insert) {
	if len(in.Columns) == 0 {
		_, _ = stmt.WriteString("DEFAULT VALUES")
		return
	}
	stmt.WriteQuoted(in.Columns)
	_, _ = stmt.WriteString(" VALUES ")
	for i, row := range in.Rows {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		_ = stmt.WriteByte('(')
		stmt.AddVar(stmt, row...)
		_ = stmt.WriteByte(')')
	}
}

// trimSpace takes away the blank that GORM's OnConflict leaves at its end.
func trimSpace(stmt *gorm.Statement) {
	s := stmt.SQL.String()
	t := strings.TrimRight(s, " ")
	if len(t) == len(s) {
		return
	}
	stmt.SQL.Reset()
	_, _ = stmt.SQL.WriteString(t)
}
