package conformance

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

var (
	_ = registerLoad("19 contention: upserts with prepared statements", func(e *env) {
		contendOneKey(e, rounds()/5, func(db *gorm.DB) upsertVerbs { return plainVerbs(db.Session(&gorm.Session{PrepareStmt: true})) })
	})
	_ = registerLoad("19 contention: upserts without GORM's transaction", func(e *env) {
		contendTenKeys(e, rounds()/5, func(db *gorm.DB) upsertVerbs {
			return plainVerbs(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
		})
	})
	_ = registerLoad("19 contention: upserts of ten keys in callers' transactions", contendCallersTransaction)
	_ = registerLoad("19 contention: first upserts by a key of the table alone", contendTableKey)
	_ = registerLoad("19 contention: ignored batches against deletes", contendIgnoredBatches)
	_ = registerLoad("19 contention: upserts by primary key", contendPrimaryKey)
	_ = registerLoad("18 contention: upserts that link one new parent", contendParent)
)

// contendCallersTransaction: one batch a transaction, in both orders, is no
// deadlock where the caller began the transaction.
func contendCallersTransaction(e *env) {
	if !e.has(capConcurrentWrites) {
		e.t.Log("nothing to assert: a caller's transaction may find the database locked")
		return
	}
	contendTenKeys(e, rounds()/5, func(db *gorm.DB) upsertVerbs {
		return upsertVerbs{many: func(_ context.Context, rows []upPost, u clauses.Upsert) error {
			return db.Transaction(func(tx *gorm.DB) error { return tx.Clauses(u).Create(&rows).Error })
		}}
	})
}

// contendTableKey: all workers learn of the key at once.
func contendTableKey(e *env) {
	e.migrate(&upBare{})
	addUniqueIndex(e, &upBare{}, "code", "part")
	const keys = 5
	for round := range rounds() / 10 {
		db := crowd(e) // knows nothing of the table yet
		all := make([][]upBare, workers)
		errs := contend(func(w int) error {
			rows := make([]upBare, keys)
			for i := range rows {
				rows[i] = upBare{Code: fmt.Sprint("r", round), Part: int64(i), Label: fmt.Sprint(w)}
			}
			all[w] = rows
			return db.Clauses(clauses.Upsert{Match: []string{"part", "code"}}).Create(&rows).Error
		})
		if !noErrors(e, fmt.Sprint("round ", round), errs) {
			return
		}
		for i := range keys {
			ids := make([]uint, workers)
			for w := range all {
				ids[w] = all[w][i].ID
			}
			sameForAll(e, fmt.Sprintf("round %d: ids of key %d", round, i), ids)
		}
	}
	e.equal("number of rows", countOf(e, &upBare{}), int64(keys*(rounds()/10)))
}

// contendIgnoredBatches: rows that a batch leaves alone vanish while they
// are read back: no error, and each struct is a row that was there.
func contendIgnoredBatches(e *env) {
	e.migrate(&upPost{})
	db := crowd(e)
	posts := repository.New[upPost](db, nil)
	for round := range rounds() / 5 {
		all := make([][]upPost, workers)
		errs := contend(func(w int) error {
			if w%4 == 3 {
				return stubbornDelete(db)
			}
			rows := []upPost{{Slug: "a"}, {Slug: "k", Title: fmt.Sprint("worker ", w)}, {Slug: "b"}}
			if w%2 == 1 {
				slices.Reverse(rows)
			}
			all[w] = rows
			u := clauses.Upsert{Match: []string{"slug"}, DoNothing: w%4 == 0, SkipUnchanged: w%4 == 1}
			return posts.UpsertMany(e.ctx, rows, u)
		})
		if !noErrors(e, fmt.Sprint("round ", round), errs) {
			return
		}
		for w, rows := range all {
			for _, r := range rows {
				if r.ID == 0 || r.Rank != 3 || r.CreatedAt.IsZero() {
					e.t.Fatalf("round %d: worker %d holds %d|%v", round, w, r.ID, r)
				}
			}
		}
		if n := countOf(e, &upPost{}); n != 2 && n != 3 {
			e.t.Fatalf("round %d: %d rows, want 2 or 3", round, n)
		}
	}
}

// contendPrimaryKey: given keys, by the zero Upsert.
func contendPrimaryKey(e *env) {
	e.migrate(&upSetting{})
	settings := repository.New[upSetting](crowd(e), nil)
	for round := range rounds() / 5 {
		scope := fmt.Sprint("round ", round)
		errs := contend(func(w int) error {
			rows := []upSetting{{scope, "a", fmt.Sprint(w)}, {scope, "b", fmt.Sprint(w)}, {scope, "c", fmt.Sprint(w)}}
			if w%2 == 1 {
				slices.Reverse(rows)
			}
			return settings.UpsertMany(e.ctx, rows, clauses.Upsert{})
		})
		if !noErrors(e, scope, errs) {
			return
		}
		var values []string
		e.ok(e.db.Model(&upSetting{}).Where("scope = ?", scope).Pluck("value", &values).Error)
		e.equal(scope+": number of rows", len(values), 3)
		sameForAll(e, scope+": values", values)
	}
}

// contendParent: owners of one new company, each an upsert of its own: one
// company, and all owners are linked to it.
func contendParent(e *env) {
	e.migrate(&upCompany{}, &upLang{}, &upOwner{}, &upPassport{}, &upPet{})
	owners := repository.New[upOwner](crowd(e), nil)
	for round := range rounds() / 5 {
		name := fmt.Sprint("company ", round)
		rows := make([]upOwner, workers)
		errs := contend(func(w int) error {
			rows[w] = upOwner{Email: fmt.Sprintf("%d of %d", w, round), Company: &upCompany{Name: name}, Pets: []upPet{{Name: fmt.Sprint(w)}}}
			return owners.Upsert(e.ctx, &rows[w], clauses.Upsert{Match: []string{"email"}})
		})
		if !noErrors(e, name, errs) {
			return
		}
		ids := make([]uint, workers)
		for w := range rows {
			ids[w] = *rows[w].CompanyID
			e.equal(name+": parent of a pet", rows[w].Pets[0].OwnerID, rows[w].ID)
		}
		sameForAll(e, name+": ids", ids)
	}
	e.equal("number of companies", countOf(e, &upCompany{}), int64(rounds()/5))
	e.equal("number of owners", countOf(e, &upOwner{}), int64(workers*(rounds()/5)))
	e.equal("number of pets", countOf(e, &upPet{}), int64(workers*(rounds()/5)))
}
