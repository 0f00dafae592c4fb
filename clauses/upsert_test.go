package clauses_test

import (
	"errors"
	"reflect"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

func TestOutcomeString(t *testing.T) {
	for o, want := range map[clauses.Outcome]string{
		clauses.Unknown: "unknown", clauses.Inserted: "inserted", clauses.Updated: "updated",
		clauses.Unchanged: "unchanged", clauses.Ignored: "ignored", 200: "unknown",
	} {
		if got := o.String(); got != want {
			t.Errorf("%d is %q, want %q", o, got, want)
		}
	}
	var zero clauses.Outcome
	if zero != clauses.Unknown {
		t.Error("an outcome nobody set isn't Unknown")
	}
}

// TestUpsertBuildsNothing: the clause stands in the statement and adds no
// word to its SQL.
func TestUpsertBuildsNothing(t *testing.T) {
	stmt := &gorm.Statement{DB: open(), Clauses: map[string]clause.Clause{}}
	u := clauses.Upsert{Match: []string{"slug"}, Where: []clause.Expression{clause.Expr{SQL: "1 = 1"}}}
	u.ModifyStatement(stmt)
	u.Build(stmt)
	if stmt.Error != nil || stmt.SQL.String() != "" || len(stmt.Vars) > 0 || len(stmt.Clauses) != 1 {
		t.Errorf("%q %v %v %v", stmt.SQL.String(), stmt.Vars, stmt.Clauses, stmt.Error)
	}
	if got, ok := clauses.UpsertOf(stmt); !ok || !reflect.DeepEqual(got, u) {
		t.Errorf("%+v %t", got, ok)
	}
}

func TestUpsertOfNone(t *testing.T) {
	db := open()
	for _, stmt := range []*gorm.Statement{{DB: db}, db.Clauses(clause.OnConflict{DoNothing: true}).Statement} {
		if u, ok := clauses.UpsertOf(stmt); ok {
			t.Errorf("%+v", u)
		}
	}
}

// TestLastUpsertCounts: a chain that is given two has the second.
func TestLastUpsertCounts(t *testing.T) {
	stmt := open().Clauses(clauses.Upsert{Match: []string{"slug"}}).Clauses(clauses.Upsert{DoNothing: true}).Statement
	if u, ok := clauses.UpsertOf(stmt); !ok || !u.DoNothing || u.Match != nil {
		t.Errorf("%+v %t", u, ok)
	}
}

func TestUpsertWithoutPlugin(t *testing.T) {
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	tx := db.Clauses(clauses.Upsert{}).Create(&Post{})
	if !errors.Is(tx.Error, dberr.ErrNotInstalled) || tx.Statement.SQL.Len() > 0 {
		t.Errorf("%v %q", tx.Error, tx.Statement.SQL.String())
	}
}

func TestExcluded(t *testing.T) {
	for name, want := range map[string]string{"Title": `"excluded"."title"`, "title": `"excluded"."title"`} {
		stmt := open().Model(&Post{}).Statement
		if err := stmt.Parse(stmt.Model); err != nil {
			t.Fatal(err)
		}
		clauses.Excluded(name).Build(stmt)
		if got := stmt.SQL.String(); got != want || stmt.Error != nil {
			t.Errorf("%s: %s %v", name, got, stmt.Error)
		}
	}
	stmt := open().Model(&Post{}).Statement
	if err := stmt.Parse(stmt.Model); err != nil {
		t.Fatal(err)
	}
	clauses.Excluded("titel").Build(stmt)
	if !errors.Is(stmt.Error, dberr.ErrUnknownField) || stmt.SQL.Len() > 0 {
		t.Errorf("%v %s", stmt.Error, stmt.SQL.String())
	}
}
