package dialect

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// TableName is a table as it stands in statements.
type TableName struct{ Schema, Name string }

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
	id := name.Schema + "." + name.Name
	if t, ok := d.catalog.Load(id); ok {
		return t.(*Table), nil
	}
	t, err := d.spelling.describe(stmt.Context, stmt.ConnPool, stmt.Dialector, name)
	if err != nil {
		return nil, fmt.Errorf("alchemy: read the unique keys of table %q: %w", name.Name, err)
	}
	if len(t.Types) > 0 {
		d.catalog.Store(id, t)
	}
	return t, nil
}

// Forget drops what is remembered of the table of stmt, so that a key added
// since is seen.
func (d *Dialect) Forget(stmt *gorm.Statement) {
	name := tableName(stmt)
	d.catalog.Delete(name.Schema + "." + name.Name)
}

// tableName splits the schema off a table name, as GORM does when it parses
// a model.
func tableName(stmt *gorm.Statement) TableName {
	full := stmt.Table
	if stmt.Schema != nil && stmt.TableExpr != nil && strings.HasSuffix(stmt.Schema.Table, "."+stmt.Table) {
		full = stmt.Schema.Table
	}
	if s, n, ok := strings.Cut(full, "."); ok {
		return TableName{Schema: s, Name: n}
	}
	return TableName{Name: full}
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
