package clauses

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/internal/dialect"
)

// Excluded stands for the value that the new row has in a column, for use in
// Upsert.Set and Upsert.Where:
//
//	Set: []clause.Assignment{{
//		Column: clause.Column{Name: "views"},
//		Value:  gorm.Expr("posts.views + ?", clauses.Excluded("views")),
//	}}
//
// The name is that of a field or a column. It is written excluded."views" on
// PostgreSQL and SQLite. A name that the model doesn't have is written as it
// is, and the database refuses it.
func Excluded(name string) clause.Expression { return excluded{name} }

type excluded struct{ name string }

// Build writes the column of the new row.
func (e excluded) Build(b clause.Builder) {
	name := e.name
	if stmt, ok := b.(*gorm.Statement); ok && stmt.Schema != nil {
		if f := stmt.Schema.LookUpField(name); f != nil && f.DBName != "" {
			name = f.DBName
		}
	}
	b.WriteQuoted(clause.Column{Table: dialect.ExcludedTable, Name: name})
}
