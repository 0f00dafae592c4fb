package conformance

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// ignoredCase is an upsert of b (new values), n (new) and a (stored as it
// is sent) that leaves some rows alone.
type ignoredCase struct {
	upsert   clauses.Upsert
	stored   []string
	outcomes []clauses.Outcome
}

func ignoredCases(e *env) map[string]ignoredCase {
	match := []string{"slug"}
	views := clause.Column{Table: tableOf(e, &upPost{}), Name: "views"}
	return map[string]ignoredCase{
		"do nothing": {
			clauses.Upsert{Match: match, DoNothing: true},
			[]string{"a|old a|v1|r3|s7", "b|old b|v1|r3|s7", "n|new|v9|r3|s7"},
			[]clauses.Outcome{clauses.Ignored, clauses.Inserted, clauses.Ignored},
		},
		"where": {
			clauses.Upsert{Match: match, Where: []clause.Expression{gorm.Expr("? < ?", views, clauses.Excluded("views"))}},
			[]string{"a|old a|v1|r3|s7", "b|new b|v5|r3|s7", "n|new|v9|r3|s7"},
			[]clauses.Outcome{clauses.Updated, clauses.Inserted, clauses.Ignored},
		},
		"where that is never true": {
			clauses.Upsert{Match: match, Where: []clause.Expression{clause.Gt{Column: views, Value: 1000}}},
			[]string{"a|old a|v1|r3|s7", "b|old b|v1|r3|s7", "n|new|v9|r3|s7"},
			[]clauses.Outcome{clauses.Ignored, clauses.Inserted, clauses.Ignored},
		},
		"skip unchanged": {
			clauses.Upsert{Match: match, SkipUnchanged: true},
			[]string{"a|old a|v1|r3|s7", "b|new b|v5|r3|s7", "n|new|v9|r3|s7"},
			[]clauses.Outcome{clauses.Updated, clauses.Inserted, clauses.Unchanged},
		},
	}
}

var _ = register("10 upsert reads back what it leaves alone", upsertLeftOut)

// upsertLeftOut: rows that the upsert leaves alone come back in their own
// structs, with their time stamps; outcomes say which ones they are.
func upsertLeftOut(e *env) {
	e.migrate(&upPost{})
	for name, c := range ignoredCases(e) {
		restorePosts(e, nil)
		old := seedPosts(e, "a", "b")
		outcomes := []clauses.Outcome{}
		c.upsert.Outcomes = &outcomes
		rows := []upPost{{Slug: "b", Title: "new b", Views: 5}, {Slug: "n", Title: "new", Views: 9}, {Slug: "a", Title: "old a", Views: 1}}
		e.ok(e.db.Clauses(c.upsert).Create(&rows).Error)
		e.equal(name+": rows", postLines(e), c.stored)
		ownRows(e, rows)
		e.equal(name+": ids", []uint{rows[0].ID, rows[2].ID}, []uint{old["b"], old["a"]})
		sameOutcomes(e, name, outcomes, c.outcomes)
		if s := postBySlug(e, "a"); !sameInstant(s.UpdatedAt, longAgo) {
			e.t.Errorf("%s: updated_at of the row left alone moved to %v", name, s.UpdatedAt)
		}
	}
}

var _ = register("10 upsert reads back one row it leaves alone", upsertLeftOutAlone)

// upsertLeftOutAlone: the same for one struct a call.
func upsertLeftOutAlone(e *env) {
	e.migrate(&upPost{})
	for name, c := range ignoredCases(e) {
		restorePosts(e, nil)
		seedPosts(e, "a", "b")
		var outcomes []clauses.Outcome
		c.upsert.Outcomes = &outcomes
		for _, row := range []upPost{{Slug: "b", Title: "new b", Views: 5}, {Slug: "n", Title: "new", Views: 9}, {Slug: "a", Title: "old a", Views: 1}} {
			e.ok(e.db.Clauses(c.upsert).Create(&row).Error)
			ownRows(e, []upPost{row})
		}
		e.equal(name+": rows", postLines(e), c.stored)
		sameOutcomes(e, name, outcomes, c.outcomes)
	}
}

// sameOutcomes checks the outcomes of a call. Databases that need a read to
// know them are no exception.
func sameOutcomes(e *env, name string, got, want []clauses.Outcome) {
	e.t.Helper()
	if !slices.Equal(got, want) {
		e.t.Errorf("%s: outcomes %v, want %v", name, got, want)
	}
}

var _ = register("10 upsert skips unchanged NULLs", upsertSkipUnchangedNull)

// upsertSkipUnchangedNull: NULL equals NULL and differs from a value.
func upsertSkipUnchangedNull(e *env) {
	e.migrate(&upDefaults{})
	e.ok(e.db.Create(&[]upDefaults{{Code: "null"}, {Code: "eleven"}}).Error)
	e.ok(e.db.Model(&upDefaults{}).Where("code = ?", "null").Update("opt", nil).Error)
	five := int64(5)
	var outcomes []clauses.Outcome
	u := clauses.Upsert{Match: []string{"code"}, Update: []string{"plain", "opt"}, SkipUnchanged: true, Outcomes: &outcomes}
	rows := []upDefaults{{Code: "null", Opt: &five}}
	e.ok(e.db.Clauses(u).Create(&rows).Error)
	e.ok(e.db.Clauses(u).Create(&[]upDefaults{{Code: "null", Opt: &five}}).Error)
	sameOutcomes(e, "NULL to 5 to 5", outcomes, []clauses.Outcome{clauses.Updated, clauses.Unchanged})
	var got []upDefaults
	e.ok(e.db.Order("code").Find(&got).Error)
	e.equal("rows", lines(got), []string{"eleven|0|42|new|11", "null|0|42|new|5"})
}

var _ = register("10 upsert inside an older snapshot", upsertOlderSnapshot)

// upsertOlderSnapshot: a row that another session stored after this
// transaction's snapshot is read back, or the call is an error that says
// the transaction may be run again; never a struct without an id.
func upsertOlderSnapshot(e *env) {
	if !e.has(capSerializable) {
		e.t.Log("nothing to assert: no snapshots while others write")
		return
	}
	e.migrate(&upPost{})
	for name, u := range map[string]clauses.Upsert{
		"do nothing": {Match: []string{"slug"}, DoNothing: true},
		"update":     bySlug,
	} {
		restorePosts(e, nil)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		tx := e.db.WithContext(ctx).Begin(&sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		e.ok(tx.Error)
		var n int64
		e.ok(tx.Model(&upPost{}).Count(&n).Error) // takes the snapshot
		other := seedPosts(e, "late")
		row := upPost{Slug: "late", Title: "mine"}
		err := tx.Clauses(u).Create(&row).Error
		if err == nil {
			e.equal(name+": id", row.ID, other["late"])
		} else if !errors.Is(err, dberr.ErrRetryable) {
			e.t.Errorf("%s: got %v, want the row or dberr.ErrRetryable", name, err)
		}
		tx.Rollback() // the transaction may have ended by its failure
		cancel()
		e.equal(name+": rows", postLines(e), []string{"late|old late|v1|r3|s7"})
	}
}
