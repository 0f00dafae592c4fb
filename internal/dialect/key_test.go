package dialect

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"
)

type keyed struct {
	ID      uint
	Email   string    `gorm:"unique"`
	Tenant  int       `gorm:"uniqueIndex:idx_tenant_slug,priority:2"`
	Slug    string    `gorm:"uniqueIndex:idx_tenant_slug,priority:1"`
	Code    string    `gorm:"uniqueIndex:idx_code,where:code <> ''"`
	Class   string    `gorm:"index:idx_class,class:UNIQUE"`
	Plain   string    `gorm:"index"`
	Lower   string    `gorm:"uniqueIndex:idx_lower,expression:lower(lower)"`
	Renamed string    `gorm:"column:other_name;unique"`
	Ignored string    `gorm:"-"`
	Address keyedPart `gorm:"embedded;embeddedPrefix:home_"`
}

type keyedPart struct {
	Street string `gorm:"uniqueIndex"`
}

func parse(t *testing.T, model any) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestModelKeys(t *testing.T) {
	got := map[string]Key{}
	keys := ModelKeys(parse(t, &keyed{}))
	for _, k := range keys {
		got[k.String()] = k
	}
	want := []string{
		"primary key (id)", "(email)", "(slug, tenant)", "(code) where code <> ''", "(class)", "(other_name)", "(home_street)",
	}
	for _, w := range want {
		if _, ok := got[w]; !ok {
			t.Errorf("%s is missing from %v", w, keys)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d keys, want %d: %v", len(got), len(want), keys)
	}
	if len(keys) == 0 || !keys[0].Primary {
		t.Errorf("the primary key isn't the first of %v", keys)
	}
	if k := got["(slug, tenant)"]; k.Name != "idx_tenant_slug" || k.Where != "" || k.Primary {
		t.Errorf("%+v", k)
	}
}

func TestModelKeysOfFew(t *testing.T) {
	type line struct{ Text string }
	type link struct {
		Post uint `gorm:"primaryKey;autoIncrement:false"`
		Tag  uint `gorm:"primaryKey;autoIncrement:false"`
	}
	if keys := ModelKeys(parse(t, &line{})); len(keys) != 0 {
		t.Errorf("%v", keys)
	}
	keys := ModelKeys(parse(t, &link{}))
	if len(keys) != 1 || keys[0].String() != "primary key (post, tag)" {
		t.Errorf("%v", keys)
	}
}

func TestKeyIs(t *testing.T) {
	k := Key{Columns: []string{"tenant", "slug"}}
	for names, want := range map[string]bool{
		"tenant,slug": true, "slug,tenant": true, "slug": false, "tenant": false, "tenant,slug,id": false, "tenant,id": false, "Tenant,slug": false, "": false,
	} {
		if got := k.Is(strings.Split(names, ",")); got != want {
			t.Errorf("%q: %t", names, got)
		}
	}
}

func TestFindKey(t *testing.T) {
	keys := []Key{
		{Name: "partial", Columns: []string{"slug"}, Where: "live"},
		{Name: "other", Columns: []string{"slug"}, Where: "dead"},
		{Name: "whole", Columns: []string{"slug"}},
		{Name: "code", Columns: []string{"code"}, Where: "live"},
		{Name: "pair", Columns: []string{"a", "b"}},
	}
	for names, want := range map[string]string{"slug": "whole", "code": "code", "b,a": "pair", "a": "", "id": ""} {
		if k, ok := FindKey(keys, strings.Split(names, ",")); k.Name != want || ok != (want != "") {
			t.Errorf("%s: %+v %t", names, k, ok)
		}
	}
	if k, _ := FindKey(keys[:2], []string{"slug"}); k.Name != "partial" {
		t.Errorf("the first of two partial keys is %+v", k)
	}
}

func TestKeyTarget(t *testing.T) {
	if e := (Key{}).Target(); len(e) != 0 {
		t.Errorf("%v", e)
	}
	if e := (Key{Where: "a IS NULL"}).Target(); len(e) != 1 || !strings.Contains(reflect.ValueOf(e[0]).FieldByName("SQL").String(), "a IS NULL") {
		t.Errorf("%v", e)
	}
}
