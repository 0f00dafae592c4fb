package conformance

import (
	"fmt"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

var bySlug = clauses.Upsert{Match: []string{"slug"}}

var _ = register("09 upsert of new and existing rows", upsertMixedBatch)

// upsertMixedBatch: new and existing rows in any order, each struct gets its
// own id, created_at and defaults.
func upsertMixedBatch(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a", "b", "c")
	rows := []upPost{
		{Slug: "n1", Title: "1"}, {Slug: "b", Title: "2"}, {Slug: "m1", Title: "3", Rank: 60},
		{Slug: "a", Title: "4", Views: 4}, {Slug: "z", Title: "5", Score: 9}, {Slug: "c", Title: "6", Rank: 8},
	}
	tx := e.db.Clauses(bySlug).Create(&rows)
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(6))
	e.equal("rows", postLines(e), []string{"a|4|v4|r3|s7", "b|2|v0|r3|s7", "c|6|v0|r8|s7", "m1|3|v0|r60|s7", "n1|1|v0|r3|s7", "z|5|v0|r3|s9"})
	ownRows(e, rows)
	for i, slug := range []string{"n1", "b", "m1", "a", "z", "c"} {
		e.equal(fmt.Sprint("slug of struct ", i), rows[i].Slug, slug)
		if id, ok := old[slug]; ok {
			e.equal("id of "+slug, rows[i].ID, id)
			if !sameInstant(rows[i].CreatedAt, longAgo) {
				e.t.Errorf("created_at of %q is %v, want the stored %v", slug, rows[i].CreatedAt, longAgo)
			}
		}
	}
}

var _ = register("09 upsert keeps pointers", upsertKeepsPointers)

// upsertKeepsPointers: a slice of pointers keeps its pointers, and the
// structs behind them are filled.
func upsertKeepsPointers(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a", "b")
	for name, pass := range map[string]func([]*upPost) any{
		"slice":            func(s []*upPost) any { return s },
		"pointer to slice": func(s []*upPost) any { return &s },
		"array":            func(s []*upPost) any { return &[3]*upPost{s[0], s[1], s[2]} },
	} {
		first := []*upPost{{Slug: "b", Title: name}, {Slug: "new " + name, Title: name}, {Slug: "a", Title: name}}
		given := append([]*upPost(nil), first...)
		e.ok(e.db.Clauses(bySlug).Create(pass(given)).Error)
		var rows []upPost
		for i := range first {
			if given[i] != first[i] {
				e.t.Errorf("%s: pointer %d was replaced", name, i)
			}
			rows = append(rows, *first[i])
		}
		ownRows(e, rows)
	}
}

var _ = register("09 upsert of a repeated key, last wins", upsertDuplicatesLastWins)

// upsertDuplicatesLastWins: the rows of a batch that share a key act in
// order, and all their structs hold the one stored row.
func upsertDuplicatesLastWins(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a")
	rows := []upPost{
		{Slug: "n", Title: "1", Views: 1}, {Slug: "a", Title: "2"}, {Slug: "n", Title: "3", Views: 3},
		{Slug: "x", Title: "4"}, {Slug: "a", Title: "5", Views: 5}, {Slug: "n", Title: "6", Views: 6},
	}
	var outcomes []clauses.Outcome
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Outcomes: &outcomes}).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|5|v5|r3|s7", "n|6|v6|r3|s7", "x|4|v0|r3|s7"})
	ownRows(e, rows)
	e.equal("id", rows[1].ID, old["a"])
	e.equal("outcomes", len(outcomes), 6)
}

var _ = register("09 upsert of a repeated key, first stays", upsertDuplicatesDoNothing)

// upsertDuplicatesDoNothing: the first of equal keys is the one stored.
func upsertDuplicatesDoNothing(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	rows := []upPost{{Slug: "n", Title: "1"}, {Slug: "a", Title: "2"}, {Slug: "n", Title: "3"}, {Slug: "a", Title: "4"}, {Slug: "m", Title: "5"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|old a|v1|r3|s7", "m|5|v0|r3|s7", "n|1|v0|r3|s7"})
	ownRows(e, rows)
}

var _ = register("09 upsert rejects repeated keys", upsertDuplicatesReject)

// upsertDuplicatesReject: Reject refuses the batch before it writes, also
// when the equal keys are far apart; without a repeated key it does nothing.
func upsertDuplicatesReject(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	reject := clauses.Upsert{Match: []string{"slug"}, Duplicates: clauses.Reject}
	rows := []upPost{{Slug: "b", Title: "1"}}
	for i := range 300 {
		rows = append(rows, upPost{Slug: fmt.Sprintf("n%03d", i)})
	}
	rows = append(rows, upPost{Slug: "b", Title: "2"})
	upsertLeavesPosts(e, func() {
		sent := e.statements(func() { e.wantErr(e.db.Clauses(reject).Create(&rows).Error, dberr.ErrDuplicateRow) })
		e.equal("writes", writesOf(sent), 0)
	})
	for i, r := range rows {
		if r.ID != 0 {
			e.t.Fatalf("struct %d holds id %d after a refused call", i, r.ID)
		}
	}
	fine := []upPost{{Slug: "b", Title: "1"}, {Slug: "a", Title: "2"}}
	e.ok(e.db.Clauses(reject).Create(&fine).Error)
	ownRows(e, fine)
}

var _ = register("09 upsert of repeated primary keys", upsertDuplicateGivenKeys)

// upsertDuplicateGivenKeys: equal primary keys in one batch, matched by
// primary key, beside rows whose key is to be generated.
func upsertDuplicateGivenKeys(e *env) {
	e.migrate(&upNote{})
	old := upNote{Text: "old", Rank: 1}
	e.ok(e.db.Create(&old).Error)
	rows := []upNote{{Text: "free 1"}, {ID: old.ID, Text: "2"}, {Text: "free 2"}, {ID: old.ID, Text: "3", Rank: 3}, {Text: "free 1"}, {ID: 700, Text: "4"}}
	e.ok(e.db.Clauses(clauses.Upsert{}).Create(&rows).Error)
	var got []upNote
	e.ok(e.db.Find(&got).Error)
	byID := map[uint]upNote{}
	for _, n := range got {
		byID[n.ID] = n
	}
	e.equal("number of rows", len(got), 5)
	e.equal("row updated twice", byID[old.ID], upNote{old.ID, "3", 3})
	e.equal("row with a new key", byID[700], upNote{700, "4", 0})
	for _, i := range []int{0, 2, 4} {
		e.equal(fmt.Sprint("stored under the id of struct ", i), byID[rows[i].ID].Text, rows[i].Text)
	}
	if rows[0].ID == rows[4].ID {
		e.t.Errorf("two rows without a key share id %d", rows[0].ID)
	}
}

var _ = register("09 upsert that fails gives the structs back", upsertFailedBatchGivesBack)

// upsertFailedBatchGivesBack: one bad row fails all; the structs are as
// they were, and what was appended to Outcomes is nothing.
func upsertFailedBatchGivesBack(e *env) {
	e.migrate(&upTwoKeys{})
	e.ok(e.db.Create(&[]upTwoKeys{{Email: "a", Phone: "1"}, {Email: "b", Phone: "2"}}).Error)
	outcomes := []clauses.Outcome{clauses.Ignored}
	rows := []upTwoKeys{{Email: "n", Phone: "3"}, {Email: "a", Phone: "1", Name: "x"}, {Email: "m", Phone: "2"}, {Email: "o", Phone: "5"}}
	given := append([]upTwoKeys(nil), rows...)
	tx := e.db.Clauses(clauses.Upsert{Match: []string{"email"}, Outcomes: &outcomes}).Create(&rows)
	wantDuplicateKey(e, tx.Error)
	e.equal("structs", rows, given)
	e.equal("rows affected", tx.RowsAffected, int64(0))
	e.equal("outcomes", outcomes, []clauses.Outcome{clauses.Ignored})
	var got []upTwoKeys
	e.ok(e.db.Order("email").Find(&got).Error)
	e.equal("rows", lines(got), []string{"a|1|", "b|2|"})
}
