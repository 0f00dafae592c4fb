package repository

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
)

// Scope narrows or shapes one call: conditions, order, limit, preloads,
// locking. Any function of GORM's own scope form fits.
type Scope = func(*gorm.DB) *gorm.DB

// applyScopes calls the scopes in order. One that is nil, or returns nil, is
// an error of the session.
func applyScopes(tx *gorm.DB, what string, scopes []Scope) *gorm.DB {
	for i, s := range scopes {
		if s == nil {
			tx.Error = fmt.Errorf("repository: %s %d is nil: %w", what, i, dberr.ErrMisuse)
			return tx
		}
		next := s(tx)
		if next == nil || next.Statement == nil {
			tx.Error = fmt.Errorf("repository: %s %d returned nil: return the *gorm.DB it was given, with your conditions: %w", what, i, dberr.ErrMisuse)
			return tx
		}
		if next.Statement.SQL.Len() > 0 {
			next.Error = fmt.Errorf("repository: %s %d holds SQL of Raw or Exec: a scope adds conditions only: %w", what, i, dberr.ErrMisuse)
			return next
		}
		tx = next
	}
	return tx
}

// settle runs the scopes that are in a statement now instead of when it is
// executed, so that the caller can look at what they did. It is GORM that
// runs them, by executing the statement where there are no callbacks.
func settle(tx *gorm.DB) *gorm.DB {
	tx = tx.Scopes() // a statement of its own
	before := tx.Statement
	ctx, table := before.Context, before.Table
	tx = inert().Callback().Query().Execute(tx)
	stmt := tx.Statement
	if stmt == before {
		stmt.Context = ctx // GORM begins its default timeout when it executes
	}
	stmt.Dest = nil
	if table == "" && stmt.Schema != nil && stmt.Table != "" && stmt.Table == unqualified(stmt.Schema.Table) {
		// Parsed by Execute, not set by a scope; the model may change yet.
		stmt.Table, stmt.TableExpr = "", nil
	}
	stmt.Schema = nil
	return tx
}

// unqualified is a table's name without that of its schema, as GORM cuts it.
func unqualified(table string) string {
	if schema, name, ok := strings.Cut(table, "."); ok && schema != "" && !strings.Contains(name, ".") {
		return name
	}
	return table
}
