package conformance

import (
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// seedDocs stores live document "a" and deleted ones "b" and "c".
func seedDocs(e *env) []upDoc {
	e.t.Helper()
	e.migrate(&upDoc{})
	docs := []upDoc{{Slug: "a", Title: "1", CreatedAt: longAgo}, {Slug: "b", Title: "2", CreatedAt: longAgo}, {Slug: "c", Title: "3", CreatedAt: longAgo}}
	e.ok(e.db.Create(&docs).Error)
	e.ok(e.db.Where("slug <> ?", "a").Delete(&upDoc{}).Error)
	return docs
}

// docLines shows all documents, deleted ones with a dagger.
func docLines(e *env) []string {
	e.t.Helper()
	var docs []upDoc
	e.ok(e.db.Unscoped().Order("slug, id").Find(&docs).Error)
	out := make([]string, len(docs))
	for i, d := range docs {
		out[i] = d.Slug + "|" + d.Title
		if d.DeletedAt.Valid {
			out[i] += "†"
		}
	}
	return out
}

var _ = register("16 upsert matches a soft-deleted row", upsertDeletedMatch)

// upsertDeletedMatch: an error, alone and in a batch, for updates and for
// ignored rows; nothing is written.
func upsertDeletedMatch(e *env) {
	seedDocs(e)
	match := []string{"slug"}
	for name, u := range map[string]clauses.Upsert{
		"update":         {Match: match},
		"do nothing":     {Match: match, DoNothing: true},
		"partial":        {Match: match, Update: []string{"title"}},
		"skip unchanged": {Match: match, SkipUnchanged: true},
	} {
		alone := upDoc{Slug: "b", Title: "x"}
		batch := []upDoc{{Slug: "n", Title: "x"}, {Slug: "a", Title: "x"}, {Slug: "b", Title: "2"}}
		for _, value := range []any{&alone, &batch} {
			e.wantErr(e.db.Clauses(u).Create(value).Error, dberr.ErrMatchDeleted)
			e.equal(name+": rows", docLines(e), []string{"a|1", "b|2†", "c|3†"})
		}
		e.equal(name+": ids", alone.ID+batch[0].ID+batch[1].ID+batch[2].ID, uint(0))
	}
}

var _ = register("16 upsert revives a soft-deleted row", upsertRevive)

// upsertRevive: the match comes back with its id and created_at, also when
// the update names other columns; live rows are updated as ever.
func upsertRevive(e *env) {
	docs := seedDocs(e)
	rows := []upDoc{{Slug: "b", Title: "back"}, {Slug: "n", Title: "new"}, {Slug: "a", Title: "changed"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Revive: true}).Create(&rows).Error)
	e.equal("rows", docLines(e), []string{"a|changed", "b|back", "c|3†", "n|new"})
	e.equal("ids", []uint{rows[0].ID, rows[2].ID}, []uint{docs[1].ID, docs[0].ID})
	e.equal("created_at of the revived", rows[0].CreatedAt.UTC(), longAgo)
	e.equal("deleted_at in the struct", rows[0].DeletedAt.Valid, false)
	one := upDoc{Slug: "c", Title: "back too"}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Revive: true}).Create(&one).Error)
	e.equal("rows", docLines(e), []string{"a|changed", "b|back", "c|back too", "n|new"})
}

var _ = register("16 upsert revives with a partial update", upsertRevivePartial)

// upsertRevivePartial: what Update leaves out is kept, but the row lives.
func upsertRevivePartial(e *env) {
	e.migrate(&upDocCount{})
	d := upDocCount{Slug: "a", Title: "old", Count: 5}
	e.ok(e.db.Create(&d).Error)
	e.ok(e.db.Delete(&d).Error)
	row := upDocCount{Slug: "a", Title: "new", Count: 9}
	u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Revive: true, SkipUnchanged: true}
	e.ok(e.db.Clauses(u).Create(&row).Error)
	e.equal("struct", row, upDocCount{ID: d.ID, Slug: "a", Title: "new", Count: 5})
	e.ok(e.db.Delete(&row).Error)
	again := upDocCount{Slug: "a", Title: "new", Count: 9} // equal but for being deleted
	e.ok(e.db.Clauses(u).Create(&again).Error)
	var got []upDocCount
	e.ok(e.db.Find(&got).Error)
	e.equal("rows", got, []upDocCount{{ID: d.ID, Slug: "a", Title: "new", Count: 5}})
}

// upDocCount has a column beside the one that is updated.
type upDocCount struct {
	ID        uint
	Slug      string `gorm:"size:50;uniqueIndex"`
	Title     string `gorm:"size:50"`
	Count     int64
	DeletedAt gorm.DeletedAt
}

var _ = register("16 upsert past soft-deleted rows by a partial key", upsertPastDeleted)

// upsertPastDeleted: a key that leaves deleted rows out makes a new row
// beside the deleted one.
func upsertPastDeleted(e *env) {
	if !e.has(capPartialIndex) {
		e.t.Log("nothing to assert: no partial unique indexes")
		return
	}
	e.migrate(&upLiveDoc{})
	seed := []upLiveDoc{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}}
	e.ok(e.db.Create(&seed).Error)
	e.ok(e.db.Delete(&seed[1]).Error)
	rows := []upLiveDoc{{Slug: "b", Title: "3"}, {Slug: "a", Title: "4"}}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	e.equal("id of the live match", rows[1].ID, seed[0].ID)
	again := []upLiveDoc{{Slug: "a", Title: "x"}, {Slug: "b", Title: "x"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&again).Error)
	e.equal("ids of rows left alone", []uint{again[0].ID, again[1].ID}, []uint{seed[0].ID, rows[0].ID})
	e.equal("title of a row left alone", again[1].Title, "3")
	var titles []string
	e.ok(e.db.Model(&upLiveDoc{}).Order("title").Pluck("title", &titles).Error)
	e.equal("live titles", titles, []string{"3", "4"})
	e.ok(e.db.Unscoped().Model(&upLiveDoc{}).Order("title").Pluck("title", &titles).Error)
	e.equal("all titles", titles, []string{"2", "3", "4"})
}

var _ = register("16 upsert with deleted_at in the key", upsertDeletedInKey)

// upsertDeletedInKey: a deleted row has another key than the live one.
func upsertDeletedInKey(e *env) {
	e.migrate(&upFlagged{})
	seed := []upFlagged{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}}
	e.ok(e.db.Create(&seed).Error)
	e.ok(e.db.Delete(&seed[1]).Error)
	u := clauses.Upsert{Match: []string{"slug", "deleted"}}
	rows := []upFlagged{{Slug: "b", Title: "3"}, {Slug: "a", Title: "4"}}
	e.ok(e.db.Clauses(u).Create(&rows).Error)
	e.equal("id of the live match", rows[1].ID, seed[0].ID)
	var got []upFlagged
	e.ok(e.db.Unscoped().Order("title").Find(&got).Error)
	e.equal("rows", got, []upFlagged{{seed[1].ID, "b", "2", 1}, {rows[0].ID, "b", "3", 0}, {seed[0].ID, "a", "4", 0}})
	var live []upFlagged
	e.ok(e.db.Order("title").Find(&live).Error)
	e.equal("live rows", live, got[1:])
}
