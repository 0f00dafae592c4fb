package dialect

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// TableName is a table as it stands in statements.
type TableName struct {
	Name   string // without schema and quotes
	Quoted string // with both
}

// Table is what the catalog knows of a table.
type Table struct {
	Keys        []Key
	Types       map[string]string // column -> type
	Partitioned bool
}

// Describe returns what the catalog of the database knows of the table of
// stmt. It is read once through the statement's own connection; a failure,
// or a table that isn't there, is not remembered.
func (d *Dialect) Describe(stmt *gorm.Statement) (*Table, error) {
	name := tableName(stmt)
	if t, ok := d.catalog.Load(name); ok {
		return t.(*Table), nil
	}
	t, err := d.spelling.describe(stmt.Context, stmt.ConnPool, name)
	if err != nil {
		return nil, fmt.Errorf("alchemy: read the unique keys of table %q: %w", name.Name, err)
	}
	if len(t.Types) > 0 {
		d.catalog.Store(name, t)
	}
	return t, nil
}

// Forget drops what is remembered of the table of stmt, so that a key added
// since is seen.
func (d *Dialect) Forget(stmt *gorm.Statement) { d.catalog.Delete(tableName(stmt)) }

// tableName returns the table of a statement. GORM keeps the name without its
// schema, and the whole as an expression, which may also hold an alias.
func tableName(stmt *gorm.Statement) TableName {
	name := TableName{Name: stmt.Table, Quoted: stmt.Quote(stmt.Table)}
	if e := stmt.TableExpr; e != nil && len(e.Vars) == 0 && isName(e.SQL) {
		name.Quoted = e.SQL
	}
	return name
}

// isName reports whether a text is one name: a blank stands only in quotes.
func isName(text string) bool {
	quote := rune(0)
	for _, c := range text {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '`':
			quote = c
		case c == ' ' || c == '(':
			return false
		}
	}
	return text != ""
}

// collect runs a query of strings and hands each row to add.
func collect(ctx context.Context, q Querier, query string, args []any, columns int, add func([]string)) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	values := make([]string, columns)
	into := make([]any, columns)
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		add(values)
	}
	return rows.Err()
}
