package repository

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm/schema"
)

// frozen is the value of a field at one moment. A copy of the Go value would
// share what it points to, so it is kept as text, in two forms: what is in
// memory, and what the database would be sent. Either can differ alone: a
// serializer may write a map in any order, and two times in different zones
// are one instant.
type frozen struct {
	raw  string
	sent string
}

func (a frozen) same(b frozen) bool { return a.raw == b.raw || a.sent == b.sent }

// freeze reads a field of row. It changes nothing, not even a nil pointer to
// an embedded struct.
func freeze(ctx context.Context, f *schema.Field, row reflect.Value) (frozen, error) {
	v, zero := f.ValueOf(ctx, row)
	sent, err := sentForm(v)
	if err != nil {
		return frozen{}, fmt.Errorf("repository: value of field %q: %w", f.Name, err)
	}
	if zero {
		return frozen{raw: "zero", sent: sent}, nil
	}
	var raw text
	raw.write(f.ReflectValueOf(ctx, row))
	return frozen{raw: raw.String(), sent: sent}, nil
}

// sentForm is the text of what the driver would get for v.
func sentForm(v any) (string, error) {
	t := text{instants: true}
	rv := reflect.ValueOf(v)
	if valuer, ok := v.(driver.Valuer); ok && (rv.Kind() != reflect.Pointer || !rv.IsNil()) {
		dv, err := valuer.Value()
		if err != nil {
			return "", err
		}
		rv = reflect.ValueOf(dv)
	}
	t.write(rv)
	return t.String(), nil
}

// text writes any Go value, unexported fields and all that is pointed to
// included, so that equal texts mean equal values.
type text struct {
	strings.Builder
	instants bool // a time is its instant, whatever its zone
	path     []uintptr
}

var timeType = reflect.TypeFor[time.Time]()

func (t *text) write(v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid:
		t.WriteString("nil")
	case reflect.Bool:
		t.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		t.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		t.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		t.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.Complex64, reflect.Complex128:
		t.WriteString(strconv.FormatComplex(v.Complex(), 'g', -1, 128))
	case reflect.String:
		t.WriteString(strconv.Quote(v.String()))
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		t.writeComposite(v)
	case reflect.Interface:
		if !v.IsNil() {
			t.WriteString(v.Elem().Type().String())
		}
		t.write(v.Elem())
	case reflect.Pointer:
		t.writePointer(v)
	default: // functions and channels are equal when they are the same
		t.WriteString("0x" + strconv.FormatUint(uint64(v.Pointer()), 16))
	}
}

// writePointer writes what is pointed to; a cycle ends where it closes.
func (t *text) writePointer(v reflect.Value) {
	if v.IsNil() {
		t.WriteString("nil")
		return
	}
	if i := slices.Index(t.path, v.Pointer()); i >= 0 {
		t.WriteString("^" + strconv.Itoa(i))
		return
	}
	t.path = append(t.path, v.Pointer())
	t.WriteByte('&')
	t.write(v.Elem())
	t.path = t.path[:len(t.path)-1]
}

func (t *text) writeComposite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Map:
		t.writeMap(v)
	case reflect.Struct:
		if v.Type() == timeType {
			t.writeTime(v)
			return
		}
		t.WriteByte('{')
		for i := range v.NumField() {
			t.write(v.Field(i))
			t.WriteByte(';')
		}
		t.WriteByte('}')
	default:
		if v.Kind() == reflect.Slice && v.IsNil() {
			t.WriteString("nil")
			return
		}
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			t.WriteString(strconv.Quote(string(v.Bytes())))
			return
		}
		t.WriteByte('[')
		for i := range v.Len() {
			t.write(v.Index(i))
			t.WriteByte(',')
		}
		t.WriteByte(']')
	}
}

// writeMap writes the entries in the order of their keys' texts.
func (t *text) writeMap(v reflect.Value) {
	if v.IsNil() {
		t.WriteString("nil")
		return
	}
	entries := make([]string, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		e := text{instants: t.instants, path: t.path}
		e.write(it.Key())
		e.WriteByte(':')
		e.write(it.Value())
		entries = append(entries, e.String())
	}
	slices.Sort(entries)
	t.WriteString("map[" + strings.Join(entries, ",") + "]")
}

// writeTime leaves the zone's tables out. One in an unexported field can't be
// read by its methods: its words are taken as they are.
func (t *text) writeTime(v reflect.Value) {
	if !v.CanInterface() {
		t.WriteString(strconv.FormatUint(v.Field(0).Uint(), 16) + "/" + strconv.FormatInt(v.Field(1).Int(), 16))
		return
	}
	at, _ := v.Interface().(time.Time) // its type was compared
	if t.instants {
		at = at.UTC()
	}
	t.WriteString(at.Format("2006-01-02T15:04:05.999999999Z07:00 MST"))
}
