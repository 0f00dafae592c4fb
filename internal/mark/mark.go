// Package mark tells the create callback that a verb of a repository made
// the call, which plain GORM code did not.
package mark

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const name = "alchemy:verb"

// Verb marks a statement as made by a verb of a repository.
type Verb struct{}

var (
	_ clause.Expression      = Verb{}
	_ gorm.StatementModifier = Verb{}
)

// Build writes nothing.
func (Verb) Build(clause.Builder) {}

// ModifyStatement puts the mark into the statement.
func (v Verb) ModifyStatement(stmt *gorm.Statement) {
	stmt.Clauses[name] = clause.Clause{Name: name, Expression: v}
}

// Of returns the mark of a statement, if it has one.
func Of(stmt *gorm.Statement) (Verb, bool) {
	v, ok := stmt.Clauses[name].Expression.(Verb)
	return v, ok
}
