package conformance

import (
	"fmt"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

var _ = register("07 upsert by primary key", upsertByPrimaryKey)

// upsertByPrimaryKey: a known key updates, an unknown one inserts with that
// key, and a zero generated key is a plain insert.
func upsertByPrimaryKey(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a")
	rows := []upPost{
		{ID: old["a"], Slug: "a", Title: "again", Views: 2},
		{Slug: "b", Title: "fresh"},
		{ID: 900, Slug: "c", Title: "given"},
		{Slug: "d", Title: "fresh too"},
	}
	e.ok(e.db.Clauses(clauses.Upsert{}).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|again|v2|r3|s7", "b|fresh|v0|r3|s7", "c|given|v0|r3|s7", "d|fresh too|v0|r3|s7"})
	ownRows(e, rows)
	e.equal("key kept", rows[0].ID, old["a"])
	e.equal("key given", rows[2].ID, uint(900))
}

var _ = register("07 upsert by primary key, named", upsertByNamedPrimaryKey)

// upsertByNamedPrimaryKey: naming the primary key is the same as naming
// nothing, by field and by column.
func upsertByNamedPrimaryKey(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a", "b")
	for i, name := range []string{"ID", "id"} {
		row := upPost{ID: old["a"], Slug: "a", Title: fmt.Sprint("by ", name), Views: int64(i)}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{name}}).Create(&row).Error)
		e.equal("rows", postLines(e), []string{fmt.Sprintf("a|by %s|v%d|r3|s7", name, i), "b|old b|v1|r3|s7"})
	}
}

var _ = register("07 upsert by composite primary key", upsertByCompositePrimaryKey)

// upsertByCompositePrimaryKey: the match is the whole key, in any order.
func upsertByCompositePrimaryKey(e *env) {
	e.migrate(&upSetting{})
	e.ok(e.db.Create(&[]upSetting{{"s", "a", "1"}, {"s", "b", "2"}, {"t", "a", "3"}}).Error)
	for i, match := range [][]string{nil, {"Scope", "Name"}, {"name", "scope"}} {
		n := fmt.Sprint(10 + i)
		rows := []upSetting{{"t", "a", n}, {"t", "c", n}}
		e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&rows).Error)
		var got []upSetting
		e.ok(e.db.Order("scope, name").Find(&got).Error)
		e.equal("rows", got, []upSetting{{"s", "a", "1"}, {"s", "b", "2"}, {"t", "a", n}, {"t", "c", n}})
	}
	row := upSetting{"s", "a", "x"}
	e.wantErr(e.db.Clauses(clauses.Upsert{Match: []string{"name"}}).Create(&row).Error, dberr.ErrMatchNotUnique)
}

var _ = register("07 upsert by unique index", upsertByUniqueIndex)

// upsertByUniqueIndex: one column, named by field and by column.
func upsertByUniqueIndex(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a", "b", "c")
	for i, name := range []string{"Slug", "slug"} {
		title := fmt.Sprint("by ", name)
		row := upPost{Slug: "b", Title: title, Views: int64(i + 5)}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{name}}).Create(&row).Error)
		e.equal("id", row.ID, old["b"])
		e.equal("rows", postLines(e), []string{"a|old a|v1|r3|s7", fmt.Sprintf("b|%s|v%d|r3|s7", title, i+5), "c|old c|v1|r3|s7"})
	}
}

var _ = register("07 upsert by unique tag", upsertByUniqueTag)

// upsertByUniqueTag: the key of a `unique` column.
func upsertByUniqueTag(e *env) {
	e.migrate(&upTag{})
	first := upTag{Name: "go", Note: "1"}
	e.ok(e.db.Create(&first).Error)
	rows := []upTag{{Name: "c", Note: "2"}, {Name: "go", Note: "3"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"name"}}).Create(&rows).Error)
	e.equal("id", rows[1].ID, first.ID)
	var got []upTag
	e.ok(e.db.Order("name").Find(&got).Error)
	e.equal("rows", got, []upTag{{rows[0].ID, "c", "2"}, {first.ID, "go", "3"}})
}

var _ = register("07 upsert by composite unique index", upsertByCompositeIndex)

// upsertByCompositeIndex: both columns decide, in any order; half of the
// key is no key.
func upsertByCompositeIndex(e *env) {
	e.migrate(&upPage{})
	seed := []upPage{{Tenant: 1, Slug: "a", Title: "1a"}, {Tenant: 1, Slug: "b", Title: "1b"}, {Tenant: 2, Slug: "a", Title: "2a"}}
	e.ok(e.db.Create(&seed).Error)
	for _, match := range [][]string{{"tenant", "slug"}, {"Slug", "Tenant"}, {"slug", "Tenant"}} {
		title := fmt.Sprint(match)
		rows := []upPage{{Tenant: 2, Slug: "a", Title: title}, {Tenant: 2, Slug: "b", Title: title}}
		e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&rows).Error)
		e.equal("id of the match", rows[0].ID, seed[2].ID)
		var got []upPage
		e.ok(e.db.Order("tenant, slug").Find(&got).Error)
		want := []upPage{seed[0], seed[1], {seed[2].ID, 2, "a", title, 0}, {rows[1].ID, 2, "b", title, 0}}
		e.equal("rows", got, want)
	}
	row := upPage{Tenant: 1, Slug: "a", Title: "no"}
	sent := e.statements(func() {
		e.wantErr(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&row).Error, dberr.ErrMatchNotUnique)
	})
	e.equal("writes", writesOf(sent), 0)
}

var _ = register("07 upsert by partial unique index", upsertByPartialIndex)

// upsertByPartialIndex: the predicate of the index is part of the target
// without being named; rows outside of it never match.
func upsertByPartialIndex(e *env) {
	if !e.has(capPartialIndex) {
		e.t.Log("nothing to assert: no partial unique indexes")
		return
	}
	e.migrate(&upPartial{})
	seed := []upPartial{{Slug: "a", Kind: "main", Title: "1"}, {Slug: "c", Kind: "draft", Title: "2"}}
	e.ok(e.db.Create(&seed).Error)
	rows := []upPartial{{Slug: "b", Kind: "main", Title: "4"}, {Slug: "a", Kind: "main", Title: "3"}, {Slug: "c", Kind: "draft", Title: "5"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&rows).Error)
	var got []upPartial
	e.ok(e.db.Order("title").Find(&got).Error)
	e.equal("rows", got, []upPartial{seed[1], {seed[0].ID, "a", "main", "3"}, {rows[0].ID, "b", "main", "4"}, {rows[2].ID, "c", "draft", "5"}})
	e.equal("id of the match", rows[1].ID, seed[0].ID)
	if rows[2].ID == seed[1].ID || rows[2].ID == 0 {
		e.t.Errorf("a row outside of the index has id %d, which is not a new one", rows[2].ID)
	}
}

var _ = register("07 upsert of one key in and out of a partial index", upsertBesidePartial)

// upsertBesidePartial: in one batch, the row outside of the index is no
// duplicate of the one inside.
func upsertBesidePartial(e *env) {
	if !e.has(capPartialIndex) {
		e.t.Log("nothing to assert: no partial unique indexes")
		return
	}
	e.migrate(&upPartial{})
	seed := upPartial{Slug: "a", Kind: "main", Title: "1"}
	e.ok(e.db.Create(&seed).Error)
	rows := []upPartial{{Slug: "a", Kind: "draft", Title: "2"}, {Slug: "a", Kind: "main", Title: "3"}, {Slug: "a", Kind: "draft", Title: "4"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&rows).Error)
	var got []upPartial
	e.ok(e.db.Order("title").Find(&got).Error)
	e.equal("rows", got, []upPartial{{rows[0].ID, "a", "draft", "2"}, {seed.ID, "a", "main", "3"}, {rows[2].ID, "a", "draft", "4"}})
}

var _ = register("07 upsert by a key of the table alone", upsertByTableKey)

// upsertByTableKey: keys that stand only in the table are found there, one
// column, several, and added after the first miss.
func upsertByTableKey(e *env) {
	e.migrate(&upBare{})
	seed := []upBare{{Code: "a", Part: 1, Label: "1"}, {Code: "a", Part: 2, Label: "2"}}
	e.ok(e.db.Create(&seed).Error)
	byBoth := clauses.Upsert{Match: []string{"part", "code"}}
	row := upBare{Code: "a", Part: 2, Label: "3"}
	e.wantErr(e.db.Clauses(byBoth).Create(&row).Error, dberr.ErrMatchNotUnique)
	addUniqueIndex(e, &upBare{}, "code", "part")
	e.ok(e.db.Clauses(byBoth).Create(&row).Error)
	e.equal("id", row.ID, seed[1].ID)
	rows := []upBare{{Code: "b", Part: 1, Label: "4"}, {Code: "a", Part: 1, Label: "5"}}
	e.ok(e.db.Clauses(byBoth).Create(&rows).Error)
	var got []upBare
	e.ok(e.db.Order("label").Find(&got).Error)
	e.equal("rows", got, []upBare{{seed[1].ID, "a", 2, "3"}, {rows[0].ID, "b", 1, "4"}, {seed[0].ID, "a", 1, "5"}})
	e.wantErr(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&row).Error, dberr.ErrMatchNotUnique)
}
