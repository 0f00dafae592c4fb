package repository

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Count counts the rows that List would read with the same scopes, but for
// Limit, Offset and Order, which it ignores. With Distinct, Group or a Select
// of expressions the rows of the whole query are counted:
//
//	SELECT count(*) FROM (SELECT DISTINCT "author" FROM "posts") AS counted
func (r *Repository[T]) Count(ctx context.Context, scopes ...Scope) (int64, error) {
	return r.get().countRows(ctx, scopes)
}

func (c *core) countRows(ctx context.Context, scopes []Scope) (n int64, err error) {
	err = c.run(ctx, "Count", read, func(tx *gorm.DB) error {
		q := c.query(tx, scopes)
		for _, name := range []string{"ORDER BY", "LIMIT", "FOR"} {
			delete(q.Statement.Clauses, name)
		}
		q = c.rowsOnly(tx, q)
		return q.Count(&n).Error
	})
	return n, err
}

// Exists reports whether the scopes leave any row. The database stops at the
// first: SELECT 1 ... LIMIT 1.
func (r *Repository[T]) Exists(ctx context.Context, scopes ...Scope) (bool, error) {
	return r.get().exists(ctx, scopes)
}

func (c *core) exists(ctx context.Context, scopes []Scope) (bool, error) {
	var one int64
	err := c.run(ctx, "Exists", read, func(tx *gorm.DB) error {
		q := c.query(tx, scopes)
		delete(q.Statement.Clauses, "ORDER BY")
		q = c.rowsOnly(tx, q).Limit(1)
		return selectOne(q).Find(&one).Error
	})
	return one == 1, err
}

// rowsOnly takes out of a query what does not change how many rows it has. A
// query whose rows are others than those of its tables becomes a subquery.
func (c *core) rowsOnly(tx, q *gorm.DB) *gorm.DB {
	stmt := q.Statement
	stmt.Preloads = nil
	if q.Error != nil {
		return q
	}
	if !c.makesRows(stmt) {
		stmt.Selects, stmt.Omits = nil, nil
		return q
	}
	if _, ok := stmt.Clauses["SELECT"]; !ok && len(stmt.Selects) == 0 && !stmt.Distinct {
		q = selectOne(q) // * is an error beside GROUP BY
	}
	return c.carried.open(tx).Table("(?) AS counted", q)
}

// makesRows reports whether a query groups, removes or makes up rows.
func (c *core) makesRows(stmt *gorm.Statement) bool {
	_, groups := stmt.Clauses["GROUP BY"]
	_, selects := stmt.Clauses["SELECT"]
	return groups || selects || stmt.Distinct ||
		slices.ContainsFunc(stmt.Selects, func(s string) bool { return s != "*" && c.column(s) == nil })
}

// selectOne makes a query select the number 1.
func selectOne(q *gorm.DB) *gorm.DB {
	q = q.Scopes()
	q.Statement.AddClause(clause.Select{Expression: clause.Expr{SQL: "1"}})
	return q
}
