package repository

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/dberr"
)

// carried is what the db given to New hands on to every call: the settings,
// and the clauses of other plugins, such as the choice of a resolver.
type carried struct {
	clauses  map[string]clause.Clause
	settings map[any]any
}

// ownClauses are those of GORM: a db that has one is in the middle of a chain.
var ownClauses = []string{
	"WHERE", "ORDER BY", "LIMIT", "GROUP BY", "FOR", "SELECT", "FROM",
	"INSERT", "VALUES", "ON CONFLICT", "UPDATE", "SET", "DELETE", "RETURNING",
}

// carriedBy reads what a chain on db would begin with. Conditions are
// refused: whether they should bind creates too, nobody could tell.
func carriedBy(db *gorm.DB) (carried, error) {
	stmt := db.Scopes().Statement
	if found := conditionIn(stmt); found != "" {
		return carried{}, fmt.Errorf("db carries %s: put it into Options.Scopes: %w", found, dberr.ErrMisuse)
	}
	k := carried{clauses: map[string]clause.Clause{}, settings: map[any]any{}}
	for name, c := range stmt.Clauses {
		k.clauses[name] = c
	}
	stmt.Settings.Range(func(name, v any) bool {
		k.settings[name] = v
		return true
	})
	return k, nil
}

// conditionIn names the first thing in a statement that is no setting.
func conditionIn(stmt *gorm.Statement) string {
	for _, name := range ownClauses {
		if _, ok := stmt.Clauses[name]; ok {
			return name
		}
	}
	for name := range stmt.Clauses {
		if strings.HasPrefix(name, "alchemy:") {
			return "a clause of this module"
		}
	}
	switch {
	case len(stmt.Selects) > 0:
		return "Select"
	case len(stmt.Omits) > 0:
		return "Omit"
	case len(stmt.Joins) > 0:
		return "Joins"
	case len(stmt.Preloads) > 0:
		return "Preload"
	case stmt.Unscoped:
		return "Unscoped"
	case stmt.TableExpr != nil || stmt.Table != "":
		return "Table"
	}
	return ""
}

// open begins a chain on tx that carries the same.
func (k carried) open(tx *gorm.DB) *gorm.DB {
	tx = tx.Scopes() // a statement of its own
	for name, c := range k.clauses {
		tx.Statement.Clauses[name] = c
	}
	for name, v := range k.settings {
		tx.Statement.Settings.Store(name, v)
	}
	return tx
}
