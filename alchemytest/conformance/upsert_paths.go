package conformance

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
)

var _ = register("21 upsert by every way to create", upsertWays)

// upsertWays: all ways that GORM has to a create of several rows come to the
// same rows and the same structs.
func upsertWays(e *env) {
	e.migrate(&upPost{})
	ways := map[string]func(rows *[]upPost) error{
		"slice pointer": func(rows *[]upPost) error { return e.db.Clauses(bySlug).Create(rows).Error },
		"slice":         func(rows *[]upPost) error { return e.db.Clauses(bySlug).Create(*rows).Error },
		"one by one": func(rows *[]upPost) error {
			for i := range *rows {
				if err := e.db.Clauses(bySlug).Create(&(*rows)[i]).Error; err != nil {
					return err
				}
			}
			return nil
		},
		"scope":          func(rows *[]upPost) error { return e.db.Scopes(alchemy.Upsert("slug")).Create(rows).Error },
		"scope, batches": func(rows *[]upPost) error { return e.db.Scopes(alchemy.Upsert("slug")).CreateInBatches(rows, 2).Error },
		"batches of two": func(rows *[]upPost) error { return e.db.Clauses(bySlug).CreateInBatches(rows, 2).Error },
		"one batch":      func(rows *[]upPost) error { return e.db.Clauses(bySlug).CreateInBatches(rows, 100).Error },
		"batches, slice": func(rows *[]upPost) error { return e.db.Clauses(bySlug).CreateInBatches(*rows, 3).Error },
		"CreateBatchSize": func(rows *[]upPost) error {
			return e.db.Session(&gorm.Session{CreateBatchSize: 2}).Clauses(bySlug).Create(rows).Error
		},
		"generics, batches": func(rows *[]upPost) error {
			return gorm.G[upPost](e.db, bySlug).CreateInBatches(e.ctx, rows, 2)
		},
		"generics, one by one": func(rows *[]upPost) error {
			for i := range *rows {
				if err := gorm.G[upPost](e.db, bySlug).Create(e.ctx, &(*rows)[i]); err != nil {
					return err
				}
			}
			return nil
		},
		"transaction": func(rows *[]upPost) error {
			return e.db.Transaction(func(tx *gorm.DB) error { return tx.Clauses(bySlug).Create(rows).Error })
		},
		"prepared statements": func(rows *[]upPost) error {
			return e.db.Session(&gorm.Session{PrepareStmt: true}).Clauses(bySlug).Create(rows).Error
		},
		"no transaction": func(rows *[]upPost) error {
			return e.db.Session(&gorm.Session{SkipDefaultTransaction: true}).Clauses(bySlug).Create(rows).Error
		},
		"Model": func(rows *[]upPost) error { return e.db.Model(&upPost{}).Clauses(bySlug).Create(rows).Error },
	}
	for name, create := range ways {
		restorePosts(e, nil)
		seedPosts(e, "a", "b")
		rows := []upPost{{Slug: "n1", Title: "1"}, {Slug: "b", Title: "2"}, {Slug: "n2", Title: "3", Rank: 9}, {Slug: "a", Title: "4"}, {Slug: "n3", Title: "5"}}
		if err := create(&rows); err != nil {
			e.t.Errorf("%s: %v", name, err)
			continue
		}
		e.equal(name+": rows", postLines(e), []string{"a|4|v0|r3|s7", "b|2|v0|r3|s7", "n1|1|v0|r3|s7", "n2|3|v0|r9|s7", "n3|5|v0|r3|s7"})
		e.equal(name+": number of structs", len(rows), 5)
		ownRows(e, rows)
	}
}

var _ = register("21 upsert by batches keeps repeated keys apart", upsertBatchesDuplicates)

// upsertBatchesDuplicates: a key that stands in two batches.
func upsertBatchesDuplicates(e *env) {
	e.migrate(&upPost{})
	u := clauses.Upsert{Match: []string{"slug"}, Set: addViews(e)}
	rows := []upPost{{Slug: "a", Title: "1", Views: 1}, {Slug: "b", Title: "1", Views: 1}, {Slug: "a", Title: "2", Views: 1}, {Slug: "a", Title: "3", Views: 1}}
	e.ok(e.db.Clauses(u).CreateInBatches(&rows, 2).Error)
	e.equal("rows", postLines(e), []string{"a|3|v3|r3|s7", "b|1|v1|r3|s7"})
	sameIDs(e, "batches", rows)
}

var _ = register("21 upsert of maps", upsertMaps)

// upsertMaps: a map writes its own columns only and gets the key back; a
// slice of maps stays as long as it was.
func upsertMaps(e *env) {
	e.migrate(&upPost{})
	restorePosts(e, []upPost{{Slug: "a", Title: "old", Views: 5, Rank: 6, Score: 8}, {Slug: "b", Title: "old", Views: 5}})
	idOf := func(slug string) string { return fmt.Sprint(postBySlug(e, slug).ID) }
	model := func() *gorm.DB { return e.db.Model(&upPost{}).Clauses(bySlug) }

	one := map[string]any{"slug": "a", "title": "map"}
	e.ok(model().Create(one).Error)
	e.equal("key in the map", fmt.Sprint(one["id"]), idOf("a"))
	two := map[string]any{"Slug": "a", "Title": "pointer"}
	e.ok(model().Create(&two).Error)
	e.equal("rows", mapLines(e), []string{"a|pointer|v5|r6|s8", "b|old|v5|r3|s7"})

	list := []map[string]any{{"slug": "n1", "title": "1", "views": 1}, {"slug": "b", "title": "2", "views": 2}, {"slug": "a", "title": "3", "views": 3}}
	e.ok(model().Create(list).Error)
	more := []map[string]any{{"slug": "b", "views": 9}, {"slug": "n2", "views": 8}}
	e.ok(model().Create(&more).Error)
	e.equal("rows", mapLines(e), []string{"a|3|v3|r6|s8", "b|2|v9|r3|s7", "n1|1|v1|r3|s7", "n2||v8|r3|s7"})
	e.equal("number of maps", []int{len(list), len(more)}, []int{3, 2})
	for _, m := range append(list, more...) {
		e.equal(fmt.Sprint("key in the map of ", m["slug"]), fmt.Sprint(m["id"]), idOf(m["slug"].(string)))
	}
	left := []map[string]any{{"slug": "a", "views": 100}, {"slug": "n3", "views": 7}}
	e.ok(e.db.Model(&upPost{}).Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&left).Error)
	e.equal("rows", mapLines(e), []string{"a|3|v3|r6|s8", "b|2|v9|r3|s7", "n1|1|v1|r3|s7", "n2||v8|r3|s7", "n3||v7|r3|s7"})
	e.equal("key in the map of a row left alone", fmt.Sprint(left[0]["id"]), idOf("a"))
}

// mapLines is postLines for rows whose columns may be NULL: a map that lacks
// a column inserts none.
func mapLines(e *env) []string {
	e.t.Helper()
	var rows []upPost
	e.ok(e.db.Select("slug", "COALESCE(title, '') AS title", "COALESCE(views, 0) AS views", "COALESCE(rank, 3) AS rank", "COALESCE(score, 7) AS score").Order("slug").Find(&rows).Error)
	return lines(rows)
}

var _ = register("21 upsert of maps with Set and repeated keys", upsertMapCounters)

// upsertMapCounters: maps are rows one by one too.
func upsertMapCounters(e *env) {
	e.migrate(&upPost{})
	u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Set: addViews(e)}
	list := []map[string]any{{"slug": "a", "title": "1", "views": 1}, {"slug": "b", "title": "1", "views": 5}, {"slug": "a", "title": "2", "views": 2}}
	for range 2 {
		again := []map[string]any{}
		for _, m := range list {
			again = append(again, map[string]any{"slug": m["slug"], "title": m["title"], "views": m["views"]})
		}
		e.ok(e.db.Model(&upPost{}).Clauses(u).Create(&again).Error)
		e.equal("keys of a repeated row", fmt.Sprint(again[0]["id"]), fmt.Sprint(again[2]["id"]))
	}
	e.equal("rows", mapLines(e), []string{"a|2|v6|r3|s7", "b|1|v10|r3|s7"})
}

var _ = register("21 upsert in a dry run", upsertDryRun)

// upsertDryRun: DryRun and ToSQL show the statement and send none, not even
// a read of the catalog.
func upsertDryRun(e *env) {
	e.migrate(&upPost{})
	sent := e.statements(func() {
		rows := []upPost{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}}
		tx := e.db.Session(&gorm.Session{DryRun: true}).Clauses(bySlug).Create(&rows)
		e.ok(tx.Error)
		if tx.Statement.SQL.Len() == 0 {
			e.t.Error("a dry run shows no statement")
		}
		text := e.db.ToSQL(func(tx *gorm.DB) *gorm.DB {
			return tx.Clauses(bySlug).Create(&upPost{Slug: "a", Title: "shown"})
		})
		if text == "" || writesOf([]string{text}) != 1 {
			e.t.Errorf("ToSQL gives %q", text)
		}
	})
	e.equal("statements", sent, []string(nil))
	e.equal("rows", countOf(e, &upPost{}), int64(0))
}

var _ = register("21 upsert of nothing", upsertOfNothing)

// upsertOfNothing: an empty slice is what it is for GORM.
func upsertOfNothing(e *env) {
	e.migrate(&upPost{})
	rows := []upPost{}
	e.wantErr(e.db.Clauses(bySlug).Create(&rows).Error, gorm.ErrEmptySlice)
	e.ok(e.db.Clauses(bySlug).CreateInBatches(&rows, 10).Error)
}

var _ = register("21 upsert with Returning", upsertReturning)

// upsertReturning: the user's own Returning fills more columns and replaces
// nothing.
func upsertReturning(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a", "b")
	given := []*upPost{{Slug: "n"}, {Slug: "b"}, {Slug: "a", Title: "x"}}
	rows := append([]*upPost(nil), given...)
	u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"views"}}
	e.ok(e.db.Clauses(u, clause.Returning{}).Create(&rows).Error)
	for i := range given {
		if len(rows) != 3 || rows[i] != given[i] {
			e.t.Fatalf("the slice was replaced: %v", rows)
		}
		ownRows(e, []upPost{*given[i]})
	}
}
