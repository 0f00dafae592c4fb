package conformance

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
)

var _ = registerLoad("09 upsert of repeated keys over several chunks", upsertSpread)

// upsertSpread: 13,000 rows over 5,003 keys, so that equal keys stand in
// different chunks; counters and the last row are exact.
func upsertSpread(e *env) {
	e.migrate(&upPage{})
	const keys, n = 5003, 13_000
	rows := make([]upPage, n)
	sum, last := map[string]int64{}, map[string]string{}
	for i := range rows {
		rows[i] = upPage{Tenant: 1, Slug: fmt.Sprint("k", i*31%keys), Title: fmt.Sprint(i), Views: int64(i % 7)}
		sum[rows[i].Slug] += rows[i].Views
		last[rows[i].Slug] = rows[i].Title
	}
	u := clauses.Upsert{Match: []string{"tenant", "slug"}, Set: addViewsOf(e, &upPage{})}
	for round := int64(1); round <= 2; round++ {
		batch := append([]upPage(nil), rows...)
		e.ok(e.db.Clauses(u).Create(&batch).Error)
		var stored []upPage
		e.ok(e.db.Find(&stored).Error)
		e.equal("number of rows", len(stored), keys)
		ids, wrong := map[string]uint{}, 0
		for _, s := range stored {
			ids[s.Slug] = s.ID
			if s.Views != round*sum[s.Slug] || s.Title != last[s.Slug] {
				wrong++
			}
		}
		for _, r := range batch {
			if r.ID != ids[r.Slug] || r.ID == 0 {
				wrong++
			}
		}
		e.equal(fmt.Sprintf("round %d: wrong rows and structs", round), wrong, 0)
	}
}

var _ = register("09 upsert that frees a second key and takes it", upsertHandsOver)

// upsertHandsOver: one row of the batch gives a unique value up, a later one
// takes it. One by one in order that works.
func upsertHandsOver(e *env) {
	e.migrate(&upTwoKeys{})
	e.ok(e.db.Create(&[]upTwoKeys{{Email: "a", Phone: "1"}, {Email: "b", Phone: "2"}}).Error)
	rows := []upTwoKeys{{Email: "b", Phone: "9"}, {Email: "a", Phone: "2"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&rows).Error)
	var got []upTwoKeys
	e.ok(e.db.Order("email").Find(&got).Error)
	e.equal("rows", lines(got), []string{"a|2|", "b|9|"})
}

var _ = register("14 upsert of one key in several texts", upsertSameKeyTwice)

// upsertSameKeyTwice: rows of one batch whose keys differ for Go and are one
// for the table: instants in two zones, times that round together, padding.
func upsertSameKeyTwice(e *env) {
	if !e.has(capStrictTypes) {
		e.t.Log("nothing to assert: keys are texts, and differ")
		return
	}
	e.migrate(&upMoment{}, &upCode{})
	at := longAgo.Add(123 * time.Millisecond)
	moments := []upMoment{
		{At: at, Note: "1"}, {At: at.Add(time.Hour), Note: "2"}, {At: at.In(time.FixedZone("west", -3600)), Note: "3"},
		{At: at.Add(100 * time.Microsecond), Note: "4"}, {At: at.Add(-300 * time.Microsecond), Note: "5"},
	}
	codes := []upCode{{Code: "ab", Note: "1"}, {Code: "b", Note: "2"}, {Code: "ab  ", Note: "3"}, {Code: "ab", Note: "4"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"at"}}).Create(&moments).Error)
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&codes).Error)
	for _, i := range []int{2, 3, 4} {
		e.equal(fmt.Sprint("id of moment ", i), moments[i].ID, moments[0].ID)
	}
	e.equal("ids of codes", []uint{codes[2].ID, codes[3].ID}, []uint{codes[0].ID, codes[0].ID})
	var notes []string
	e.ok(e.db.Model(&upMoment{}).Order("note").Pluck("note", &notes).Error)
	e.equal("notes of moments", notes, []string{"2", "5"})
	e.ok(e.db.Model(&upCode{}).Order("note").Pluck("note", &notes).Error)
	e.equal("notes of codes", notes, []string{"2", "4"})
}

var _ = register("21 upsert of maps of different columns", upsertMixedMaps)

// upsertMixedMaps: each map of a batch writes its own columns, as it does
// alone.
func upsertMixedMaps(e *env) {
	e.migrate(&upPost{})
	batch := func() []map[string]any {
		return []map[string]any{
			{"slug": "a", "title": "x"}, {"slug": "b", "views": 30}, {"slug": "n", "title": "y", "rank": 9}, {"slug": "a", "views": 40}, {"slug": "b", "score": 1},
		}
	}
	before := []upPost{{Slug: "a", Title: "old", Views: 5, Rank: 6, Score: 8}, {Slug: "b", Title: "old", Views: 5, Rank: 6, Score: 8}}
	restorePosts(e, before)
	for _, m := range batch() {
		e.ok(e.db.Model(&upPost{}).Clauses(bySlug).Create(m).Error)
	}
	want := mapLines(e)
	e.equal("rows one by one", want, []string{"a|x|v40|r6|s8", "b|old|v30|r6|s1", "n|y|v0|r9|s7"})
	restorePosts(e, before)
	maps := batch()
	e.ok(e.db.Model(&upPost{}).Clauses(bySlug).Create(&maps).Error)
	e.equal("rows of the batch", mapLines(e), want)
	for i, m := range maps {
		e.equal(fmt.Sprint("key in map ", i), fmt.Sprint(m["id"]), fmt.Sprint(postBySlug(e, m["slug"].(string)).ID))
	}
}

var _ = register("21 upsert with a result of generics", upsertResult)

// upsertResult: the number of rows of each call.
func upsertResult(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	result := gorm.WithResult()
	row := upPost{Slug: "a", Title: "x"}
	e.ok(gorm.G[upPost](e.db, bySlug, result).Create(e.ctx, &row))
	e.equal("rows of an update", result.RowsAffected, int64(1))
	nothing := clauses.Upsert{Match: []string{"slug"}, DoNothing: true}
	rows := []upPost{{Slug: "a"}, {Slug: "n1"}, {Slug: "n2"}}
	tx := e.db.Clauses(nothing).Create(&rows)
	e.ok(tx.Error)
	e.equal("rows of a batch that leaves one alone", tx.RowsAffected, int64(2))
}

// upNesting upserts another row from a hook.
type upNesting struct {
	ID   uint
	Slug string `gorm:"size:20;uniqueIndex"`
}

func (n *upNesting) AfterCreate(tx *gorm.DB) error {
	if n.Slug == "leaf" {
		return nil
	}
	return tx.Clauses(bySlug).Create(&upNesting{Slug: "leaf"}).Error
}

// BeforeCreate sets the key through the statement, as GORM's docs show.
func (n *upNesting) BeforeCreate(tx *gorm.DB) error {
	if n.Slug == "set" {
		tx.Statement.SetColumn("Slug", "by hook")
	}
	return nil
}

var _ = register("18 upsert inside a hook of an upsert", upsertNested)

// upsertNested: neither disturbs the other.
func upsertNested(e *env) {
	e.migrate(&upNesting{})
	for range 2 {
		rows := []upNesting{{Slug: "b"}, {Slug: "a"}, {Slug: "set"}}
		e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
		for _, r := range rows {
			var s upNesting
			e.ok(e.db.Where("slug = ?", r.Slug).Take(&s).Error)
			e.equal("struct", r, s)
		}
		e.equal("key that a hook set", rows[2].Slug, "by hook")
	}
	e.equal("number of rows", countOf(e, &upNesting{}), int64(4))
}
