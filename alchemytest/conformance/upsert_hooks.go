package conformance

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
)

// upHooked writes down which hooks ran and what they saw.
type upHooked struct {
	ID    uint
	Slug  string   `gorm:"size:50;uniqueIndex"`
	Title string   `gorm:"size:50"`
	Calls []string `gorm:"-"`
}

var errVeto = errors.New("vetoed by a hook")

func (h *upHooked) note(what string) {
	h.Calls = append(h.Calls, fmt.Sprintf("%s:%t", what, h.ID != 0))
}

func (h *upHooked) BeforeSave(*gorm.DB) error { h.note("before save"); return nil }

// BeforeCreate changes the key of the row.
func (h *upHooked) BeforeCreate(*gorm.DB) error {
	h.note("before create")
	h.Slug = strings.ToLower(h.Slug)
	if h.Title == "veto before" {
		return errVeto
	}
	return nil
}

func (h *upHooked) AfterCreate(*gorm.DB) error {
	h.note("after create")
	if h.Title == "veto after" {
		return errVeto
	}
	return nil
}

func (h *upHooked) AfterSave(*gorm.DB) error { h.note("after save"); return nil }

var _ = register("18 upsert runs the hooks of every row", upsertHooks)

// upsertHooks: new, updated and ignored rows alike; what a hook changes is
// what is matched; keys are there in the hooks after the write.
func upsertHooks(e *env) {
	e.migrate(&upHooked{})
	seed := upHooked{Slug: "a", Title: "1"}
	e.ok(e.db.Create(&seed).Error)
	all := []string{"before save:false", "before create:false", "after create:true", "after save:true"}
	for name, u := range map[string]clauses.Upsert{"update": bySlug, "do nothing": {Match: []string{"slug"}, DoNothing: true}} {
		rows := []*upHooked{{Slug: "N " + name, Title: "2"}, {Slug: "A", Title: "1"}, {Slug: "A", Title: "1"}}
		e.ok(e.db.Clauses(u).Create(rows).Error)
		for i, r := range rows {
			e.equal(fmt.Sprintf("%s: hooks of row %d", name, i), r.Calls, all)
		}
		e.equal(name+": id of the match", rows[1].ID, seed.ID)
		quiet := upHooked{Slug: "a"}
		e.ok(e.db.Session(&gorm.Session{SkipHooks: true}).Clauses(u).Create(&quiet).Error)
		e.equal(name+": hooks that are skipped", quiet.Calls, []string(nil))
	}
	e.equal("number of rows", countOf(e, &upHooked{}), int64(3))
}

var _ = register("18 upsert is undone by a hook's error", upsertHookVeto)

// upsertHookVeto: an error before or after the write leaves nothing behind,
// in the table or in the keys of the structs.
func upsertHookVeto(e *env) {
	e.migrate(&upHooked{})
	e.ok(e.db.Create(&upHooked{Slug: "a", Title: "1"}).Error)
	for _, title := range []string{"veto before", "veto after"} {
		rows := []upHooked{{Slug: "n", Title: "x"}, {Slug: "a", Title: title}, {Slug: "m", Title: "x"}}
		e.wantErr(e.db.Clauses(bySlug).Create(&rows).Error, errVeto)
		var titles []string
		e.ok(e.db.Model(&upHooked{}).Order("slug").Pluck("title", &titles).Error)
		e.equal(title+": titles", titles, []string{"1"})
		e.equal(title+": keys", []uint{rows[0].ID, rows[1].ID, rows[2].ID}, []uint{0, 0, 0})
	}
}
