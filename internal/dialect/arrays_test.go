package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type (
	named    string
	flag     bool
	bytes    []byte
	valuer   struct{ v any }
	failing  struct{}
	located  struct{}
	pointers struct{}
)

func (v valuer) Value() (driver.Value, error)  { return v.v, nil }
func (failing) Value() (driver.Value, error)   { return nil, errors.New("no value") }
func (*pointers) Value() (driver.Value, error) { return "p", nil }

func (located) GormValue(context.Context, *gorm.DB) clause.Expr { return gorm.Expr("1") }

func of[T any](v T) *T { return &v }

func TestDriverValue(t *testing.T) {
	now := time.Now()
	for _, c := range []struct{ in, want any }{
		{nil, nil},
		{"a", "a"},
		{named("a"), "a"},
		{7, int64(7)},
		{int8(-7), int64(-7)},
		{uint16(7), int64(7)},
		{uint64(math.MaxInt64), int64(math.MaxInt64)},
		{uint64(math.MaxInt64) + 1, "9223372036854775808"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{1.5, 1.5},
		{float32(0.1), "0.1"}, // as float64 it would be 0.10000000149011612
		{true, true},
		{flag(true), true},
		{now, now},
		{[]byte{1}, []byte{1}},
		{bytes{1}, []byte{1}},
		{[]byte(nil), nil},
		{[]byte{}, []byte{}},
		{of(7), int64(7)},
		{of(of("a")), "a"},
		{(*int)(nil), nil},
		{(*time.Time)(nil), nil},
		{sql.NullString{}, nil},
		{sql.NullString{String: "a", Valid: true}, "a"},
		{sql.NullInt32{Int32: 7, Valid: true}, int64(7)},
		{&sql.NullTime{Time: now, Valid: true}, now},
		{(*sql.NullTime)(nil), nil},
		{gorm.DeletedAt{}, nil},
		{valuer{"a"}, "a"},
		{valuer{[]byte("a")}, []byte("a")},
		{&pointers{}, "p"},
		{(*pointers)(nil), nil},
	} {
		if got, ok := driverValue(c.in); !ok || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%T %v: %#v %t, want %#v", c.in, c.in, got, ok, c.want)
		}
	}
	for _, in := range []any{
		gorm.Expr("now()"), located{}, clause.Column{Name: "a"}, failing{}, valuer{valuer{"a"}}, []int{1}, map[string]any{}, struct{}{}, [2]byte{},
	} {
		if got, ok := driverValue(in); ok {
			t.Errorf("%T became %#v", in, got)
		}
	}
}

func TestColumnOf(t *testing.T) {
	now := time.Now()
	one, truth, word, half := int64(1), true, "a", 1.5
	for _, c := range []struct {
		cells    []any
		dbType   string
		param    string
		values   any
		tooOther bool
	}{
		{cells: []any{one, int64(2)}, dbType: "int8", param: "int8", values: []int64{1, 2}},
		{cells: []any{one, nil}, dbType: "int4", param: "int8", values: []*int64{&one, nil}},
		{cells: []any{nil}, dbType: "int2", param: "int8", values: []*int64{nil}},
		{cells: []any{one, "18446744073709551615"}, dbType: "int8", param: "text", values: []string{"1", "18446744073709551615"}},
		{cells: []any{one, "18446744073709551615"}, dbType: "numeric", param: "text", values: []string{"1", "18446744073709551615"}},
		{cells: []any{truth, nil}, dbType: "bool", param: "bool", values: []*bool{&truth, nil}},
		{cells: []any{half}, dbType: "float8", param: "float8", values: []float64{1.5}},
		{cells: []any{"0.1", half}, dbType: "float4", param: "text", values: []string{"0.1", "1.5"}},
		{cells: []any{half, one}, dbType: "float8", param: "text", values: []string{"1.5", "1"}},
		{cells: []any{now}, dbType: "timestamptz", param: "timestamptz", values: []time.Time{now}},
		{cells: []any{now, nil}, dbType: "date", param: "date", values: []*time.Time{&now, nil}},
		{cells: []any{"2026-01-02"}, dbType: "date", tooOther: true},
		{cells: []any{[]byte{0, 255}}, dbType: "bytea", param: "bytea", values: [][]byte{{0, 255}}},
		{cells: []any{"a"}, dbType: "bytea", tooOther: true},
		{cells: []any{word, nil}, dbType: "text", param: "text", values: []*string{&word, nil}},
		{cells: []any{[]byte(`{"a":1}`)}, dbType: "jsonb", param: "text", values: []string{`{"a":1}`}},
		{cells: []any{truth}, dbType: "text", param: "text", values: []string{"true"}},
		{cells: []any{now}, dbType: "text", tooOther: true},
		{cells: []any{}, dbType: "int8", param: "int8", values: []int64{}},
	} {
		got, ok := columnOf(c.cells, c.dbType)
		if ok == c.tooOther {
			t.Errorf("%v as %s: %t", c.cells, c.dbType, ok)
			continue
		}
		if ok && (got.param != c.param || got.as != c.dbType || !reflect.DeepEqual(got.values, c.values)) {
			t.Errorf("%v as %s: %#v", c.cells, c.dbType, got)
		}
	}
}

func TestColumnsOf(t *testing.T) {
	types := map[string]string{"id": "int8", "slug": "text"}
	in := &Insert{Columns: []string{"id", "slug"}, Rows: [][]any{{1, "a"}, {uint8(2), named("b")}}}
	got, ok := columnsOf(in, types)
	want := []column{{[]int64{1, 2}, "int8", "int8"}, {[]string{"a", "b"}, "text", "text"}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v %t", got, ok)
	}
	if _, ok := columnsOf(in, map[string]string{"id": "int8"}); ok {
		t.Error("a column of unknown type went as an array")
	}
	in.Rows[1][1] = gorm.Expr("lower(?)", "B")
	if _, ok := columnsOf(in, types); ok {
		t.Error("an expression went as an array")
	}
}

// FuzzColumnOf: an array says of each cell what the cell itself says.
func FuzzColumnOf(f *testing.F) {
	f.Add(int64(1), uint64(math.MaxUint64), "a", true)
	f.Fuzz(func(t *testing.T, a int64, b uint64, s string, null bool) {
		cells := []any{a, b, s}
		for i, v := range cells {
			cells[i], _ = driverValue(v)
		}
		if null {
			cells = append(cells, nil)
		}
		for _, dbType := range []string{"int8", "numeric", "text", "bool", "float8"} {
			c, ok := columnOf(cells, dbType)
			if !ok {
				t.Fatalf("%v as %s", cells, dbType)
			}
			rv := reflect.ValueOf(c.values)
			for i, v := range cells {
				got := rv.Index(i)
				if got.Kind() == reflect.Pointer && got.IsNil() != (v == nil) {
					t.Fatalf("%v as %s: cell %d", cells, dbType, i)
				}
				if want, _ := text(v); v != nil && reflect.Indirect(got).Interface() != want {
					t.Errorf("cell %d is %v, want %v", i, got, want)
				}
			}
		}
	})
}
