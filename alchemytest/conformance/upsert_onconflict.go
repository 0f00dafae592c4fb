package conformance

import (
	"fmt"
	"math/rand/v2"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// onSlug is the target of most of GORM's own clauses here.
var onSlug = []clause.Column{{Name: "slug"}}

// onConflicts are GORM's own upserts.
func onConflicts(e *env) map[string]clause.OnConflict {
	views := clause.Column{Table: tableOf(e, &upPost{}), Name: "views"}
	return map[string]clause.OnConflict{
		"UpdateAll":            {Columns: onSlug, UpdateAll: true},
		"UpdateAll, no target": {UpdateAll: true},
		"DoNothing":            {Columns: onSlug, DoNothing: true},
		"DoNothing, no target": {DoNothing: true},
		"DoUpdates":            {Columns: onSlug, DoUpdates: clause.AssignmentColumns([]string{"title"})},
		"Assignments":          {Columns: onSlug, DoUpdates: clause.Assignments(map[string]any{"title": "set", "views": gorm.Expr("? + 10", views)})},
		"Where":                {Columns: onSlug, UpdateAll: true, Where: clause.Where{Exprs: []clause.Expression{clause.Lt{Column: views, Value: 2}}}},
	}
}

var _ = register("21 OnConflict keeps GORM's meaning", onConflictMeaning)

// onConflictMeaning: what is stored, and whether it fails, is what GORM
// stores without the plugin; the structs hold what is stored.
func onConflictMeaning(e *env) {
	e.migrate(&upPost{})
	plain := e.openPlain(&gorm.Config{})
	for name, oc := range onConflicts(e) {
		for seed := range uint64(rounds() / 10) {
			rng := rand.New(rand.NewPCG(seed, 5))
			before := firstOfEach(randomPosts(rng, 4))
			batch := firstOfEach(randomPosts(rng, 12))
			for i := range batch {
				batch[i].Rank, batch[i].Score = 0, 20
			}
			label := fmt.Sprintf("%s, seed %d", name, seed)

			restorePosts(e, before)
			rows := append([]upPost(nil), batch...)
			wantErr := plain.Clauses(oc).Create(&rows).Error
			want := postLines(e)

			restorePosts(e, before)
			rows = append([]upPost(nil), batch...)
			err := e.db.Clauses(oc).Create(&rows).Error
			e.equal(label+": rows", postLines(e), want)
			if (err == nil) != (wantErr == nil) {
				e.t.Errorf("%s: error is %v, GORM's is %v", label, err, wantErr)
			}
			if err == nil {
				sameIDs(e, label, rows)
				checkDefault(e, label, rows)
			}
			if e.t.Failed() {
				e.t.Fatalf("%s: before %v, batch %v", label, lines(before), lines(batch))
			}
		}
	}
}

// checkDefault checks that structs hold the default column, which the batch
// did not set.
func checkDefault(e *env, label string, rows []upPost) {
	e.t.Helper()
	for i, r := range rows {
		if s := postBySlug(e, r.Slug); r.Rank != s.Rank {
			e.t.Errorf("%s: struct %d (%s) has rank %d, stored is %d", label, i, r.Slug, r.Rank, s.Rank)
		}
	}
}

var _ = register("21 OnConflict with a partial index", onConflictPartial)

// onConflictPartial: TargetWhere as GORM has it.
func onConflictPartial(e *env) {
	if !e.has(capPartialIndex) {
		e.t.Log("nothing to assert: no partial unique indexes")
		return
	}
	e.migrate(&upLiveDoc{})
	seed := []upLiveDoc{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}, {Slug: "c", Title: "3"}}
	e.ok(e.db.Create(&seed).Error)
	e.ok(e.db.Delete(&seed[1]).Error)
	live := clause.Where{Exprs: []clause.Expression{clause.Eq{Column: "deleted_at", Value: nil}}}
	rows := []upLiveDoc{{Slug: "n", Title: "4"}, {Slug: "c", Title: "5"}, {Slug: "b", Title: "6"}, {Slug: "a", Title: "7"}}
	oc := clause.OnConflict{Columns: onSlug, TargetWhere: live, DoUpdates: clause.AssignmentColumns([]string{"title"})}
	e.ok(e.db.Clauses(oc).Create(&rows).Error)
	e.equal("ids of matches", []uint{rows[1].ID, rows[3].ID}, []uint{seed[2].ID, seed[0].ID})
	left := []upLiveDoc{{Slug: "c", Title: "x"}, {Slug: "m", Title: "8"}, {Slug: "b", Title: "x"}}
	e.ok(e.db.Clauses(clause.OnConflict{Columns: onSlug, TargetWhere: live, DoNothing: true}).Create(&left).Error)
	e.equal("ids left alone", []uint{left[0].ID, left[2].ID}, []uint{seed[2].ID, rows[2].ID})
	bare := []upLiveDoc{{Slug: "a", Title: "x"}, {Slug: "o", Title: "9"}, {Slug: "b", Title: "x"}}
	e.ok(e.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&bare).Error)
	e.equal("ids left alone without a target", []uint{bare[0].ID, bare[2].ID}, []uint{seed[0].ID, rows[2].ID})
	var titles []string
	e.ok(e.db.Unscoped().Model(&upLiveDoc{}).Order("title").Pluck("title", &titles).Error)
	e.equal("titles", titles, []string{"2", "4", "5", "6", "7", "8", "9"})
}

var _ = register("21 OnConflict on a soft-deleted row", onConflictDeleted)

// onConflictDeleted: UpdateAll brings it back and DoUpdates updates it, as
// in GORM; ErrMatchDeleted is Upsert's alone.
func onConflictDeleted(e *env) {
	docs := seedDocs(e)
	row := upDoc{Slug: "b", Title: "hidden"}
	oc := clause.OnConflict{Columns: onSlug, DoUpdates: clause.AssignmentColumns([]string{"title"})}
	e.ok(e.db.Clauses(oc).Create(&row).Error)
	e.equal("id", row.ID, docs[1].ID)
	e.equal("rows", docLines(e), []string{"a|1", "b|hidden†", "c|3†"})
	rows := []upDoc{{Slug: "c", Title: "back"}, {Slug: "n", Title: "new"}}
	e.ok(e.db.Clauses(clause.OnConflict{Columns: onSlug, UpdateAll: true}).Create(&rows).Error)
	e.equal("id", rows[0].ID, docs[2].ID)
	e.equal("rows", docLines(e), []string{"a|1", "b|hidden†", "c|back", "n|new"})
	left := []upDoc{{Slug: "m", Title: "m"}, {Slug: "b", Title: "x"}}
	e.ok(e.db.Clauses(clause.OnConflict{Columns: onSlug, DoNothing: true}).Create(&left).Error)
	e.equal("id of a deleted row left alone", left[1].ID, docs[1].ID)
}

var _ = register("21 OnConflict with NULL in the target", onConflictNull)

// onConflictNull: NULL never matches, so the row is inserted, with an id of
// its own.
func onConflictNull(e *env) {
	e.migrate(&upNullable{})
	one := int64(1)
	seed := []upNullable{{Tenant: &one, Code: "c", Label: "1"}, {Code: "c", Label: "2"}}
	e.ok(e.db.Create(&seed).Error)
	for i, oc := range []clause.OnConflict{
		{Columns: []clause.Column{{Name: "tenant"}, {Name: "code"}}, UpdateAll: true},
		{Columns: []clause.Column{{Name: "tenant"}, {Name: "code"}}, DoNothing: true},
		{DoNothing: true},
	} {
		label := fmt.Sprint("label ", i)
		rows := []upNullable{{Code: "c", Label: label}, {Tenant: &one, Code: "c", Label: "m"}, {Code: "c", Label: label + "b"}}
		e.ok(e.db.Clauses(oc).Create(&rows).Error)
		for _, r := range []upNullable{rows[0], rows[2]} {
			var s upNullable
			e.ok(e.db.Take(&s, r.ID).Error)
			e.equal("label under the id", s.Label, r.Label)
		}
		e.equal("id of the match", rows[1].ID, seed[0].ID)
	}
	e.equal("number of rows", countOf(e, &upNullable{}), int64(8))
}

var _ = register("21 Save of a slice", saveSlice)

// saveSlice: given keys update, zero keys insert, another unique key that is
// hit is an error.
func saveSlice(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a", "b", "c")
	a, c := postBySlug(e, "a"), postBySlug(e, "c")
	a.Title, c.Slug = "saved", "renamed"
	rows := []upPost{{Slug: "n1", Title: "1"}, c, {Slug: "n2", Title: "2"}, a, {ID: 5000, Slug: "n3", Title: "3"}}
	e.ok(e.db.Save(&rows).Error)
	e.equal("rows", postLines(e), []string{"a|saved|v1|r3|s7", "b|old b|v1|r3|s7", "n1|1|v0|r3|s7", "n2|2|v0|r3|s7", "n3|3|v0|r3|s7", "renamed|old c|v1|r3|s7"})
	sameIDs(e, "Save", rows)
	e.equal("given keys", []uint{rows[1].ID, rows[3].ID, rows[4].ID}, []uint{c.ID, a.ID, 5000})
	clash := []upPost{{Slug: "new", Title: "x"}, {Slug: "a", Title: "x"}}
	upsertLeavesPosts(e, func() {
		if e.db.Save(&clash).Error == nil {
			e.t.Error("a hit on another unique key is no error")
		}
	})
	e.equal("keys after a failure", []uint{clash[0].ID, clash[1].ID}, []uint{0, 0})
}

var _ = register("21 Save and FirstOrCreate of one row", saveOne)

// saveOne: both work as without the plugin.
func saveOne(e *env) {
	e.migrate(&upPost{})
	p := upPost{Slug: "a", Title: "1"}
	e.ok(e.db.Save(&p).Error)
	p.Title = "2"
	e.ok(e.db.Save(&p).Error)
	e.ok(e.db.Save(&upPost{ID: 300, Slug: "c", Title: "given"}).Error)
	var found, made upPost
	e.ok(e.db.Where(upPost{Slug: "a"}).Attrs(upPost{Title: "no"}).FirstOrCreate(&found).Error)
	e.ok(e.db.Where(upPost{Slug: "b"}).Attrs(upPost{Title: "yes"}).FirstOrCreate(&made).Error)
	e.equal("found", found.ID, p.ID)
	e.equal("rows", postLines(e), []string{"a|2|v0|r3|s7", "b|yes|v0|r3|s7", "c|given|v0|r3|s7"})
	ownRows(e, []upPost{made})
}

var _ = register("21 association saves", saveAssociations)

// saveAssociations: Append, Replace and FullSaveAssociations.
func saveAssociations(e *env) {
	owners, langs := seedFamily(e)
	b := owners[1]
	e.ok(e.db.Model(&b).Association("Pets").Append(&upPet{Name: "b 1"}, &upPet{Name: "b 2"}))
	e.ok(e.db.Model(&b).Association("Langs").Append(&langs[1], &upLang{Code: "fr"}))
	e.ok(e.db.Model(&b).Association("Langs").Append(&langs[1])) // there already
	e.equal("langs", e.db.Model(&b).Association("Langs").Count(), int64(2))
	b.Pets[0].Name, b.Name = "renamed", "saved"
	b.Pets = append(b.Pets, upPet{Name: "b 3"})
	e.ok(e.db.Session(&gorm.Session{FullSaveAssociations: true}).Save(&b).Error)
	var pets []upPet
	e.ok(e.db.Order("name").Find(&pets).Error)
	var names []string
	for _, p := range pets {
		names = append(names, p.Name)
		e.equal("owner of "+p.Name, p.OwnerID, b.ID)
	}
	e.equal("pets", names, []string{"b 2", "b 3", "renamed"})
	e.ok(e.db.Model(&b).Association("Langs").Replace([]upLang{{Code: "es"}, langs[0]}))
	var codes []string
	var again upOwner
	e.ok(e.db.Preload("Langs", func(db *gorm.DB) *gorm.DB { return db.Order("code") }).Take(&again, b.ID).Error)
	for _, l := range again.Langs {
		codes = append(codes, l.Code)
	}
	e.equal("langs", codes, []string{"de", "es"})
	e.equal("number of languages", countOf(e, &upLang{}), int64(4))
}
