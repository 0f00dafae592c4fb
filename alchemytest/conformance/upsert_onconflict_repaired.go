package conformance

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The cases of this file fail on GORM alone, on one database or another.

var _ = register("21 repaired: DoNothing on one existing row", repairedSingle)

// repairedSingle: GORM leaves id 0 and no error.
func repairedSingle(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a", "b")
	for name, oc := range map[string]clause.OnConflict{"target": {Columns: onSlug, DoNothing: true}, "no target": {DoNothing: true}} {
		row := upPost{Slug: "b", Title: "x"}
		e.ok(e.db.Clauses(oc).Create(&row).Error)
		e.equal(name+": id", row.ID, old["b"])
		e.equal(name+": default", row.Rank, int64(3))
	}
	e.equal("rows", postLines(e), []string{"a|old a|v1|r3|s7", "b|old b|v1|r3|s7"})
}

var _ = register("21 repaired: DoNothing on a mixed batch", repairedMixed)

// repairedMixed: GORM puts the ids of the new rows into the first structs.
func repairedMixed(e *env) {
	e.migrate(&upPost{}, &upTwoKeys{})
	seedPosts(e, "a", "b", "c")
	for name, oc := range map[string]clause.OnConflict{"target": {Columns: onSlug, DoNothing: true}, "no target": {DoNothing: true}} {
		rows := []upPost{{Slug: "b"}, {Slug: "n1 " + name}, {Slug: "a"}, {Slug: "n2 " + name}}
		e.ok(e.db.Clauses(oc).Create(&rows).Error)
		sameIDs(e, name, rows)
	}
	e.equal("number of rows", countOf(e, &upPost{}), int64(7))

	seed := []upTwoKeys{{Email: "a", Phone: "1"}, {Email: "b", Phone: "2"}}
	e.ok(e.db.Create(&seed).Error)
	rows := []upTwoKeys{{Email: "n", Phone: "2"}, {Email: "m", Phone: "9"}, {Email: "a", Phone: "8"}}
	e.ok(e.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error)
	e.equal("ids by either key", []uint{rows[0].ID, rows[2].ID}, []uint{seed[1].ID, seed[0].ID})
	var stored upTwoKeys
	e.ok(e.db.Where("email = ?", "m").Take(&stored).Error)
	e.equal("id of the new row", rows[1].ID, stored.ID)
}

var _ = register("21 repaired: Where that skips rows of a batch", repairedWhere)

// repairedWhere: GORM shifts the ids by the rows that were skipped.
func repairedWhere(e *env) {
	e.migrate(&upPost{})
	restorePosts(e, []upPost{{Slug: "a", Title: "old", Views: 1}, {Slug: "b", Title: "old", Views: 100}, {Slug: "c", Title: "old", Views: 1}})
	few := clause.Lt{Column: clause.Column{Table: tableOf(e, &upPost{}), Name: "views"}, Value: 50}
	rows := []upPost{{Slug: "b", Title: "x"}, {Slug: "n1", Title: "x"}, {Slug: "a", Title: "x"}, {Slug: "n2", Title: "x"}, {Slug: "c", Title: "x"}}
	oc := clause.OnConflict{Columns: onSlug, DoUpdates: clause.AssignmentColumns([]string{"title"}), Where: clause.Where{Exprs: []clause.Expression{few}}}
	e.ok(e.db.Clauses(oc).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|x|v1|r3|s7", "b|old|v100|r3|s7", "c|x|v1|r3|s7", "n1|x|v0|r3|s7", "n2|x|v0|r3|s7"})
	sameIDs(e, "Where", rows)
}

var _ = register("21 repaired: Returning that replaced the slice", repairedReturning)

// repairedReturning: with DoNothing GORM makes the slice a list of the rows
// returned, and batches overwrite their neighbours.
func repairedReturning(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a", "b")
	oc := clause.OnConflict{Columns: onSlug, DoNothing: true}
	for _, size := range []int{0, 2} {
		given := []*upPost{{Slug: "a"}, {Slug: fmt.Sprint("n", size)}, {Slug: "b"}, {Slug: fmt.Sprint("m", size)}}
		rows := append([]*upPost(nil), given...)
		tx := e.db.Clauses(oc, clause.Returning{})
		if size == 0 {
			tx = tx.Create(&rows)
		} else {
			tx = tx.CreateInBatches(&rows, size)
		}
		e.ok(tx.Error)
		e.equal("length", len(rows), 4)
		for i := range given {
			if i < len(rows) && rows[i] != given[i] {
				e.t.Errorf("batches of %d: pointer %d was replaced", size, i)
			}
			if s := postBySlug(e, given[i].Slug); given[i].ID != s.ID || given[i].Title != s.Title {
				e.t.Errorf("batches of %d: struct %d is %d %v, stored is %d %v", size, i, given[i].ID, given[i], s.ID, s)
			}
		}
	}
}

var _ = register("21 repaired: maps that doubled", repairedMaps)

// repairedMaps: GORM appends the returned rows to the slice of maps.
func repairedMaps(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	for name, db := range map[string]*gorm.DB{
		"plain":    e.db.Model(&upPost{}),
		"conflict": e.db.Model(&upPost{}).Clauses(clause.OnConflict{Columns: onSlug, UpdateAll: true}),
	} {
		maps := []map[string]any{{"slug": name + " 1"}, {"slug": name + " 2"}}
		if name == "conflict" {
			maps[1]["slug"] = "a"
		}
		e.ok(db.Create(&maps).Error)
		e.equal(name+": number of maps", len(maps), 2)
		for _, m := range maps {
			e.equal(fmt.Sprint(name, ": id of ", m["slug"]), fmt.Sprint(m["id"]), fmt.Sprint(postBySlug(e, m["slug"].(string)).ID))
		}
	}
	batches := []map[string]any{{"slug": "b1"}, {"slug": "b2"}, {"slug": "b3"}}
	e.ok(e.db.Model(&upPost{}).CreateInBatches(&batches, 2).Error)
	e.equal("number of maps", len(batches), 3)
	e.equal("rows", countOf(e, &upPost{}), int64(7))
}

var _ = register("21 repaired: defaults set and unset in one batch", repairedDefaults)

// repairedDefaults: SQLite knows no DEFAULT in VALUES and fails.
func repairedDefaults(e *env) {
	e.migrate(&upDefaults{})
	eight := int64(8)
	rows := []upDefaults{{Code: "a"}, {Code: "b", Level: 5}, {Code: "c", State: "set"}, {Code: "d", Level: 6, Opt: &eight}, {Code: "e"}}
	e.ok(e.db.Create(&rows).Error)
	want := []string{"a|0|42|new|11", "b|0|5|new|11", "c|0|42|set|11", "d|0|6|new|8", "e|0|42|new|11"}
	e.equal("structs", lines(rows), want)
	again := []upDefaults{{Code: "n", Level: 1}, {Code: "b"}, {Code: "a", State: "x"}}
	e.ok(e.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoNothing: true}).Create(&again).Error)
	var got []upDefaults
	e.ok(e.db.Order("code").Find(&got).Error)
	e.equal("rows", lines(got), append(want, "n|0|1|new|11"))
	e.equal("ids", []uint{again[0].ID, again[1].ID, again[2].ID}, []uint{got[5].ID, got[1].ID, got[0].ID})
}

var _ = register("21 repaired: a chain used twice", repairedChain)

// repairedChain: GORM doubles the SET list, and with DoUpdates beside
// UpdateAll it does so at once.
func repairedChain(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	chain := e.db.Clauses(clause.OnConflict{Columns: onSlug, UpdateAll: true})
	var texts []string
	for i, slug := range []string{"a", "b", "a"} {
		sent := e.statements(func() {
			row := upPost{Slug: slug, Title: fmt.Sprint(i)}
			e.ok(chain.Create(&row).Error)
			sameIDs(e, "chain", []upPost{row})
		})
		texts = append(texts, dataStatements(sent)[0])
	}
	e.equal("second text", texts[1], texts[0])
	e.equal("third text", texts[2], texts[0])
	both := clause.OnConflict{Columns: onSlug, UpdateAll: true, DoUpdates: clause.AssignmentColumns([]string{"title"})}
	e.ok(e.db.Clauses(both).Create(&upPost{Slug: "a", Title: "both", Views: 5}).Error)
	e.equal("rows", postLines(e), []string{"a|both|v5|r3|s7", "b|1|v0|r3|s7"})
	e.equal("the user's list", len(both.DoUpdates), 1)
}

var _ = register("21 repaired: children on wrong parents", repairedChildren)

// repairedChildren: the wrong ids of a mixed batch become wrong foreign keys.
func repairedChildren(e *env) {
	_, langs := seedFamily(e)
	onEmail := []clause.Column{{Name: "email"}}
	for name, oc := range map[string]clause.OnConflict{
		"DoNothing": {Columns: onEmail, DoNothing: true}, "UpdateAll": {Columns: onEmail, UpdateAll: true}, "no target": {DoNothing: true},
	} {
		batch := []upOwner{litter("b", "B", langs[0]), litter("n1", "N", langs[1]), litter("a", "A", langs[0]), litter("n2", "M", langs[1])}
		e.ok(e.db.Clauses(oc).Create(&batch).Error)
		checkLitters(e, name, "a", "b", "n1", "n2")
		clearLitters(e)
	}
}

var _ = register("21 repaired: a parent with a unique column", repairedBelongsTo)

// repairedBelongsTo: a plain create saves its belongs-to parents with
// DoNothing, which gave the row the id of another parent, or none.
func repairedBelongsTo(e *env) {
	seedFamily(e)
	e.ok(e.db.Create(&[]upCompany{{Name: "other"}, {Name: "acme", City: "Bonn"}}).Error)
	batch := []upOwner{
		{Email: "n1", Company: &upCompany{Name: "acme", City: "x"}}, {Email: "n2", Company: &upCompany{Name: "fresh", City: "y"}},
		{Email: "n3", Company: &upCompany{Name: "acme"}},
	}
	e.ok(e.db.Create(&batch).Error)
	alone := upOwner{Email: "n4", Company: &upCompany{Name: "acme"}}
	e.ok(e.db.Create(&alone).Error)
	checkCompanies(e, map[string]string{"n1": "acme Bonn", "n2": "fresh y", "n3": "acme Bonn", "n4": "acme Bonn"})
	e.equal("number of companies", countOf(e, &upCompany{}), int64(3))
}
