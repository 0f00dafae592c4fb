package clauses

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
	"github.com/gormalchemy/alchemy/internal/nearest"
)

// Excluded stands for the value that the new row has in a column, for use in
// Upsert.Set and Upsert.Where:
//
//	Set: []clause.Assignment{{
//		Column: clause.Column{Name: "views"},
//		Value:  gorm.Expr("posts.views + ?", clauses.Excluded("views")),
//	}}
//
// The name is that of a field or a column; one that the model doesn't have
// is dberr.ErrUnknownField. It is written "excluded"."views" on PostgreSQL
// and SQLite. The stored value is the column with the table before it, as
// posts.views above: a bare name is ambiguous to PostgreSQL.
func Excluded(name string) clause.Expression { return excluded{name} }

type excluded struct{ name string }

// Build writes the column of the new row.
func (e excluded) Build(b clause.Builder) {
	name := e.name
	if stmt, ok := b.(*gorm.Statement); ok && stmt.Schema != nil {
		f := stmt.Schema.LookUpField(name)
		if f == nil || f.DBName == "" {
			hint := nearest.Name(name, stmt.Schema.DBNames)
			_ = stmt.AddError(fmt.Errorf("alchemy: Excluded names %q, which %s does not have, did you mean %q?: %w", name, stmt.Schema.Name, hint, dberr.ErrUnknownField))
			return
		}
		name = f.DBName
	}
	b.WriteQuoted(clause.Column{Table: dialect.ExcludedTable, Name: name})
}
