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
	"github.com/gormalchemy/alchemy/internal/mark"
)

// Add inserts one row. The struct gets its key, and whatever else the
// database filled in. Hooks and associations are saved as by db.Create. A
// scope may Select, Omit or add clauses of an insert; a condition is
// dberr.ErrMisuse. A failed call leaves the struct as it was.
func (r *Repository[T]) Add(ctx context.Context, v *T, scopes ...Scope) error {
	if v == nil {
		return r.get().nilStruct("Add")
	}
	return r.get().add(ctx, "Add", v, scopes)
}

// AddMany inserts rows, all or none, in as few statements as the database
// allows, and fills each element in place. No rows are no error, and nothing
// is sent.
func (r *Repository[T]) AddMany(ctx context.Context, rows []T, scopes ...Scope) error {
	return r.get().add(ctx, "AddMany", &rows, scopes)
}

// add creates what dest, a pointer to a struct or to a slice, points to.
func (c *core) add(ctx context.Context, verb string, dest any, scopes []Scope) error {
	return c.create(ctx, verb, dest, func(tx *gorm.DB) *gorm.DB { return c.creating(tx, verb, nil, scopes) })
}

// create fills the bound values in and runs the create that begin prepares.
func (c *core) create(ctx context.Context, verb string, dest any, begin func(tx *gorm.DB) *gorm.DB) error {
	if c.err != nil {
		return c.err
	}
	rows := reflect.ValueOf(dest).Elem()
	if rows.Kind() == reflect.Slice && rows.Len() == 0 {
		return nil
	}
	undo := func() {}
	if len(c.values) > 0 {
		var err error
		if undo, err = c.fill(context.WithoutCancel(orBackground(ctx)), verb, rows); err != nil {
			return err
		}
	}
	err := c.run(ctx, verb, create, func(tx *gorm.DB) error { return begin(tx).Create(dest).Error })
	if err != nil {
		undo()
	}
	return err
}

// orBackground spares what only reads values of ctx from a nil one.
func orBackground(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// creating begins a chain for a create: bound scopes have no part in it.
func (c *core) creating(tx *gorm.DB, verb string, u *clauses.Upsert, scopes []Scope) *gorm.DB {
	placeholder := reflect.New(c.model).Interface()
	tx = c.carried.open(tx).Clauses(mark.Verb{}).Model(placeholder)
	if len(scopes) > 0 {
		tx = settle(applyScopes(tx, "Scope", scopes))
	}
	if tx.Statement.Model == placeholder {
		tx.Statement.Model = nil
	}
	if tx.Error != nil {
		return tx
	}
	if err := c.checkCreate(tx.Statement); err != nil {
		tx.Error = fmt.Errorf("repository: %s: %w", verb, err)
		return tx
	}
	if u != nil {
		tx = tx.Clauses(*u)
	}
	return tx
}

// checkCreate refuses what the scopes of a create left in the statement and
// an insert would ignore, or what would lead around the bound values.
func (c *core) checkCreate(stmt *gorm.Statement) error {
	for _, name := range []string{"WHERE", "ORDER BY", "LIMIT", "GROUP BY", "FOR"} {
		if _, ok := stmt.Clauses[name]; ok {
			return fmt.Errorf("a scope left %s on a create, which has no use for it: %w", name, dberr.ErrMisuse)
		}
	}
	if len(stmt.Joins) > 0 {
		return fmt.Errorf("a scope left Joins on a create, which has no use for it: %w", dberr.ErrMisuse)
	}
	if _, ok := clauses.UpsertOf(stmt); ok {
		return fmt.Errorf("a scope holds clauses.Upsert: use the verbs Upsert and UpsertMany: %w", dberr.ErrMisuse)
	}
	if len(c.values) == 0 {
		return nil
	}
	if _, ok := stmt.Clauses["ON CONFLICT"]; ok {
		return fmt.Errorf("clause.OnConflict could change rows that Options.Values keep apart: use Upsert: %w", dberr.ErrMisuse)
	}
	return c.keepValues(stmt)
}

// keepValues sees to it that Select and Omit leave the bound columns in.
func (c *core) keepValues(stmt *gorm.Statement) error {
	for _, b := range c.values {
		if named(stmt.Omits, b.field) {
			return fmt.Errorf("a scope omits %q, which Options.Values bind: %w", b.field.DBName, dberr.ErrMisuse)
		}
		if len(stmt.Selects) > 0 && !named(stmt.Selects, b.field) {
			stmt.Selects = append(slices.Clone(stmt.Selects), b.field.DBName)
		}
	}
	return nil
}

func named(list []string, f *schema.Field) bool {
	return slices.Contains(list, f.Name) || slices.Contains(list, f.DBName)
}

func (c *core) nilStruct(verb string) error {
	if c.err != nil {
		return c.err
	}
	return fmt.Errorf("repository: %s: the pointer to a %s is nil: %w", verb, c.model, dberr.ErrInvalidValue)
}
