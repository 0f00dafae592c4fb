package repository

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/big"
	"reflect"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

type money struct{ cents *big.Int }

func (m money) Value() (driver.Value, error) {
	if m.cents == nil {
		return nil, nil
	}
	return m.cents.String(), nil
}

func (m *money) Scan(any) error { return nil }

type pointerValuer struct{ n int }

func (p *pointerValuer) Value() (driver.Value, error) {
	if p.n < 0 {
		return nil, errors.New("negative")
	}
	return int64(p.n), nil
}

func (p *pointerValuer) Scan(any) error { return nil }

type Address struct{ Street, City string }

type everything struct {
	ID       uint
	Bytes    []byte
	Text     *string
	At       time.Time
	AtP      *time.Time
	Null     sql.NullString
	Deleted  gorm.DeletedAt
	JSON     map[string][]int `gorm:"serializer:json"`
	Gob      map[string]int   `gorm:"serializer:gob"`
	Price    money
	PV       *pointerValuer
	Float    float64
	*Address `gorm:"embedded"`
	Home     Address `gorm:"embedded;embeddedPrefix:home_"`
}

func parse(t *testing.T, v any) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(v, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newEverything() *everything {
	text, at := "text", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	return &everything{
		ID: 1, Bytes: []byte("abc"), Text: &text, At: at, AtP: &at,
		JSON: map[string][]int{"a": {1, 2}, "b": {3}}, Gob: map[string]int{"a": 1, "b": 2, "c": 3, "d": 4},
		Price: money{big.NewInt(5)}, PV: &pointerValuer{1}, Address: &Address{Street: "s"},
	}
}

func TestFreezeSeesChanges(t *testing.T) {
	s := parse(t, &everything{})
	ctx := context.Background()
	for name, c := range map[string]struct {
		change func(e *everything)
		fields []string
	}{
		"nothing":           {func(*everything) {}, nil},
		"bytes in place":    {func(e *everything) { e.Bytes[1] = 'X' }, []string{"bytes"}},
		"pointee":           {func(e *everything) { *e.Text = "x" }, []string{"text"}},
		"equal pointee":     {func(e *everything) { s := "text"; e.Text = &s }, nil},
		"nil":               {func(e *everything) { e.Text = nil }, []string{"text"}},
		"time zone":         {func(e *everything) { e.At = e.At.In(time.FixedZone("x", 3600)) }, nil},
		"nanosecond":        {func(e *everything) { *e.AtP = e.AtP.Add(1) }, []string{"at_p"}},
		"null":              {func(e *everything) { e.Null = sql.NullString{Valid: true} }, []string{"null"}},
		"still null":        {func(e *everything) { e.Null = sql.NullString{String: "x"} }, nil},
		"json in place":     {func(e *everything) { e.JSON["a"][0] = 9 }, []string{"json"}},
		"json rebuilt":      {func(e *everything) { e.JSON = map[string][]int{"b": {3}, "a": {1, 2}} }, nil},
		"gob rebuilt":       {func(e *everything) { e.Gob = map[string]int{"d": 4, "c": 3, "b": 2, "a": 1} }, nil},
		"gob":               {func(e *everything) { delete(e.Gob, "a") }, []string{"gob"}},
		"behind valuer":     {func(e *everything) { e.Price.cents.SetInt64(6) }, []string{"price"}},
		"equal valuer":      {func(e *everything) { e.Price = money{big.NewInt(5)} }, nil},
		"pointer valuer":    {func(e *everything) { e.PV.n++ }, []string{"pv"}},
		"no pointer valuer": {func(e *everything) { e.PV = nil }, []string{"pv"}},
		"embedded":          {func(e *everything) { e.Street = "x" }, []string{"street"}},
		"embedded nil":      {func(e *everything) { e.Address = nil }, []string{"street"}},
		"prefixed":          {func(e *everything) { e.Home.City = "x" }, []string{"home_city"}},
		"float":             {func(e *everything) { e.Float = 0.1 }, []string{"float"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEverything()
			row := reflect.ValueOf(e).Elem()
			before := map[string]frozen{}
			for column, f := range s.FieldsByDBName {
				fr, err := freeze(ctx, f, row)
				if err != nil {
					t.Fatal(err)
				}
				before[column] = fr
			}
			c.change(e)
			var changed []string
			for _, column := range s.DBNames {
				fr, err := freeze(ctx, s.FieldsByDBName[column], row)
				if err != nil {
					t.Fatal(err)
				}
				if !fr.same(before[column]) {
					changed = append(changed, column)
				}
			}
			if !reflect.DeepEqual(changed, c.fields) {
				t.Errorf("changed %q, want %q", changed, c.fields)
			}
		})
	}
}

func TestFreezeError(t *testing.T) {
	s := parse(t, &everything{})
	e := everything{PV: &pointerValuer{-1}}
	if _, err := freeze(context.Background(), s.FieldsByDBName["pv"], reflect.ValueOf(&e).Elem()); err == nil {
		t.Error("the error of a Valuer is lost")
	}
}

func TestFreezeLeavesNilEmbedded(t *testing.T) {
	s := parse(t, &everything{})
	var e everything
	if _, err := freeze(context.Background(), s.FieldsByDBName["street"], reflect.ValueOf(&e).Elem()); err != nil {
		t.Fatal(err)
	}
	if e.Address != nil {
		t.Error("reading a field made the embedded struct")
	}
}

func TestTextOfCycle(t *testing.T) {
	type node struct {
		next *node
		at   time.Time
		any  any
		call func()
	}
	n := &node{at: time.Unix(1, 0), any: map[int]string{1: "a"}, call: t.FailNow}
	n.next = n
	var a, b text
	a.write(reflect.ValueOf(n))
	b.write(reflect.ValueOf(n))
	if a.String() != b.String() || a.Len() == 0 {
		t.Errorf("%q and %q", a.String(), b.String())
	}
}
