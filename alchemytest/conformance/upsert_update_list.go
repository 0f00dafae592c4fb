package conformance

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

var _ = register("15 upsert updates all but keys and created_at", upsertDefaultList)

// upsertDefaultList: a match keeps key and created_at; zero values are
// written; updated_at moves although the struct brought an old one.
func upsertDefaultList(e *env) {
	e.migrate(&upPost{})
	old := seedPosts(e, "a", "b")
	began := time.Now().Add(-time.Second)
	row := upPost{ID: 4711, Slug: "a", CreatedAt: time.Now().Add(time.Hour), UpdatedAt: longAgo}
	e.ok(e.db.Clauses(bySlug).Create(&row).Error)
	e.equal("rows", postLines(e), []string{"a||v0|r3|s7", "b|old b|v1|r3|s7"})
	s := postBySlug(e, "a")
	e.equal("id", s.ID, old["a"])
	e.equal("created_at", s.CreatedAt.UTC(), longAgo)
	if s.UpdatedAt.Before(began) || s.UpdatedAt.After(time.Now().Add(time.Second)) {
		e.t.Errorf("updated_at is %v, want the time of the call, %v", s.UpdatedAt, began)
	}
	ownRows(e, []upPost{row})
	if other := postBySlug(e, "b"); !sameInstant(other.UpdatedAt, longAgo) {
		e.t.Errorf("updated_at of another row moved to %v", other.UpdatedAt)
	}
}

var _ = register("15 upsert keeps the time stamps given for a new row", upsertGivenStamps)

// upsertGivenStamps: updated_at is bumped for updates only.
func upsertGivenStamps(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	rows := []upPost{{Slug: "n", CreatedAt: longAgo, UpdatedAt: longAgo}, {Slug: "a", CreatedAt: longAgo, UpdatedAt: longAgo}}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	if s := postBySlug(e, "n"); !sameInstant(s.UpdatedAt, longAgo) || !sameInstant(s.CreatedAt, longAgo) {
		e.t.Errorf("new row has created_at %v, updated_at %v, want both as given", s.CreatedAt, s.UpdatedAt)
	}
	if s := postBySlug(e, "a"); time.Since(s.UpdatedAt) > time.Hour {
		e.t.Errorf("updated_at of the match is %v, want the time of the call", s.UpdatedAt)
	}
	ownRows(e, rows)
}

var _ = register("15 upsert of a partial update list", upsertPartialList)

// upsertPartialList: only what Update names changes, updated_at besides; the
// struct gets back what was kept. Columns with a default can be named too.
func upsertPartialList(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	row := upPost{Slug: "a", Title: "new", Views: 50, Rank: 60, Score: 70}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Update: []string{"Title"}}).Create(&row).Error)
	e.equal("rows", postLines(e), []string{"a|new|v1|r3|s7"})
	ownRows(e, []upPost{row})
	if s := postBySlug(e, "a"); time.Since(s.UpdatedAt) > time.Hour {
		e.t.Errorf("updated_at is %v, want it to move with an update", s.UpdatedAt)
	}
	row = upPost{Slug: "a", Title: "other", Rank: 61, Score: 71}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Update: []string{"rank", "score"}}).Create(&row).Error)
	e.equal("rows", postLines(e), []string{"a|new|v1|r61|s71"})
	ownRows(e, []upPost{row})
}

var _ = register("15 upsert of a field list", upsertFieldList)

// upsertFieldList: Fields limits what is inserted and updated, Select and
// Omit do the same; a column not named survives.
func upsertFieldList(e *env) {
	e.migrate(&upPost{})
	for name, create := range map[string]func(rows *[]upPost) *gorm.DB{
		"Fields": func(rows *[]upPost) *gorm.DB {
			return e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, Fields: []string{"title"}}).Create(rows)
		},
		"Select": func(rows *[]upPost) *gorm.DB {
			return e.db.Select("slug", "Title").Clauses(bySlug).Create(rows)
		},
		"Omit": func(rows *[]upPost) *gorm.DB {
			return e.db.Omit("views", "Rank", "score").Clauses(bySlug).Create(rows)
		},
	} {
		restorePosts(e, []upPost{{Slug: "a", Title: "old", Views: 5, Rank: 60, Score: 70}})
		rows := []upPost{{Slug: "n", Title: "new", Views: 9, Rank: 9, Score: 9}, {Slug: "a", Title: "changed", Views: 9, Rank: 9, Score: 9}}
		e.ok(create(&rows).Error)
		var got []upPost
		e.ok(e.db.Select("slug", "title", "rank", "score", "COALESCE(views, 0) AS views", "created_at").Order("slug").Find(&got).Error)
		e.equal(name+": rows", lines(got), []string{"a|changed|v5|r60|s70", "n|new|v0|r3|s7"})
		if time.Since(got[1].CreatedAt) > time.Hour {
			e.t.Errorf("%s: created_at of the new row is %v", name, got[1].CreatedAt)
		}
		sameIDs(e, name, rows)
	}
}

var _ = register("15 upsert writes a default column when it is set", upsertDefaultColumns)

// upsertDefaultColumns: rows that set a column with a default write it, rows
// that leave it unset insert the default and keep what a match holds, all in
// one batch.
func upsertDefaultColumns(e *env) {
	e.migrate(&upDefaults{})
	six, zero := int64(6), int64(0)
	e.ok(e.db.Create(&[]upDefaults{
		{Code: "a", Plain: 1, Level: 70, State: "old", Opt: &six}, {Code: "b", Plain: 1, Level: 70, State: "old", Opt: &six},
		{Code: "c", Plain: 1, Level: 70, State: "old", Opt: &six},
	}).Error)
	rows := []upDefaults{
		{Code: "n"}, {Code: "c", Plain: 2, Level: 5, State: "set", Opt: &zero}, {Code: "m", Level: 8},
		{Code: "a", Plain: 2}, {Code: "b", Plain: 2, State: "set"}, {Code: "o", State: "set", Opt: &six},
	}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error)
	var got []upDefaults
	e.ok(e.db.Order("code").Find(&got).Error)
	want := []string{"a|2|70|old|6", "b|2|70|set|6", "c|2|5|set|0", "m|0|8|new|11", "n|0|42|new|11", "o|0|42|set|6"}
	e.equal("rows", lines(got), want)
	byCode := map[string]upDefaults{}
	for _, r := range got {
		byCode[r.Code] = r
	}
	for i, r := range rows {
		e.equal("struct "+r.Code, rows[i], byCode[r.Code])
	}
}

var _ = register("15 upsert keeps a constant default column that is unset", upsertConstantDefault)

// upsertConstantDefault: the same for a default that GORM itself knows.
func upsertConstantDefault(e *env) {
	e.migrate(&upPost{})
	restorePosts(e, []upPost{{Slug: "a", Title: "old", Score: 60, Rank: 61}, {Slug: "b", Title: "old", Score: 60, Rank: 61}})
	rows := []upPost{{Slug: "n", Title: "n"}, {Slug: "b", Title: "b", Score: 5}, {Slug: "a", Title: "a"}}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|a|v0|r61|s60", "b|b|v0|r61|s5", "n|n|v0|r3|s7"})
	ownRows(e, rows)
}

var _ = register("15 upsert clause and chain used twice", upsertReuse)

// upsertReuse: the same clause value and the same chain do the same again;
// only Outcomes grows.
func upsertReuse(e *env) {
	e.migrate(&upPost{})
	var outcomes []clauses.Outcome
	update := []string{"title"}
	u := clauses.Upsert{Match: []string{"slug"}, Update: update, Set: addViews(e), Outcomes: &outcomes,
		Where: []clause.Expression{clause.Lt{Column: clause.Column{Table: tableOf(e, &upPost{}), Name: "views"}, Value: 100}}}
	for range 2 {
		rows := []upPost{{Slug: "a", Title: "1", Views: 1}, {Slug: "b", Title: "1", Views: 1}}
		e.ok(e.db.Clauses(u).Create(&rows).Error)
	}
	chain := e.db.Clauses(u)
	var texts []string
	for range 3 {
		sent := e.statements(func() {
			rows := []upPost{{Slug: "b", Title: "2", Views: 1}, {Slug: "a", Title: "2", Views: 1}}
			e.ok(chain.Create(&rows).Error)
			ownRows(e, rows)
		})
		texts = append(texts, dataStatements(sent)[0])
	}
	e.equal("second text of a chain", texts[1], texts[0])
	e.equal("third text of a chain", texts[2], texts[0])
	e.equal("rows", postLines(e), []string{"a|2|v5|r3|s7", "b|2|v5|r3|s7"})
	e.equal("outcomes", len(outcomes), 10)
	for i, o := range outcomes {
		want := clauses.Updated
		if i < 2 {
			want = clauses.Inserted
		}
		e.equal("outcome", o, want)
	}
	e.equal("the user's lists", []int{len(u.Match), len(update), len(u.Set), len(u.Where)}, []int{1, 1, 1, 1})
}
