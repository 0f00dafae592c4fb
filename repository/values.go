package repository

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
)

// boundValue is one entry of Options.Values.
type boundValue struct {
	field  *schema.Field
	given  any
	value  any // what a struct's field is set to; nil sets NULL
	bind   any // what a condition compares with
	frozen frozen
}

// resolveValues finds the fields and checks that the values fit them.
func (c *core) resolveValues(given map[string]any) ([]boundValue, error) {
	var list []boundValue
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f := c.column(name)
		if f == nil {
			return nil, fmt.Errorf("repository: New[%s]: Options.Values names %q, which %s does not have%s: %w",
				c.model, name, c.schema.Name, hint(name, c.schema.Fields), dberr.ErrUnknownField)
		}
		if slices.ContainsFunc(list, func(b boundValue) bool { return b.field == f }) {
			return nil, fmt.Errorf("repository: New[%s]: Options.Values names %q twice: %w", c.model, f.DBName, dberr.ErrMisuse)
		}
		b, err := c.bindValue(f, given[name])
		if err != nil {
			return nil, fmt.Errorf("repository: New[%s]: Options.Values[%q]: %w: %w", c.model, name, err, dberr.ErrMisuse)
		}
		list = append(list, b)
	}
	return list, nil
}

func (c *core) bindValue(f *schema.Field, v any) (b boundValue, err error) {
	if _, ok := v.(clause.Expression); ok {
		return b, fmt.Errorf("it is an expression: give a value")
	}
	if raw, ok := v.([]byte); ok {
		v = bytes.Clone(raw)
	}
	ctx := context.Background()
	row := reflect.New(c.model).Elem()
	if err := assign(ctx, f, row, v); err != nil {
		return b, err
	}
	b = boundValue{field: f, given: v}
	if rv := f.ReflectValueOf(ctx, row); rv.Kind() != reflect.Pointer {
		b.value = rv.Interface()
	} else if !rv.IsNil() {
		b.value = rv.Elem().Interface()
	}
	b.bind, _ = f.ValueOf(ctx, row)
	b.frozen, err = freeze(ctx, f, row)
	return b, err
}

// guards are the conditions that the values come to.
func (c *core) guards() []clause.Expression {
	list := make([]clause.Expression, len(c.values))
	for i, b := range c.values {
		list[i] = clause.Eq{Column: at(b.field), Value: b.bind}
	}
	return list
}

// fill sets the bound values in the rows of a slice, or in one struct. It
// returns what empties again the fields that it set.
func (c *core) fill(ctx context.Context, verb string, rows reflect.Value) (undo func(), err error) {
	type filled struct {
		field *schema.Field
		row   reflect.Value
	}
	var done []filled
	undo = func() {
		for _, d := range done {
			d.field.ReflectValueOf(ctx, d.row).SetZero()
		}
	}
	for i := range count(rows) {
		row := index(rows, i)
		for _, b := range c.values {
			set, err := b.fill(ctx, row)
			if err != nil {
				undo()
				return nil, fmt.Errorf("repository: %s: row %d: %w", verb, i, err)
			}
			if set {
				done = append(done, filled{b.field, row})
			}
		}
	}
	return undo, nil
}

// fill sets one field, unless it holds the value already.
func (b boundValue) fill(ctx context.Context, row reflect.Value) (set bool, err error) {
	_, zero := b.field.ValueOf(ctx, row)
	if zero {
		v := b.value
		if raw, ok := v.([]byte); ok {
			v = bytes.Clone(raw)
		}
		return true, b.field.Set(ctx, row, v)
	}
	now, err := freeze(ctx, b.field, row)
	if err != nil {
		return false, err
	}
	if !now.same(b.frozen) {
		return false, fmt.Errorf("field %q is %s, but this repository is bound to %v: %w",
			b.field.Name, now.sent, b.given, dberr.ErrMisuse)
	}
	return false, nil
}

// count and index see one struct as a slice of one.
func count(rows reflect.Value) int {
	if rows.Kind() == reflect.Slice {
		return rows.Len()
	}
	return 1
}

func index(rows reflect.Value, i int) reflect.Value {
	if rows.Kind() == reflect.Slice {
		return rows.Index(i)
	}
	return rows
}
