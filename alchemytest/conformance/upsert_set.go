package conformance

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

var _ = register("11 upsert adds to counters", upsertCounters)

// upsertCounters: Set with Excluded adds up, for one row, for a batch, for
// repeated keys; the structs show the sums.
func upsertCounters(e *env) {
	e.migrate(&upPost{})
	u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Set: addViews(e)}
	for range 3 {
		row := upPost{Slug: "a", Title: "t", Views: 2}
		e.ok(e.db.Clauses(u).Create(&row).Error)
		ownRows(e, []upPost{row})
	}
	rows := []upPost{{Slug: "b", Title: "1", Views: 10}, {Slug: "a", Title: "2", Views: 1}, {Slug: "b", Title: "3", Views: 20}, {Slug: "a", Title: "4", Views: 1}, {Slug: "b", Title: "5", Views: 30}}
	e.ok(e.db.Clauses(u).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|4|v8|r3|s7", "b|5|v60|r3|s7"})
	ownRows(e, rows)
}

var _ = register("11 upsert with Set", upsertSetOnly)

// upsertSetOnly: Set stands beside the default list of updates, and alone
// when Update holds nothing else; a field is named as well as a column.
func upsertSetOnly(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	table := tableOf(e, &upPost{})
	title := clauses.Upsert{Match: []string{"slug"}, Set: []clause.Assignment{{
		Column: clause.Column{Name: "Title"},
		Value:  gorm.Expr("? || '+' || ?", clause.Column{Table: table, Name: "title"}, clauses.Excluded("title")),
	}}}
	row := upPost{Slug: "a", Title: "x", Views: 5}
	e.ok(e.db.Clauses(title).Create(&row).Error)
	e.equal("rows", postLines(e), []string{"a|old a+x|v5|r3|s7"})
	ownRows(e, []upPost{row})

	literal := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Set: []clause.Assignment{{Column: clause.Column{Name: "views"}, Value: 77}}}
	rows := []upPost{{Slug: "a", Title: "y", Views: 1}, {Slug: "n", Title: "z", Views: 1}}
	e.ok(e.db.Clauses(literal).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|y|v77|r3|s7", "n|z|v1|r3|s7"})
	ownRows(e, rows)
}

var _ = register("11 upsert with Set reads old values", upsertSetReadsOldValues)

// upsertSetReadsOldValues: an expression sees the row as it was before the
// statement, whatever is assigned beside it.
func upsertSetReadsOldValues(e *env) {
	e.migrate(&upPost{})
	table := tableOf(e, &upPost{})
	col := func(name string) clause.Column { return clause.Column{Table: table, Name: name} }
	for i := range 2 {
		restorePosts(e, []upPost{{Slug: "a", Title: "t", Views: 10, Rank: 20}})
		set := []clause.Assignment{
			{Column: clause.Column{Name: "views"}, Value: gorm.Expr("? + ?", col("views"), clauses.Excluded("views"))},
			{Column: clause.Column{Name: "rank"}, Value: gorm.Expr("? + 100", col("views"))},
		}
		set[0], set[i] = set[i], set[0]
		row := upPost{Slug: "a", Title: "t", Views: 5}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Set: set}).Create(&row).Error)
		e.equal("rows", postLines(e), []string{"a|t|v15|r110|s7"})
	}
}
