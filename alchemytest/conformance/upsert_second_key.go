package conformance

import (
	"errors"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// wantDuplicateKey checks for a unique violation as all databases give it.
func wantDuplicateKey(e *env, err error) {
	e.t.Helper()
	e.wantErr(err, gorm.ErrDuplicatedKey)
	var c *dberr.ConstraintError
	if !errors.As(err, &c) {
		e.t.Errorf("no *dberr.ConstraintError in %v", err)
		return
	}
	e.equal("kind", c.Kind, dberr.Unique)
	if errors.Unwrap(c) == nil {
		e.t.Errorf("the driver's error is not in the chain of %v", err)
	}
}

var _ = register("13 upsert hits a second key", upsertSecondKey)

// upsertSecondKey: a hit on another key than the match is an error, alone
// and in a batch, whatever is to happen with a match; no row changes.
func upsertSecondKey(e *env) {
	e.migrate(&upTwoKeys{})
	seed := []upTwoKeys{{Email: "a", Phone: "1", Name: "A"}, {Email: "b", Phone: "2", Name: "B"}}
	e.ok(e.db.Create(&seed).Error)
	match := []string{"email"}
	for name, u := range map[string]clauses.Upsert{
		"update":         {Match: match},
		"do nothing":     {Match: match, DoNothing: true},
		"skip unchanged": {Match: match, SkipUnchanged: true},
		"partial":        {Match: match, Update: []string{"name"}},
	} {
		alone := upTwoKeys{Email: "new", Phone: "1", Name: "hijack"}
		batch := []upTwoKeys{{Email: "c", Phone: "3", Name: "C"}, {Email: "new", Phone: "2", Name: "hijack"}}
		for _, value := range []any{&alone, &batch} {
			wantDuplicateKey(e, e.db.Clauses(u).Create(value).Error)
			var got []upTwoKeys
			e.ok(e.db.Order("email").Find(&got).Error)
			e.equal(name+": rows", got, seed)
		}
		e.equal(name+": id left in the struct", alone.ID+batch[0].ID+batch[1].ID, uint(0))
	}
}

var _ = register("13 upsert moves a match onto a second key", upsertSecondKeyOfMatch)

// upsertSecondKeyOfMatch: a match whose update runs into another row's key
// is an error too, while naming a narrower update is none.
func upsertSecondKeyOfMatch(e *env) {
	e.migrate(&upTwoKeys{})
	seed := []upTwoKeys{{Email: "a", Phone: "1", Name: "A"}, {Email: "b", Phone: "2", Name: "B"}}
	e.ok(e.db.Create(&seed).Error)
	clash := upTwoKeys{Email: "a", Phone: "2", Name: "x"}
	wantDuplicateKey(e, e.db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&clash).Error)
	var got []upTwoKeys
	e.ok(e.db.Order("email").Find(&got).Error)
	e.equal("rows", got, seed)

	own := upTwoKeys{Email: "a", Phone: "3", Name: "moved"}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&own).Error)
	e.ok(e.db.Order("email").Find(&got).Error)
	e.equal("rows", got, []upTwoKeys{{seed[0].ID, "a", "3", "moved"}, seed[1]})
}

var _ = register("13 upsert hits a second key in a transaction", upsertSecondKeyInTransaction)

// upsertSecondKeyInTransaction: after the failure of a batch the caller's
// transaction goes on, with what it did before.
func upsertSecondKeyInTransaction(e *env) {
	e.migrate(&upTwoKeys{})
	e.ok(e.db.Create(&upTwoKeys{Email: "a", Phone: "1"}).Error)
	e.ok(e.db.Transaction(func(tx *gorm.DB) error {
		u := clauses.Upsert{Match: []string{"email"}}
		first := upTwoKeys{Email: "b", Phone: "2"}
		e.ok(tx.Clauses(u).Create(&first).Error)
		bad := []upTwoKeys{{Email: "c", Phone: "3"}, {Email: "d", Phone: "1"}}
		wantDuplicateKey(e, tx.Clauses(u).Create(&bad).Error)
		last := upTwoKeys{Email: "e", Phone: "5"}
		return tx.Clauses(u).Create(&last).Error
	}))
	var got []upTwoKeys
	e.ok(e.db.Order("email").Find(&got).Error)
	e.equal("rows", lines(got), []string{"a|1|", "b|2|", "e|5|"})
}
