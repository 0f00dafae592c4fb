package repository

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
)

// Key is the primary key of a row by name of field or column, for the id of
// Get, GetAndUpdate and Delete:
//
//	pages.Get(ctx, repository.Key{"tenant_id": 1, "slug": "a"})
//
// An id may also be the bare value of a key of one column, or a []any with
// the values in the order of the model's primary key. Every part must be
// there, of the field's type and not zero; anything else is
// dberr.ErrInvalidKey, returned before any SQL. Text is never taken for a
// number, so that nothing a user typed becomes a condition.
type Key map[string]any

// rowKey is a key that was checked.
type rowKey struct {
	row    reflect.Value // a new struct that holds the key and nothing else
	fields []*schema.Field
	exprs  []clause.Expression
}

// parseKey reads the id that a verb was given.
func (c *core) parseKey(ctx context.Context, verb string, id any) (*rowKey, error) {
	if c.err != nil {
		return nil, c.err
	}
	fields := c.schema.PrimaryFields
	fail := func(format string, args ...any) (*rowKey, error) {
		return nil, fmt.Errorf("repository: %s: %s: the primary key of %s is (%s): %w",
			verb, fmt.Sprintf(format, args...), c.schema.Name, names(fields), dberr.ErrInvalidKey)
	}
	if len(fields) == 0 {
		return fail("%s has no primary key, use a condition", c.schema.Name)
	}
	parts, problem := keyParts(fields, id)
	if problem != "" {
		return fail("%s", problem)
	}
	k := &rowKey{row: reflect.New(c.model).Elem(), fields: fields}
	for i, f := range fields {
		if isNil(parts[i]) {
			return fail("%q is nil", f.DBName)
		}
		if err := assign(ctx, f, k.row, parts[i]); err != nil {
			return fail("%q: %v", f.DBName, err)
		}
		v, zero := f.ValueOf(ctx, k.row)
		if zero {
			return fail("%q is zero", f.DBName)
		}
		k.exprs = append(k.exprs, clause.Eq{Column: at(f), Value: v})
	}
	return k, nil
}

// keyParts brings the forms of an id into the order of the fields.
func keyParts(fields []*schema.Field, id any) (parts []any, problem string) {
	switch id := id.(type) {
	case Key:
		return keyByName(fields, id)
	case map[string]any:
		return keyByName(fields, id)
	case []any:
		if len(id) != len(fields) {
			return nil, fmt.Sprintf("%d values for %d columns", len(id), len(fields))
		}
		return id, ""
	}
	if len(fields) > 1 {
		return nil, fmt.Sprintf("one value (%T) for %d columns, use repository.Key", id, len(fields))
	}
	return []any{id}, ""
}

func keyByName(fields []*schema.Field, id map[string]any) (parts []any, problem string) {
	parts = make([]any, len(fields))
	given := make([]bool, len(fields))
	for _, name := range slices.Sorted(maps.Keys(id)) {
		i := slices.IndexFunc(fields, func(f *schema.Field) bool { return f.DBName == name || f.Name == name })
		if i < 0 {
			return nil, fmt.Sprintf("%q is no part of it%s", name, hint(name, fields))
		}
		if given[i] {
			return nil, fmt.Sprintf("%q is named twice", fields[i].DBName)
		}
		parts[i], given[i] = id[name], true
	}
	for i, ok := range given {
		if !ok {
			return nil, fmt.Sprintf("%q is missing", fields[i].DBName)
		}
	}
	return parts, ""
}

// isNil reports whether v is nil, or a pointer to nothing.
func isNil(v any) bool {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return true
		}
		rv = rv.Elem()
	}
	return !rv.IsValid()
}

// checkKey refuses a struct without its key.
func (c *core) checkKey(ctx context.Context, verb string, row reflect.Value) error {
	if len(c.schema.PrimaryFields) == 0 {
		return fmt.Errorf("repository: %s: %s has no primary key: %w", verb, c.schema.Name, dberr.ErrInvalidKey)
	}
	for _, f := range c.schema.PrimaryFields {
		if _, zero := f.ValueOf(ctx, row); zero {
			return fmt.Errorf("repository: %s: field %q is zero: the primary key of %s is (%s): %w",
				verb, f.Name, c.schema.Name, names(c.schema.PrimaryFields), dberr.ErrInvalidKey)
		}
	}
	return nil
}
