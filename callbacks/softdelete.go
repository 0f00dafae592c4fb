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
	for _, f := range stmt.Schema.Fields {
		if !isSoftDelete(f) {
			continue
		}
		q := reflect.New(f.IndirectFieldType).Interface().(schema.QueryClausesInterface)
		if live := conditionOf(stmt, q.QueryClauses(f)); live != nil {
			return &softDelete{field: f, live: live}
		}
	}
	return nil
}

// isSoftDelete reports whether the type of a field changes queries and deletes.
func isSoftDelete(f *schema.Field) bool {
	if f.DBName == "" {
		return false
	}
	v := reflect.New(f.IndirectFieldType).Interface()
	_, queries := v.(schema.QueryClausesInterface)
	_, deletes := v.(schema.DeleteClausesInterface)
	return queries && deletes
}

// isVersion reports whether a field is a version as optimistic locks have:
// its type changes updates, and isn't a soft delete.
func isVersion(f *schema.Field) bool {
	if isSoftDelete(f) {
		return false
	}
	_, updates := reflect.New(f.IndirectFieldType).Interface().(schema.UpdateClausesInterface)
	return updates
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
