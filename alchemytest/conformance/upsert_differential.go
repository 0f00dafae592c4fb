package conformance

import (
	"fmt"
	"math/rand/v2"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// addViews is views = views + the views of the new post.
func addViews(e *env) []clause.Assignment { return addViewsOf(e, &upPost{}) }

// addViewsOf is addViews for any model with that column.
func addViewsOf(e *env, model any) []clause.Assignment {
	return []clause.Assignment{{
		Column: clause.Column{Name: "views"},
		Value:  gorm.Expr("? + ?", clause.Column{Table: tableOf(e, model), Name: "views"}, clauses.Excluded("views")),
	}}
}

// upsertVariants are the kinds of upserts that must not depend on whether
// rows come together or one by one.
func upsertVariants(e *env) map[string]clauses.Upsert {
	table := tableOf(e, &upPost{})
	views := clause.Column{Table: table, Name: "views"}
	title := clause.Column{Table: table, Name: "title"}
	match := []string{"slug"}
	return map[string]clauses.Upsert{
		"update all":             {Match: match},
		"do nothing":             {Match: match, DoNothing: true},
		"partial update":         {Match: match, Update: []string{"title"}},
		"fields":                 {Match: match, Fields: []string{"title", "score"}},
		"fields and update":      {Match: match, Fields: []string{"title", "views", "rank"}, Update: []string{"views"}},
		"counter alone":          {Match: match, Update: []string{"title"}, Set: addViews(e)},
		"counter beside all":     {Match: match, Set: addViews(e)},
		"skip unchanged":         {Match: match, Update: []string{"title", "views"}, SkipUnchanged: true},
		"where new is more":      {Match: match, Where: []clause.Expression{gorm.Expr("? < ?", views, clauses.Excluded("views"))}},
		"where reads title":      {Match: match, Where: []clause.Expression{clause.Neq{Column: title, Value: "t1"}}},
		"where and skip":         {Match: match, Update: []string{"title"}, Where: []clause.Expression{clause.Lt{Column: views, Value: 3}}, SkipUnchanged: true},
		"where and counter":      {Match: match, Update: []string{"title"}, Set: addViews(e), Where: []clause.Expression{clause.Lt{Column: views, Value: 6}}},
		"partial with a default": {Match: match, Update: []string{"rank"}},
	}
}

var _ = register("09 upsert batch is its rows one by one", upsertDifferential)

// upsertDifferential: a batch with repeated keys ends as its rows one by one
// do, for each variant and random data, and its structs hold the stored rows.
func upsertDifferential(e *env) {
	e.migrate(&upPost{})
	for name, u := range upsertVariants(e) {
		for seed := range uint64(rounds() / 10) {
			rng := rand.New(rand.NewPCG(seed, uint64(len(name))))
			before, batch := randomPosts(rng, 4), randomPosts(rng, 5+rng.IntN(20))
			before = firstOfEach(before)
			label := fmt.Sprintf("%s, seed %d", name, seed)

			restorePosts(e, before)
			for i := range batch {
				row := batch[i]
				if err := e.db.Clauses(u).Create(&row).Error; err != nil {
					e.t.Fatalf("%s: row %d alone: %v", label, i, err)
				}
			}
			want := postLines(e)

			restorePosts(e, before)
			rows := append([]upPost(nil), batch...)
			if err := e.db.Clauses(u).Create(&rows).Error; err != nil {
				e.t.Fatalf("%s: batch: %v", label, err)
			}
			e.equal(label+": rows", postLines(e), want)
			if len(u.Fields) == 0 {
				ownRows(e, rows)
			}
			sameIDs(e, label, rows)
			if e.t.Failed() {
				e.t.Fatalf("%s: before %v, batch %v", label, lines(before), lines(batch))
			}
		}
	}
}

// randomPosts makes posts over few slugs, titles and numbers, so that keys
// repeat and rows come out equal now and then. Defaults are partly unset.
func randomPosts(rng *rand.Rand, n int) []upPost {
	rows := make([]upPost, n)
	for i := range rows {
		rows[i] = upPost{
			Slug:  fmt.Sprintf("k%d", rng.IntN(6)),
			Title: fmt.Sprintf("t%d", rng.IntN(3)),
			Views: rng.Int64N(4),
			Rank:  rng.Int64N(2) * (10 + rng.Int64N(2)),
			Score: rng.Int64N(2) * 20,
		}
	}
	return rows
}

// firstOfEach drops the posts whose slug was there before.
func firstOfEach(in []upPost) []upPost {
	var out []upPost
	seen := map[string]bool{}
	for _, p := range in {
		if !seen[p.Slug] {
			seen[p.Slug] = true
			out = append(out, p)
		}
	}
	return out
}

// restorePosts makes the table hold copies of rows and nothing else, with
// one plain insert a row.
func restorePosts(e *env, rows []upPost) {
	e.t.Helper()
	e.ok(e.db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&upPost{}).Error)
	for _, p := range rows {
		p.CreatedAt, p.UpdatedAt = longAgo, longAgo
		e.ok(e.db.Create(&p).Error)
	}
}

// sameIDs checks that each struct has the id under which its slug is stored.
func sameIDs(e *env, label string, rows []upPost) {
	e.t.Helper()
	for i, r := range rows {
		if s := postBySlug(e, r.Slug); s.ID != r.ID {
			e.t.Errorf("%s: struct %d (%s) has id %d, stored is %d", label, i, r.Slug, r.ID, s.ID)
		}
	}
}

var _ = register("09 upsert batch of given and generated keys", upsertDifferentialMixedKeys)

// upsertDifferentialMixedKeys: the same by primary key, where generated and
// given keys are mixed and repeated.
func upsertDifferentialMixedKeys(e *env) {
	e.migrate(&upNote{})
	for seed := range uint64(rounds() / 10) {
		rng := rand.New(rand.NewPCG(seed, 99))
		batch := make([]upNote, 5+rng.IntN(15))
		for i := range batch {
			batch[i] = upNote{Text: fmt.Sprintf("t%d", i), Rank: rng.Int64N(5)}
			if rng.IntN(2) == 0 {
				batch[i].ID = 1_000_000 + uint(seed)*100 + uint(rng.IntN(5))
			}
		}
		want := map[string]int64{} // what is left, by text
		last := map[uint]string{}
		for _, r := range batch {
			if r.ID != 0 {
				delete(want, last[r.ID])
				last[r.ID] = r.Text
			}
			want[r.Text] = r.Rank
		}
		e.ok(e.db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&upNote{}).Error)
		rows := append([]upNote(nil), batch...)
		e.ok(e.db.Clauses(clauses.Upsert{}).Create(&rows).Error)
		var stored []upNote
		e.ok(e.db.Find(&stored).Error)
		got, text := map[string]int64{}, map[uint]string{}
		for _, r := range stored {
			got[r.Text] = r.Rank
			text[r.ID] = r.Text
		}
		e.equal(fmt.Sprintf("seed %d: rows", seed), got, want)
		for i, r := range batch {
			if r.ID == 0 {
				e.equal(fmt.Sprintf("seed %d: text under the id of struct %d", seed, i), text[rows[i].ID], r.Text)
			}
		}
	}
}
