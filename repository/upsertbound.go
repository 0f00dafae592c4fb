package repository

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// upsert creates with the clause. A repository with bound values must not
// change, nor show, a row outside of them.
func (c *core) upsert(ctx context.Context, verb string, dest any, u clauses.Upsert, scopes []Scope) error {
	begin := func(tx *gorm.DB) *gorm.DB { return c.creating(tx, verb, &u, scopes) }
	if c.err != nil || len(c.values) == 0 {
		return c.create(ctx, verb, dest, begin)
	}
	if len(u.Fields) > 0 {
		u.Fields = c.withValues(u.Fields)
	}
	match, ok := c.matchFields(u.Match)
	if !ok || c.boundBy(match) {
		return c.create(ctx, verb, dest, begin) // a match is a row of ours
	}
	return c.upsertGuarded(ctx, verb, dest, u, scopes, match)
}

// withValues adds the bound columns to a list of fields.
func (c *core) withValues(fields []string) []string {
	fields = slices.Clone(fields)
	for _, b := range c.values {
		if !named(fields, b.field) {
			fields = append(fields, b.field.DBName)
		}
	}
	return fields
}

// matchFields resolves Upsert.Match; ok is false when a name is unknown,
// which the create callback tells better.
func (c *core) matchFields(names []string) (fields []*schema.Field, ok bool) {
	if len(names) == 0 {
		return c.schema.PrimaryFields, true
	}
	for _, n := range names {
		f := c.column(n)
		if f == nil {
			return nil, false
		}
		fields = append(fields, f)
	}
	return fields, true
}

// boundBy reports whether a match on the fields implies the bound values.
func (c *core) boundBy(match []*schema.Field) bool {
	for _, b := range c.values {
		if !slices.Contains(match, b.field) {
			return false
		}
	}
	return true
}

// upsertGuarded makes a match outside of the bound values an error: it is not
// updated, and as the struct gets what is stored, the struct tells of it.
func (c *core) upsertGuarded(ctx context.Context, verb string, dest any, u clauses.Upsert, scopes []Scope, match []*schema.Field) error {
	rows := reflect.ValueOf(dest).Elem()
	if rows.Kind() == reflect.Slice && rows.Len() == 0 {
		return nil
	}
	if !u.DoNothing {
		u.Where = append(slices.Clone(u.Where), c.guards()...)
	}
	var outcomes []clauses.Outcome
	given := u.Outcomes
	undo, err := c.fill(context.WithoutCancel(orBackground(ctx)), verb, rows)
	if err != nil {
		return err
	}
	before := reflect.New(rows.Type()).Elem()
	copyRows(before, rows)
	err = c.run(ctx, verb, several, func(tx *gorm.DB) error {
		copyRows(rows, before)
		if outcomes = nil; given != nil {
			u.Outcomes = &outcomes
		}
		if err := c.creating(tx, verb, &u, scopes).Create(dest).Error; err != nil {
			return err
		}
		return c.foreignRow(tx, rows, match)
	})
	if err != nil {
		copyRows(rows, before)
		undo()
	} else if given != nil {
		*given = append(*given, outcomes...)
	}
	return err
}

// foreignRow returns an error for the first row that is not of ours.
func (c *core) foreignRow(tx *gorm.DB, rows reflect.Value, match []*schema.Field) error {
	if tx.DryRun {
		return nil
	}
	columns := make([]string, len(match))
	for i, f := range match {
		columns[i] = f.DBName
	}
	for i := range count(rows) {
		for _, b := range c.values {
			now, err := freeze(tx.Statement.Context, b.field, index(rows, i))
			if err != nil {
				return err
			}
			if !now.same(b.frozen) {
				return &dberr.ConstraintError{
					Kind: dberr.Unique, Table: c.schema.Table, Columns: columns, Row: i,
					Err: fmt.Errorf("a row with this key has another %s than the repository is bound to", b.field.DBName),
				}
			}
		}
	}
	return nil
}

// copyRows copies a struct, or the elements of a slice.
func copyRows(into, from reflect.Value) {
	if from.Kind() != reflect.Slice {
		into.Set(from)
		return
	}
	if into.Len() != from.Len() {
		into.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
	}
	reflect.Copy(into, from)
}
