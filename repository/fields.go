package repository

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/internal/nearest"
)

// column returns the field that has a column under the name of either, or nil.
func (c *core) column(name string) *schema.Field {
	if f := c.schema.LookUpField(name); f != nil && f.DBName != "" {
		return f
	}
	return nil
}

// hint is the end of a message about an unknown name.
func hint(name string, fields []*schema.Field) string {
	var known []string
	for _, f := range fields {
		if f.DBName != "" {
			known = append(known, f.Name, f.DBName)
		}
	}
	if n := nearest.Name(name, known); n != "" {
		return fmt.Sprintf(", did you mean %q?", n)
	}
	return ""
}

// names lists columns for a message.
func names(fields []*schema.Field) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.DBName
	}
	return strings.Join(list, ", ")
}

// at is the column of a field in the table of the statement.
func at(f *schema.Field) clause.Column {
	return clause.Column{Table: clause.CurrentTable, Name: f.DBName}
}

// assign sets a field of row, a struct that can be set, to v. It takes what
// the database would compare as the same and nothing that merely can be
// converted: "7" is no integer, 7 no string, 300 no int8.
func assign(ctx context.Context, f *schema.Field, row reflect.Value, v any) error {
	if v == nil {
		return f.Set(ctx, row, nil)
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer { // a pointer of the caller must not end up in a struct
		if rv.IsNil() {
			return f.Set(ctx, row, nil)
		}
		rv = rv.Elem()
	}
	if fits, ok := fit(rv, f.FieldType, f.IndirectFieldType); ok {
		return f.Set(ctx, row, fits.Interface())
	}
	if valuer, ok := rv.Interface().(driver.Valuer); ok {
		if dv, err := valuer.Value(); err == nil && dv != nil {
			if fits, ok := fit(reflect.ValueOf(dv), f.FieldType, f.IndirectFieldType); ok {
				return f.Set(ctx, row, fits.Interface())
			}
		}
	}
	if scanned := reflect.New(f.IndirectFieldType); f.Serializer == nil {
		if s, ok := scanned.Interface().(sql.Scanner); ok && s.Scan(rv.Interface()) == nil {
			return f.Set(ctx, row, scanned.Elem().Interface())
		}
	}
	return fmt.Errorf("it takes %s, not %s", f.FieldType, describe(v))
}

// fit converts between types of one kind, when nothing is lost by it.
func fit(v reflect.Value, whole, indirect reflect.Type) (reflect.Value, bool) {
	if v.Type().AssignableTo(whole) || v.Type().AssignableTo(indirect) {
		return v, true
	}
	into := reflect.New(indirect).Elem()
	switch {
	case v.CanInt() && into.CanInt():
		ok := !into.OverflowInt(v.Int())
		into.SetInt(v.Int())
		return into, ok
	case v.CanInt() && into.CanUint():
		ok := v.Int() >= 0 && !into.OverflowUint(uint64(v.Int())) //nolint:gosec // negative ones are refused
		into.SetUint(uint64(v.Int()))                             //nolint:gosec // as above
		return into, ok
	case v.CanUint() && into.CanUint():
		ok := !into.OverflowUint(v.Uint())
		into.SetUint(v.Uint())
		return into, ok
	case v.CanUint() && into.CanInt():
		ok := v.Uint() < 1<<63 && !into.OverflowInt(int64(v.Uint())) //nolint:gosec // larger ones are refused
		into.SetInt(int64(v.Uint()))                                 //nolint:gosec // as above
		return into, ok
	case v.CanFloat() && into.CanFloat():
		into.SetFloat(v.Float())
		return into, into.Float() == v.Float()
	case v.Kind() == into.Kind() && v.Type().ConvertibleTo(indirect):
		return v.Convert(indirect), true
	}
	return reflect.Value{}, false
}

// describe says what a value is, for a message.
func describe(v any) string {
	switch v.(type) {
	case string, []byte:
		return fmt.Sprintf("%q (%T)", v, v)
	}
	return fmt.Sprintf("%v (%T)", v, v)
}
