package dialect

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// standard is the spelling of a database nobody told us about: what the SQL
// standard has, and no catalog.
type standard struct{}

func (standard) lookup(stmt *gorm.Statement, l *Lookup) {
	writeLookupHead(stmt, l)
	writeUnionSource(stmt, l)
	writeLookupJoin(stmt, l, " IS NOT DISTINCT FROM ")
}

func (standard) takesLegs(*Lookup) bool { return true }

func (standard) isNew(clause.Builder) {}

func (standard) distinct(b clause.Builder, c clause.Column, value any) {
	b.WriteQuoted(c)
	_, _ = b.WriteString(" IS DISTINCT FROM ")
	b.AddVar(b, value)
}

func (standard) describe(context.Context, Querier, TableName) (*Table, error) {
	return &Table{}, nil
}
