package repository

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type note struct {
	ID       uint
	TenantID uint
	Text     string
}

// sqlOf builds the query that the scopes make of a bound repository.
func sqlOf(t *testing.T, apply func(db *gorm.DB) *gorm.DB) string {
	t.Helper()
	r := New[note](dry(t), &Options{Values: map[string]any{"TenantID": 7}})
	tx := apply(r.DB(context.Background())).Find(&[]note{})
	if tx.Error != nil {
		t.Fatal(tx.Error)
	}
	return tx.Statement.SQL.String()
}

func TestNothingReachesAroundABound(t *testing.T) {
	const bound = "`notes`.`tenant_id` = ?"
	for name, c := range map[string]struct {
		scope Scope
		where string
	}{
		"none":       {func(db *gorm.DB) *gorm.DB { return db }, bound},
		"and":        {func(db *gorm.DB) *gorm.DB { return db.Where("a = 1").Where("b = 2") }, "a = 1 AND b = 2 AND " + bound},
		"or":         {func(db *gorm.DB) *gorm.DB { return db.Where("a").Or("b") }, "(a OR b) AND " + bound},
		"or first":   {func(db *gorm.DB) *gorm.DB { return db.Or("a").Where("b") }, "(b OR a) AND " + bound},
		"or alone":   {func(db *gorm.DB) *gorm.DB { return db.Or("a") }, "(a) AND " + bound},
		"text":       {func(db *gorm.DB) *gorm.DB { return db.Where("a\tOR\tb") }, "(a\tOR\tb) AND " + bound},
		"no or":      {func(db *gorm.DB) *gorm.DB { return db.Where("author = 'x'") }, "author = 'x' AND " + bound},
		"not":        {func(db *gorm.DB) *gorm.DB { return db.Not("a").Or("b") }, "(NOT a OR b) AND " + bound},
		"expression": {func(db *gorm.DB) *gorm.DB { return db.Clauses(clause.Or(clause.Eq{Column: "a", Value: 1})) }, "(`a` = ?) AND " + bound},
		"nested": {func(db *gorm.DB) *gorm.DB {
			return db.Where("a").Scopes(func(db *gorm.DB) *gorm.DB {
				return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Or("b") })
			})
		}, "(a OR b) AND " + bound},
	} {
		got := sqlOf(t, c.scope)
		if want := "SELECT * FROM `notes` WHERE " + c.where; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
		if nested := sqlOf(t, func(db *gorm.DB) *gorm.DB { return db.Scopes(c.scope) }); nested != got {
			t.Errorf("%s: by Scopes\ngot  %s\nwant %s", name, nested, got)
		}
	}
}

func TestScopesDoNotStick(t *testing.T) {
	bound := func(db *gorm.DB) *gorm.DB { return db.Where("x = 1").Or("y = 1") }
	r := New[note](dry(t), &Options{Scopes: []Scope{bound}})
	session := r.DB(context.Background())
	for range 2 {
		got := session.Where("a").Find(&[]note{}).Statement.SQL.String()
		if want := "SELECT * FROM `notes` WHERE a AND (x = 1 OR y = 1)"; got != want {
			t.Errorf("\ngot  %s\nwant %s", got, want)
		}
	}
}

func TestSessionFindsTheKeyOfAStruct(t *testing.T) {
	r := New[note](dry(t), &Options{Values: map[string]any{"tenant_id": 7}})
	session := r.DB(context.Background())
	for range 2 { // what GORM writes into the model must not reach the next call
		tx := session.Updates(&note{ID: 3, Text: "x"})
		if got := tx.Statement.SQL.String(); !strings.HasSuffix(got, "WHERE `notes`.`tenant_id` = ? AND `id` = ?") {
			t.Error(got)
		}
		tx = session.Where("id = 4").Updates(map[string]any{"id": 5})
		if got := tx.Statement.SQL.String(); !strings.HasSuffix(got, "WHERE id = 4 AND `notes`.`tenant_id` = ?") {
			t.Error(got)
		}
	}
}
