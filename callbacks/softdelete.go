package callbacks

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// softDelete is the field that marks a row as deleted, and the condition
// under which a row is not.
type softDelete struct {
	field *schema.Field
	live  clause.Expression
}

// resolveSoftDelete finds out whether a match must be live: not when the key
// itself tells deleted rows apart, nor when they are to be revived.
func (u *upsert) resolveSoftDelete(stmt *gorm.Statement) {
	s := softDeleteOf(stmt)
	if s == nil || u.key.Where != "" || slices.Contains(u.match, s.field) {
		return
	}
	if u.Revive {
		u.set = append(u.set, clause.Assignment{Column: clause.Column{Name: s.field.DBName}, Value: liveValue(s.field)})
		return
	}
	if slices.ContainsFunc(u.set, func(a clause.Assignment) bool { return a.Column.Name == s.field.DBName }) {
		return // the caller says what becomes of deleted rows
	}
	u.soft = s
}

// softDeleteOf finds the soft-delete field of the model: the one whose type
// changes both queries and deletes.
func softDeleteOf(stmt *gorm.Statement) *softDelete {
	f := modelOf(stmt.Schema).soft
	if f == nil {
		return nil
	}
	q := reflect.New(f.IndirectFieldType).Interface().(schema.QueryClausesInterface)
	if live := conditionOf(stmt, q.QueryClauses(f)); live != nil {
		return &softDelete{field: f, live: live}
	}
	return nil
}

// conditionOf returns the condition that query clauses add to a statement,
// found by adding them to an empty one.
func conditionOf(stmt *gorm.Statement, add []clause.Interface) clause.Expression {
	empty := &gorm.Statement{
		DB: stmt.DB, Table: stmt.Table, TableExpr: stmt.TableExpr, Schema: stmt.Schema,
		Context: stmt.Context, Clauses: map[string]clause.Clause{},
	}
	for _, c := range add {
		empty.AddClause(c)
	}
	if where, ok := empty.Clauses["WHERE"].Expression.(clause.Where); ok && len(where.Exprs) > 0 {
		return clause.And(where.Exprs...)
	}
	return nil
}

// liveValue is the value of the field in a row that isn't deleted.
func liveValue(f *schema.Field) any {
	if v, ok := f.TagSettings["ZEROVALUE"]; ok {
		return v
	}
	return reflect.New(f.FieldType).Elem().Interface()
}
