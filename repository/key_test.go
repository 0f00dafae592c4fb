package repository

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/dberr"
)

// dry returns a database that sends nothing.
func dry(tb testing.TB) *gorm.DB {
	tb.Helper()
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err == nil {
		err = db.Use(alchemy.New(alchemy.Config{}))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

type code string

type uuid [4]byte

func (u *uuid) Scan(v any) error {
	s, ok := v.(string)
	if !ok || len(s) != len(u) {
		return fmt.Errorf("not a uuid: %v", v)
	}
	copy(u[:], s)
	return nil
}

func coreOf[T any](tb testing.TB) *core {
	tb.Helper()
	c := New[T](dry(tb), nil).core
	if c.err != nil {
		tb.Fatal(c.err)
	}
	return c
}

func TestKeyOfOneColumn(t *testing.T) {
	type number struct{ ID int8 }
	type unsigned struct{ ID *uint64 }
	type name struct {
		Code code `gorm:"primaryKey"`
	}
	type unique struct{ ID uuid }
	type moment struct {
		At time.Time `gorm:"primaryKey"`
	}
	seven, now := 7, time.Now()
	for what, c := range map[string]struct {
		core *core
		good []any
		bad  []any
	}{
		"int8": {coreOf[number](t),
			[]any{7, int64(7), uint8(7), int8(-7), &seven, []any{7}, Key{"id": 7}, map[string]any{"ID": uint64(7)}},
			[]any{nil, 0, 128, -129, uint64(1) << 63, "7", "1 OR 1=1", 7.0, true, []int{7}, [1]int{7}, []any{}, []any{7, 7}, Key{}, Key{"i": 7}, Key{"id": nil}, Key{"id": 7, "ID": 7}, (*int)(nil), number{7}, gorm.Expr("7"), []byte("7"), now}},
		"*uint64": {coreOf[unsigned](t), []any{7, uint64(1<<64 - 1), uint8(1)}, []any{-1, "7", nil}},
		"string":  {coreOf[name](t), []any{"a", code("a")}, []any{"", code(""), 7, 'a', []byte("a"), []string{"a"}}},
		"scanner": {coreOf[unique](t), []any{uuid{1}, &uuid{1}, "abcd"}, []any{"abc", uuid{}, 7, []byte{1, 2}}},
		"time":    {coreOf[moment](t), []any{now, &now}, []any{time.Time{}, "2026-01-02", 7}},
	} {
		for _, id := range c.good {
			k, err := c.core.parseKey(context.Background(), "Get", id)
			if err != nil {
				t.Errorf("%s: %#v: %v", what, id, err)
			} else if len(k.exprs) != 1 {
				t.Errorf("%s: %#v: %d conditions", what, id, len(k.exprs))
			}
		}
		for _, id := range c.bad {
			_, err := c.core.parseKey(context.Background(), "Get", id)
			if !errors.Is(err, dberr.ErrInvalidKey) || !strings.Contains(err.Error(), "("+c.core.schema.PrimaryFields[0].DBName+")") {
				t.Errorf("%s: %#v: %v", what, id, err)
			}
		}
	}
}

func TestKeyOfTwoColumns(t *testing.T) {
	type page struct {
		TenantID int    `gorm:"primaryKey;autoIncrement:false"`
		Slug     string `gorm:"primaryKey"`
		Text     string
	}
	c := coreOf[page](t)
	for _, id := range []any{[]any{1, "a"}, Key{"tenant_id": 1, "slug": "a"}, Key{"TenantID": 1, "Slug": "a"}} {
		k, err := c.parseKey(context.Background(), "Get", id)
		if err != nil {
			t.Fatal(err)
		}
		if got := k.row.Interface(); !reflect.DeepEqual(got, page{TenantID: 1, Slug: "a"}) {
			t.Errorf("%#v gives %+v", id, got)
		}
	}
	for _, x := range []struct {
		id   any
		says string
	}{
		{1, "use repository.Key"},
		{[]any{1}, "1 values for 2 columns"},
		{[]any{"a", 1}, `"tenant_id": it takes int`},
		{[]any{1, nil}, `"slug" is nil`},
		{[]any{0, "a"}, `"tenant_id" is zero`},
		{Key{"slug": "a"}, `"tenant_id" is missing`},
		{Key{"tenant_id": 1, "slgu": "a"}, `did you mean "slug"?`},
		{Key{"tenant_id": 1, "slug": "a", "text": "b"}, `"text" is no part of it`},
	} {
		_, err := c.parseKey(context.Background(), "Get", x.id)
		if !errors.Is(err, dberr.ErrInvalidKey) || !strings.Contains(err.Error(), x.says) || !strings.Contains(err.Error(), "(tenant_id, slug)") {
			t.Errorf("%#v: %v, want %q", x.id, err, x.says)
		}
	}
}

func TestKeyOfNothing(t *testing.T) {
	type line struct{ Text string }
	c := coreOf[line](t)
	if _, err := c.parseKey(context.Background(), "Get", 1); !errors.Is(err, dberr.ErrInvalidKey) {
		t.Error(err)
	}
	if err := New[line](dry(t), nil).Update(context.Background(), &line{Text: "x"}); !errors.Is(err, dberr.ErrInvalidKey) {
		t.Error(err)
	}
}

func FuzzKey(f *testing.F) {
	type page struct {
		TenantID uint   `gorm:"primaryKey;autoIncrement:false"`
		Slug     string `gorm:"primaryKey"`
	}
	c := coreOf[page](f)
	f.Add("tenant_id", "slug", int64(1), "a")
	f.Fuzz(func(t *testing.T, a, b string, n int64, s string) {
		k, err := c.parseKey(context.Background(), "Get", Key{a: n, b: s})
		if err == nil && (k.row.Field(0).Uint() != uint64(n) || k.row.Field(1).String() != s || n <= 0 || s == "") {
			t.Errorf("%q %q %d %q gives %v", a, b, n, s, k.row)
		}
	})
}
