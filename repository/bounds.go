package repository

import (
	"reflect"
	"regexp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// bound begins a chain on tx for a read, update or delete: the bound scopes
// have run, and their conditions, the bound values and own become a guard.
func (c *core) bound(tx *gorm.DB, own ...clause.Expression) *gorm.DB {
	tx = c.carried.open(tx)
	placeholder := reflect.New(c.model).Interface()
	tx = tx.Model(placeholder)
	if len(c.options.Scopes) > 0 {
		tx = settle(applyScopes(tx, "Options.Scopes", c.options.Scopes))
	}
	g := guard{exprs: c.guards()}
	if w, ok := tx.Statement.Clauses["WHERE"]; ok {
		if where, ok := w.Expression.(clause.Where); ok && len(where.Exprs) > 0 {
			g.exprs = append(g.exprs, enclose(where.Exprs)...)
			delete(tx.Statement.Clauses, "WHERE")
		}
	}
	g.exprs = append(g.exprs, own...)
	return tx.Scopes(last(func(db *gorm.DB) *gorm.DB {
		c.setModel(db.Statement, placeholder)
		g.apply(db.Statement)
		return db
	}, passes))
}

// query is bound with the scopes of one call, all of them run.
func (c *core) query(tx *gorm.DB, scopes []Scope, own ...clause.Expression) *gorm.DB {
	return settle(applyScopes(c.bound(tx, own...), "Scope", scopes))
}

// setModel keeps the placeholder out of the call. Where the destination is a
// struct of the model it is the model itself, so that GORM finds its key;
// elsewhere a fresh one is taken, as GORM writes into it.
func (c *core) setModel(stmt *gorm.Statement, placeholder any) {
	if stmt.Model != placeholder {
		return
	}
	if rv := reflect.ValueOf(stmt.Dest); rv.Kind() == reflect.Pointer && rv.Type().Elem() == c.model && !rv.IsNil() {
		stmt.Model = nil
		return
	}
	stmt.Model = reflect.New(c.model).Interface()
}

// passes is how deep scopes may nest and still run before the guard.
const passes = 8

// last returns a scope that runs after those which are in the statement when
// it is executed: GORM runs what scopes add in another pass. It runs in each
// pass, as code that takes the conditions only may make a single one.
func last(s Scope, more int) Scope {
	return func(db *gorm.DB) *gorm.DB {
		db = s(db)
		if more == 0 {
			return db
		}
		return db.Scopes(last(s, more-1))
	}
}

// guard holds conditions that no Or may reach around.
type guard struct{ exprs []clause.Expression }

// apply puts the guard behind all other conditions; again and again, if need be.
func (g guard) apply(stmt *gorm.Statement) {
	if len(g.exprs) == 0 {
		return
	}
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	others := slices.DeleteFunc(slices.Clone(where.Exprs), func(e clause.Expression) bool {
		_, ok := e.(guard)
		return ok
	})
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: append(enclose(others), g)}}
}

// Build writes the conditions, each as a factor.
func (g guard) Build(b clause.Builder) {
	for i, e := range g.exprs {
		if i > 0 {
			_, _ = b.WriteString(clause.AndWithSpace) // a builder never fails
		}
		e.Build(b)
	}
}

// enclose makes conditions such that others may be joined to them by AND.
func enclose(exprs []clause.Expression) []clause.Expression {
	if !slices.ContainsFunc(exprs, loose) {
		return slices.Clone(exprs)
	}
	return []clause.Expression{brackets{slices.Clone(exprs)}}
}

// brackets are conditions in brackets. They are built as a whole WHERE, whose
// rules for a leading Or GORM keeps nowhere else.
type brackets struct{ exprs []clause.Expression }

func (p brackets) Build(b clause.Builder) {
	_ = b.WriteByte('(') // a builder never fails
	clause.Where{Exprs: slices.Clone(p.exprs)}.Build(b)
	_ = b.WriteByte(')')
}

var or = regexp.MustCompile(`(?i)\bor\b`)

// loose reports whether a condition may fall apart beside an AND. GORM puts
// brackets around text with " OR " in it, and not around "a\tOR b".
func loose(e clause.Expression) bool {
	switch e := e.(type) {
	case guard, brackets, clause.Eq, clause.Neq, clause.Gt, clause.Gte, clause.Lt, clause.Lte, clause.IN, clause.Like:
		return false
	case clause.Expr:
		return or.MatchString(e.SQL)
	case clause.NamedExpr:
		return or.MatchString(e.SQL)
	case clause.AndConditions:
		return slices.ContainsFunc(e.Exprs, loose)
	}
	return true
}
