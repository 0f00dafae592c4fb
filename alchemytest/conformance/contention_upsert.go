package conformance

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// upsertVerbs are a way to upserts under contention: those of a repository,
// or plain GORM.
type upsertVerbs struct {
	one  func(ctx context.Context, row *upPost, u clauses.Upsert) error
	many func(ctx context.Context, rows []upPost, u clauses.Upsert) error
}

func plainVerbs(db *gorm.DB) upsertVerbs {
	return upsertVerbs{
		one: func(ctx context.Context, row *upPost, u clauses.Upsert) error {
			return db.WithContext(ctx).Clauses(u).Create(row).Error
		},
		many: func(ctx context.Context, rows []upPost, u clauses.Upsert) error {
			return db.WithContext(ctx).Clauses(u).Create(&rows).Error
		},
	}
}

var (
	_ = registerLoad("19 contention: plain upserts of one new key", func(e *env) { contendOneKey(e, rounds(), plainVerbs) })
	_ = registerLoad("19 contention: plain upserts of ten keys", func(e *env) { contendTenKeys(e, rounds(), plainVerbs) })
	_ = registerLoad("19 contention: plain upserts against deletes", func(e *env) { contendDelete(e, plainVerbs) })
	_ = registerLoad("11 contention: plain upserts of a counter", func(e *env) { contendCounter(e, plainVerbs) })
	_ = registerLoad("11 contention: plain upserts of counters in batches", func(e *env) { contendCounterBatches(e, plainVerbs) })
)

// contendOneKey: every round all workers upsert one new key, half of them
// with DoNothing: no error, one row, one id for all.
func contendOneKey(e *env, n int, verbs func(*gorm.DB) upsertVerbs) {
	e.migrate(&upPost{})
	v := verbs(crowd(e))
	for round := range n {
		slug := fmt.Sprintf("key %d", round)
		rows := make([]upPost, workers)
		errs := contend(func(w int) error {
			rows[w] = upPost{Slug: slug, Title: fmt.Sprint("worker ", w)}
			return v.one(e.ctx, &rows[w], clauses.Upsert{Match: []string{"slug"}, DoNothing: w%2 == 1})
		})
		if !noErrors(e, slug, errs) {
			return
		}
		ids := make([]uint, workers)
		for w := range rows {
			ids[w] = rows[w].ID
		}
		sameForAll(e, slug+": ids", ids)
		e.equal(slug+": stored id", postBySlug(e, slug).ID, ids[0])
	}
	e.equal("number of rows", countOf(e, &upPost{}), int64(n))
}

// contendTenKeys: all workers upsert the same ten keys, half of them in
// reverse order: no error, no deadlock, ten rows a round, right ids.
func contendTenKeys(e *env, n int, verbs func(*gorm.DB) upsertVerbs) {
	e.migrate(&upPost{})
	v := verbs(crowd(e))
	const keys = 10
	for round := range n {
		all := make([][]upPost, workers)
		errs := contend(func(w int) error {
			rows := make([]upPost, keys)
			for i := range rows {
				// Half of the keys are there from the round before.
				rows[i] = upPost{Slug: fmt.Sprintf("key %06d", round*keys/2+i), Title: fmt.Sprint("worker ", w)}
			}
			if w%2 == 1 {
				slices.Reverse(rows)
			}
			all[w] = rows
			return v.many(e.ctx, rows, bySlug)
		})
		if !noErrors(e, fmt.Sprint("round ", round), errs) {
			return
		}
		checkTenKeys(e, round, all)
		if e.t.Failed() {
			return
		}
	}
	e.equal("number of rows", countOf(e, &upPost{}), int64((n-1)*keys/2+keys))
}

// checkTenKeys checks the ids in the structs of all workers, and that each
// batch was stored as a whole: the last of them shows in all its rows.
func checkTenKeys(e *env, round int, all [][]upPost) {
	e.t.Helper()
	slugs := make([]string, len(all[0]))
	for i, r := range all[0] {
		slugs[i] = r.Slug
	}
	var stored []upPost
	e.ok(e.db.Where("slug IN ?", slugs).Find(&stored).Error)
	e.equal(fmt.Sprintf("round %d: rows", round), len(stored), len(slugs))
	ids := map[string]uint{}
	titles := make([]string, len(stored))
	for i, s := range stored {
		ids[s.Slug] = s.ID
		titles[i] = s.Title
	}
	sameForAll(e, fmt.Sprintf("round %d: last worker", round), titles)
	for w, rows := range all {
		for _, r := range rows {
			if r.ID == 0 || r.ID != ids[r.Slug] {
				e.t.Errorf("round %d: worker %d has id %d for %q, stored is %d", round, w, r.ID, r.Slug, ids[r.Slug])
				return
			}
		}
	}
}

// contendDelete: half of the workers upsert a key while the others delete
// it: no error, and the row is there as it was sent or not at all.
func contendDelete(e *env, verbs func(*gorm.DB) upsertVerbs) {
	e.migrate(&upPost{})
	db := crowd(e)
	v := verbs(db)
	present := 0
	for round := range rounds() {
		rows := make([]upPost, workers)
		errs := contend(func(w int) error {
			if w%2 == 1 {
				return stubbornDelete(db)
			}
			rows[w] = upPost{Slug: "k", Title: fmt.Sprint("worker ", w)}
			return v.one(e.ctx, &rows[w], clauses.Upsert{Match: []string{"slug"}, DoNothing: w%4 == 2})
		})
		if !noErrors(e, fmt.Sprint("round ", round), errs) {
			return
		}
		for w := 0; w < workers; w += 2 {
			if rows[w].ID == 0 {
				e.t.Errorf("round %d: the struct of worker %d has no id", round, w)
			}
		}
		var stored []upPost
		e.ok(e.db.Find(&stored).Error)
		if len(stored) > 1 {
			e.t.Fatalf("round %d: %d rows of one key", round, len(stored))
		}
		if len(stored) == 1 {
			present++
			var worker int
			if n, err := fmt.Sscanf(stored[0].Title, "worker %d", &worker); n != 1 || err != nil || worker%2 == 1 {
				e.t.Errorf("round %d: stored title %q is of no worker that upserts", round, stored[0].Title)
			}
			e.equal("columns in between", stored[0].String(), fmt.Sprintf("k|%s|v0|r3|s7", stored[0].Title))
		}
	}
	e.t.Logf("the row was there after %d of %d rounds", present, rounds())
}

// stubbornDelete deletes the row that the others upsert. It is not what the
// case is about, so it tries again where the database is busy.
func stubbornDelete(db *gorm.DB) (err error) {
	for range 10_000 {
		if err = db.Where("slug = ?", "k").Delete(&upPost{}).Error; err == nil {
			return nil
		}
		runtime.Gosched()
	}
	return err
}

// contendCounter: all workers add to one row, rounds() times each: the sum
// is exact and the row is one.
func contendCounter(e *env, verbs func(*gorm.DB) upsertVerbs) {
	e.migrate(&upPost{})
	v := verbs(crowd(e))
	u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Set: addViews(e)}
	n := rounds()
	errs := contend(func(w int) error {
		for range n {
			row := upPost{Slug: "counter", Title: "t", Views: 1}
			if err := v.one(e.ctx, &row, u); err != nil {
				return err
			}
		}
		return nil
	})
	noErrors(e, "increments", errs)
	e.equal("rows", postLines(e), []string{fmt.Sprintf("counter|t|v%d|r3|s7", workers*n)})
}

// contendCounterBatches: every batch adds to the same keys, some of them
// twice, in an order of its own.
func contendCounterBatches(e *env, verbs func(*gorm.DB) upsertVerbs) {
	e.migrate(&upPost{})
	v := verbs(crowd(e))
	u := clauses.Upsert{Match: []string{"slug"}, Set: addViews(e)}
	n := rounds() / 5
	errs := contend(func(w int) error {
		for range n {
			rows := []upPost{{Slug: "a", Views: 1}, {Slug: "b", Views: 2}, {Slug: "c", Views: 3}, {Slug: "a", Views: 4}, {Slug: "c", Views: 5}}
			if w%2 == 1 {
				slices.Reverse(rows)
			}
			if err := v.many(e.ctx, rows, u); err != nil {
				return err
			}
		}
		return nil
	})
	noErrors(e, "increments", errs)
	total := workers * n
	e.equal("rows", postLines(e), []string{
		fmt.Sprintf("a||v%d|r3|s7", 5*total), fmt.Sprintf("b||v%d|r3|s7", 2*total), fmt.Sprintf("c||v%d|r3|s7", 8*total),
	})
}

var _ = registerLoad("19 contention: OnConflict of one new key", contendOnConflict)

// contendOnConflict: GORM's own clause in all workers, one key a round: one
// row, and its id in every struct, ignored ones too.
func contendOnConflict(e *env) {
	if !e.has(capConcurrentWrites) {
		e.t.Log("nothing to assert: GORM's own calls are not retried where writers exclude each other")
		return
	}
	e.migrate(&upPost{})
	db := crowd(e)
	for round := range rounds() {
		slug := fmt.Sprintf("key %d", round)
		rows := make([]upPost, workers)
		errs := contend(func(w int) error {
			rows[w] = upPost{Slug: slug, Title: "t"}
			oc := clause.OnConflict{Columns: onSlug, UpdateAll: w%2 == 0, DoNothing: w%2 == 1}
			return db.Clauses(oc).Create(&rows[w]).Error
		})
		if !noErrors(e, slug, errs) {
			return
		}
		ids := make([]uint, workers)
		for w := range rows {
			ids[w] = rows[w].ID
		}
		sameForAll(e, slug+": ids", ids)
	}
	e.equal("number of rows", countOf(e, &upPost{}), int64(rounds()))
}

var _ = registerLoad("10 contention: one upsert says that it inserted", contendOutcomes)

// contendOutcomes: of all workers that upsert one new key exactly one is
// told Inserted.
func contendOutcomes(e *env) {
	e.migrate(&upPost{})
	db := crowd(e)
	for round := range rounds() / 5 {
		outcomes := make([][]clauses.Outcome, workers)
		errs := contend(func(w int) error {
			rows := []upPost{{Slug: fmt.Sprintf("key %d", round), Title: fmt.Sprint("worker ", w)}}
			u := clauses.Upsert{Match: []string{"slug"}, DoNothing: w%2 == 1, Outcomes: &outcomes[w]}
			return db.Clauses(u).Create(&rows).Error
		})
		if !noErrors(e, fmt.Sprint("round ", round), errs) {
			return
		}
		count := map[clauses.Outcome]int{}
		for w, o := range outcomes {
			if len(o) != 1 || o[0] == clauses.Updated && w%2 == 1 || o[0] == clauses.Ignored && w%2 == 0 {
				e.t.Fatalf("round %d: outcomes of worker %d are %v", round, w, o)
			}
			count[o[0]]++
		}
		if count[clauses.Inserted] != 1 {
			e.t.Fatalf("round %d: outcomes %v, want one inserted", round, count)
		}
	}
}
