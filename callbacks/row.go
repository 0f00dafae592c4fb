package callbacks

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
)

// row is one row of the input on its way to the database and back.
type row struct {
	index  int           // in the input
	value  reflect.Value // its struct, addressable; invalid for a map
	fields map[string]any
	cells  []any  // one a column of the table
	unset  []bool // likewise: takes its default
	placed bool   // holds what the database holds

	key     []any  // values of the match fields
	keyText string // their text, see keyText
	again   []*row // later rows of the same key that are not sent
	next    *row   // the later row of the same key that is sent after this one
}

// inputRows returns the rows of the statement's destination, without cells.
func inputRows(stmt *gorm.Statement) ([]*row, error) {
	var made []row
	err := eachInput(stmt, func(n int) { made = make([]row, 0, n) }, func(r row) error {
		made = append(made, r)
		return nil
	})
	rows := make([]*row, len(made))
	for i := range made {
		rows[i] = &made[i]
	}
	return rows, err
}

// checkInput reports what keeps the destination from being written.
func checkInput(stmt *gorm.Statement) error {
	return eachInput(stmt, func(int) {}, func(row) error { return nil })
}

// eachInput calls each for every row of the destination, after size.
func eachInput(stmt *gorm.Statement, size func(int), each func(row) error) error {
	if given, ok := inputMaps(stmt.Dest); ok {
		size(len(given))
		for i, m := range given {
			if m == nil {
				return fmt.Errorf("alchemy: map %d is nil: %w", i, dberr.ErrInvalidValue)
			}
			if err := each(row{index: i, fields: m}); err != nil {
				return err
			}
		}
		return nil
	}
	rv := stmt.ReflectValue
	switch rv.Kind() {
	case reflect.Struct:
		if rv.Type() != stmt.Schema.ModelType || !rv.CanAddr() {
			return fmt.Errorf("alchemy: %s: give a pointer to %s: %w", rv.Type(), stmt.Schema.ModelType, dberr.ErrInvalidValue)
		}
		size(1)
		return each(row{value: rv})
	case reflect.Slice, reflect.Array:
		size(rv.Len())
		return eachElement(stmt, rv, each)
	}
	return fmt.Errorf("alchemy: %s is neither a struct nor a slice of structs: %w", rv.Type(), dberr.ErrInvalidValue)
}

func eachElement(stmt *gorm.Statement, rv reflect.Value, each func(row) error) error {
	elem := rv.Type().Elem()
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	if elem != stmt.Schema.ModelType {
		return fmt.Errorf("alchemy: %s is no slice of %s: %w", rv.Type(), stmt.Schema.ModelType, dberr.ErrInvalidValue)
	}
	for i := range rv.Len() {
		v := reflect.Indirect(rv.Index(i))
		if !v.IsValid() {
			return fmt.Errorf("alchemy: element %d of the slice is nil: %w", i, dberr.ErrInvalidValue)
		}
		if !v.CanAddr() {
			return fmt.Errorf("alchemy: %s can not be filled: give a pointer to it: %w", rv.Type(), dberr.ErrInvalidValue)
		}
		if err := each(row{index: i, value: v}); err != nil {
			return err
		}
	}
	return nil
}

// inputMaps returns the maps of a destination, where it is one or a slice of them.
func inputMaps(dest any) ([]map[string]any, bool) {
	switch d := dest.(type) {
	case map[string]any:
		return []map[string]any{d}, true
	case *map[string]any:
		return []map[string]any{*d}, true
	case []map[string]any:
		return d, true
	case *[]map[string]any:
		return *d, true
	}
	return nil, false
}

// get returns the value of a field as it would be bound, and whether it is zero or missing.
func (r *row) get(ctx context.Context, f *schema.Field) (value any, zero bool) {
	if r.value.IsValid() {
		return f.ValueOf(ctx, r.value)
	}
	for _, name := range [2]string{f.DBName, f.Name} {
		if v, ok := r.fields[name]; ok {
			return v, false
		}
	}
	return nil, true
}

// isZero reports whether a field is zero or missing.
func (r *row) isZero(ctx context.Context, f *schema.Field) bool {
	if r.value.IsValid() && !behindPointer(f) {
		return f.ReflectValueOf(ctx, r.value).IsZero()
	}
	_, zero := r.get(ctx, f)
	return zero
}

// fill copies fields of a row that came back into the row's own place.
func (r *row) fill(ctx context.Context, back reflect.Value, fields []*schema.Field) {
	for _, f := range fields {
		if r.value.IsValid() {
			f.ReflectValueOf(ctx, r.value).Set(f.ReflectValueOf(ctx, back))
			continue
		}
		v, _ := f.ValueOf(ctx, back)
		name := f.DBName
		if _, ok := r.fields[f.Name]; ok {
			name = f.Name
		}
		r.fields[name] = plain(v)
	}
	r.placed = true
}

// plain takes the driver's value out of a value that knows it.
func plain(v any) any {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
		return nil
	}
	if valuer, ok := v.(driver.Valuer); ok {
		if p, err := valuer.Value(); err == nil {
			return p
		}
	}
	return v
}

// keyText writes values so that two texts are equal only if the database,
// comparing byte by byte, would call the values equal. null tells that one
// of them is nil.
func keyText(values []any, zoned bool) (text string, null bool) {
	var room [64]byte
	b := room[:0]
	for _, v := range values {
		var isNull bool
		b, isNull = appendKey(b, v, zoned)
		null = null || isNull
	}
	return string(b), null
}

// appendKey appends the text of one value. Numbers and strings are written
// alike: a column may be text behind an int.
func appendKey(b []byte, v any, zoned bool) (text []byte, null bool) {
	var room [32]byte
	switch x := deref(v).(type) {
	case nil:
		return append(b, 'n', ';'), true
	case string:
		b = append(strconv.AppendInt(b, int64(len(x)), 10), 's')
		b = append(b, x...)
	case []byte:
		b = append(strconv.AppendInt(b, int64(len(x)), 10), 's')
		b = append(b, x...)
	case time.Time:
		b = strconv.AppendInt(append(b, 't'), x.Unix(), 10) // in nanoseconds, times 584 years apart are one
		b = strconv.AppendInt(append(b, '.'), int64(x.Nanosecond()), 10)
		if zoned {
			_, offset := x.Zone()
			b = strconv.AppendInt(append(b, '+'), int64(offset), 10)
		}
	case bool:
		b = strconv.AppendBool(append(b, 'b'), x)
	default:
		s := appendNumber(room[:0], x)
		b = append(strconv.AppendInt(b, int64(len(s)), 10), 's')
		b = append(b, s...)
	}
	return append(b, ';'), false
}

// deref follows pointers and Valuers down to a driver's value, or nil.
func deref(v any) any {
	for range 4 {
		switch v.(type) {
		case nil, string, int64, uint, int, bool, time.Time, []byte:
			return v
		}
		rv := reflect.ValueOf(v)
		if rv.Kind() == reflect.Pointer && rv.IsNil() {
			return nil
		}
		if valuer, ok := v.(driver.Valuer); ok {
			p, err := valuer.Value()
			if err != nil {
				return v
			}
			v = p
			continue
		}
		if rv.Kind() != reflect.Pointer {
			break
		}
		v = rv.Elem().Interface()
	}
	return v
}

// appendNumber appends a value of a numeric or named kind.
func appendNumber(b []byte, v any) []byte {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, rv.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, rv.Uint(), 10)
	case reflect.Float32:
		return strconv.AppendFloat(b, rv.Float(), 'g', -1, 32)
	case reflect.Float64:
		return strconv.AppendFloat(b, rv.Float(), 'g', -1, 64)
	case reflect.String:
		return append(b, rv.String()...)
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return append(b, rv.Bytes()...)
		}
	}
	return fmt.Append(b, v)
}
