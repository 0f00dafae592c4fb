package conformance

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// warmUp lets the library learn what it keeps of a table, so that counts of
// statements are those of every later call.
func warmUp(e *env) {
	e.t.Helper()
	var outcomes []clauses.Outcome
	for _, u := range []clauses.Upsert{{}, bySlug, {Match: []string{"slug"}, SkipUnchanged: true, Outcomes: &outcomes}} {
		rows := []upPost{{Slug: "warm 1"}, {Slug: "warm 2"}}
		e.ok(e.db.Clauses(u).Create(&rows).Error)
		one := upPost{Slug: "warm 1"}
		if len(u.Match) > 0 {
			e.ok(e.db.Clauses(u).Create(&one).Error)
		}
		restorePosts(e, nil)
	}
}

var _ = register("20 upsert of one row is one statement", upsertOneStatement)

// upsertOneStatement: new or not, where the database returns rows.
func upsertOneStatement(e *env) {
	e.migrate(&upPost{})
	warmUp(e)
	for i, what := range []string{"new", "existing"} {
		sent := dataStatements(e.statements(func() {
			row := upPost{Slug: "a", Title: what, Views: int64(i)}
			e.ok(e.db.Clauses(bySlug).Create(&row).Error)
		}))
		e.equal(what+": statements", len(sent), statementsToReturn(e, 1))
	}
	for i, what := range []string{"new", "existing"} {
		sent := dataStatements(e.statements(func() {
			row := upPost{Slug: "b", Title: what}
			e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&row).Error)
		}))
		if len(sent) > statementsToReturn(e, 1+i) {
			e.t.Errorf("do nothing, %s: %d statements: %q", what, len(sent), shortened(sent))
		}
	}
}

// statementsToReturn adds the read that a database without RETURNING needs.
func statementsToReturn(e *env, n int) int {
	if e.has(capReturning) {
		return n
	}
	return n + 1
}

var _ = register("20 upsert of many rows is one statement a chunk", upsertChunkStatements)

// upsertChunkStatements: one statement for a batch that fits; one more only
// when rows were left out, or outcomes of updates must be read.
func upsertChunkStatements(e *env) {
	e.migrate(&upPost{})
	warmUp(e)
	match := []string{"slug"}
	var outcomes []clauses.Outcome
	never := []clause.Expression{clause.Lt{Column: clause.Column{Table: tableOf(e, &upPost{}), Name: "views"}, Value: -1}}
	withOutcomes := 1
	if !e.has(capOutcomesFree) {
		withOutcomes = 3 // take the write lock, read, write
	}
	for _, c := range []struct {
		what       string
		upsert     clauses.Upsert
		fresh, old int // most statements for new and for existing rows
	}{
		{"update", clauses.Upsert{Match: match}, 1, 1},
		{"do nothing", clauses.Upsert{Match: match, DoNothing: true}, 1, 2},
		{"where", clauses.Upsert{Match: match, Where: never}, 1, 2},
		{"skip unchanged", clauses.Upsert{Match: match, SkipUnchanged: true}, 1, 2},
		{"outcomes", clauses.Upsert{Match: match, Outcomes: &outcomes}, withOutcomes, withOutcomes},
		{"counter", clauses.Upsert{Match: match, Set: addViews(e)}, 1, 1},
	} {
		restorePosts(e, nil)
		for at, most := range []int{c.fresh, c.old} {
			sent := dataStatements(e.statements(func() {
				rows := numberedPosts(200, 0)
				e.ok(e.db.Clauses(c.upsert).Create(&rows).Error)
			}))
			if len(sent) > statementsToReturn(e, most) {
				e.t.Errorf("%s, round %d: %d statements, want at most %d: %q", c.what, at, len(sent), most, shortened(sent))
			}
		}
		e.equal(c.what+": rows", countOf(e, &upPost{}), int64(200))
	}
}

// shortened cuts long statements for a message.
func shortened(sent []string) []string {
	out := make([]string, len(sent))
	for i, s := range sent {
		out[i] = s[:min(len(s), 120)]
	}
	return out
}

// numberedPosts makes n posts with distinct slugs, in no order of slug. All
// leave the same columns unset.
func numberedPosts(n int, views int64) []upPost {
	rows := make([]upPost, n)
	for i := range rows {
		rows[i] = upPost{Slug: fmt.Sprintf("p%06d", i*7919%n), Title: "title", Views: views}
	}
	return rows
}

var _ = registerLoad("20 upsert of 10,000 existing rows", upsertTenThousand)

// upsertTenThousand: the number of statements grows as chunks do, never as
// rows; every row is right.
func upsertTenThousand(e *env) {
	e.migrate(&upPost{})
	warmUp(e)
	const n = 10_007 // prime, so that numberedPosts repeats no slug
	seed := numberedPosts(n, 1)
	e.ok(e.db.Create(&seed).Error)
	ids := map[string]uint{}
	for _, p := range seed {
		ids[p.Slug] = p.ID
	}
	e.equal("distinct slugs", len(ids), n)
	for name, u := range map[string]clauses.Upsert{"update": bySlug, "do nothing": {Match: []string{"slug"}, DoNothing: true}} {
		rows := numberedPosts(n, 2)
		began := time.Now()
		sent := dataStatements(e.statements(func() { e.ok(e.db.Clauses(u).Create(&rows).Error) }))
		e.t.Logf("%s: %d statements, %v", name, len(sent), time.Since(began))
		// At least 999 parameters a statement, two statements a chunk.
		if most := 2 * (n*7/999 + 1); len(sent) > most {
			e.t.Errorf("%s: %d statements, want at most %d", name, len(sent), most)
		}
		wrong := 0
		for _, r := range rows {
			if r.ID != ids[r.Slug] || r.Rank != 3 {
				wrong++
			}
		}
		e.equal(name+": structs with a wrong id or default", wrong, 0)
	}
	var total int64
	e.ok(e.db.Model(&upPost{}).Select("SUM(views)").Scan(&total).Error)
	e.equal("rows", countOf(e, &upPost{}), int64(n))
	e.equal("sum of views", total, int64(2*n))
}

var _ = registerLoad("20 upsert in one transaction over several chunks", upsertChunksAtomic)

// upsertChunksAtomic: a failure in the last chunk undoes the first ones, also
// where GORM opens no transaction.
func upsertChunksAtomic(e *env) {
	e.migrate(&upTwoKeys{})
	e.ok(e.db.Create(&upTwoKeys{Email: "~", Phone: "taken"}).Error)
	for name, skip := range map[string]bool{"GORM's transaction": false, "no transaction of GORM": true} {
		db := e.db.Session(&gorm.Session{SkipDefaultTransaction: skip})
		rows := make([]upTwoKeys, 30_000)
		for i := range rows {
			rows[i] = upTwoKeys{Email: fmt.Sprintf("e%05d", i), Phone: fmt.Sprintf("p%05d", i)}
		}
		rows[len(rows)-1].Phone = "taken"
		wantDuplicateKey(e, db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&rows).Error)
		e.equal(name+": rows", countOf(e, &upTwoKeys{}), int64(1))
		kept := 0
		for _, r := range rows {
			if r.ID != 0 {
				kept++
			}
		}
		e.equal(name+": structs with an id", kept, 0)
	}
}

var _ = registerLoad("20 upsert reads left rows back once a chunk", upsertReadsOnce)

// upsertReadsOnce: a chunk of which every row is left alone costs one read.
func upsertReadsOnce(e *env) {
	e.migrate(&upPost{})
	warmUp(e)
	rows := numberedPosts(3001, 1)
	e.ok(e.db.Create(&rows).Error)
	rows = numberedPosts(3001, 2)
	sent := dataStatements(e.statements(func() {
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&rows).Error)
	}))
	if writes := writesOf(sent); len(sent)-writes > writes {
		e.t.Errorf("%d writes and %d reads, want no more reads than writes: %q", writes, len(sent)-writes, shortened(sent))
	}
}
