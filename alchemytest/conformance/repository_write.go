package conformance

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

// article has a field of every kind that an update treats in its own way.
type article struct {
	ID        uint
	Title     string `gorm:"size:100"`
	Views     int64
	Note      *string `gorm:"size:100"`
	Level     int64   `gorm:"default:(40+2)"`
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt
}

var _ = register("01 Add fills key and defaults", func(e *env) {
	e.migrate(&filledRow{})
	r := repository.New[filledRow](e.db, nil)
	row := filledRow{Name: "added"}
	sent := e.statements(func() { e.ok(r.Add(e.ctx, &row)) })
	if e.has(capReturning) {
		e.equal("statements", len(sent), 1)
	}
	stored, err := r.Get(e.ctx, row.ID)
	e.ok(err)
	e.equal("stored row", row, *stored)
	e.equal("defaults", []any{row.Level, row.State, row.Opt}, []any{int64(7), "new", ptr[int64](11)})
	e.wantErr(r.Add(e.ctx, nil), dberr.ErrInvalidValue)
})

var _ = register("02 AddMany fills rows, or none", func(e *env) {
	e.migrate(&filledRow{})
	r := repository.New[filledRow](e.db, nil)
	rows := []filledRow{{Name: "c"}, {Name: "a", State: "s"}, {Name: "b", Opt: ptr[int64](3)}}
	e.ok(r.AddMany(e.ctx, rows))
	for _, row := range rows {
		stored, err := r.Get(e.ctx, row.ID)
		e.ok(err)
		e.equal("stored row of "+row.Name, row, *stored)
	}
	sent := e.allStatements(func() {
		e.ok(r.AddMany(e.ctx, nil))
		e.ok(r.AddMany(e.ctx, []filledRow{}))
	})
	e.equal("statements for no rows", sent, []string(nil))

	bad := []filledRow{{Name: "d"}, {Name: "a"}, {Name: "e", State: "s"}}
	err := r.AddMany(e.ctx, bad)
	e.wantErr(err, gorm.ErrDuplicatedKey)
	e.equal("kind", wantErrAs[*dberr.ConstraintError](e, err).Kind, dberr.Unique)
	e.equal("structs of a failed call", bad, []filledRow{{Name: "d"}, {Name: "a"}, {Name: "e", State: "s"}})
	e.equal("stored names", names(e, &filledRow{}), []string{"a", "b", "c"})
})

// newArticle stores one with all fields set, made long ago.
func newArticle(e *env, r *repository.Repository[article]) article {
	e.t.Helper()
	past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	a := article{Title: "title", Views: 5, Note: ptr("note"), Level: 9, CreatedAt: past, UpdatedAt: past}
	e.ok(r.Add(e.ctx, &a))
	return a
}

var _ = register("04 Update writes the named fields and nothing else", func(e *env) {
	e.migrate(&article{})
	r := repository.New[article](e.db, nil)
	a := newArticle(e, r)
	bystander := newArticle(e, r)
	load := func() article {
		stored, err := r.Get(e.ctx, a.ID)
		e.ok(err)
		return *stored
	}

	// The fields not named hold other values in the struct: they survive.
	e.ok(r.Update(e.ctx, &article{ID: a.ID, Views: 0, Note: nil, Title: "ignored"}, "Views", "note"))
	stored := load()
	e.equal("zero and nil are written", []any{stored.Title, stored.Views, stored.Note, stored.Level}, []any{"title", int64(0), (*string)(nil), int64(9)})
	e.equal("created_at", stored.CreatedAt, a.CreatedAt)
	if !stored.UpdatedAt.After(a.UpdatedAt) {
		e.t.Errorf("updated_at stayed at %v", stored.UpdatedAt)
	}

	full := article{ID: a.ID, Title: "all", Level: 0}
	e.ok(r.Update(e.ctx, &full))
	stored = load()
	e.equal("all fields are written", []any{stored.Title, stored.Views, stored.Note, stored.Level}, []any{"all", int64(0), (*string)(nil), int64(0)})
	e.equal("created_at after all fields", stored.CreatedAt, a.CreatedAt)

	same, err := r.Get(e.ctx, bystander.ID)
	e.ok(err)
	e.equal("another row", *same, bystander)
})

var _ = register("04 Update of what can't be updated", func(e *env) {
	e.migrate(&article{})
	r := repository.New[article](e.db, nil)
	a, gone := newArticle(e, r), newArticle(e, r)
	_, err := r.Delete(e.ctx, gone.ID)
	e.ok(err)
	for _, missing := range []article{{ID: gone.ID, Title: "x"}, {ID: gone.ID + 1000, Title: "x"}} {
		given := missing
		e.wantErr(r.Update(e.ctx, &given, "Title"), gorm.ErrRecordNotFound)
		e.equal("struct of a failed update", given, missing)
	}
	sent := e.statements(func() {
		e.wantErr(r.Update(e.ctx, &article{Title: "x"}), dberr.ErrInvalidKey)
		e.wantErr(r.Update(e.ctx, &article{ID: a.ID}, "Titel"), dberr.ErrUnknownField)
		e.wantErr(r.Update(e.ctx, &article{ID: a.ID}, "CreatedAt"), dberr.ErrMisuse)
		e.wantErr(r.Update(e.ctx, &article{ID: a.ID}, "id"), dberr.ErrMisuse)
		e.wantErr(r.Update(e.ctx, nil), dberr.ErrInvalidValue)
	})
	e.equal("statements", sent, []string(nil))
	stored, err := r.Get(e.ctx, a.ID)
	e.ok(err)
	e.equal("stored row", *stored, a)
})

var _ = register("04 GetAndUpdate writes what changed", func(e *env) {
	e.migrate(&article{})
	r := repository.New[article](e.db, nil)
	a := newArticle(e, r)
	got, err := r.GetAndUpdate(e.ctx, a.ID, func(a *article) error {
		a.Views++
		return nil
	})
	e.ok(err)
	stored, err := r.Get(e.ctx, a.ID)
	e.ok(err)
	e.equal("stored row", *stored, *got)
	e.equal("views, title", []any{stored.Views, stored.Title}, []any{int64(6), "title"})
	if !stored.UpdatedAt.After(a.UpdatedAt) {
		e.t.Errorf("updated_at stayed at %v", stored.UpdatedAt)
	}

	got, err = r.GetAndUpdate(e.ctx, a.ID, func(*article) error { return nil })
	e.ok(err)
	e.equal("row that nothing changed", *got, *stored)
	_, err = r.GetAndUpdate(e.ctx, a.ID, func(a *article) error {
		a.Views = 1000
		return errHook
	})
	e.wantErr(err, errHook)
	_, err = r.GetAndUpdate(e.ctx, a.ID, func(a *article) error {
		a.CreatedAt = time.Now()
		return nil
	})
	e.wantErr(err, dberr.ErrMisuse)
	_, err = r.GetAndUpdate(e.ctx, a.ID+1, func(*article) error { return nil })
	e.wantErr(err, gorm.ErrRecordNotFound)
	after, err := r.Get(e.ctx, a.ID)
	e.ok(err)
	e.equal("row after changes that failed", *after, *stored)
})

var _ = register("29 keys that are no key", func(e *env) {
	e.migrate(&article{})
	r := repository.New[article](e.db, nil)
	a := newArticle(e, r)
	for _, id := range []any{a.ID, int(a.ID), int64(a.ID), repository.Key{"ID": a.ID}, repository.Key{"id": a.ID}, []any{a.ID}} {
		got, err := r.Get(e.ctx, id)
		e.ok(err)
		e.equal(fmt.Sprintf("row of the key %#v", id), *got, a)
	}
	sent := e.statements(func() {
		for _, id := range []any{nil, uint(0), "1", "1 OR 1=1", (*uint)(nil), []any{}, []any{1, 2}, []any{nil}, repository.Key{}, repository.Key{"title": "title"}} {
			_, err := r.Get(e.ctx, id)
			e.wantErr(err, dberr.ErrInvalidKey)
			_, err = r.Delete(e.ctx, id)
			e.wantErr(err, dberr.ErrInvalidKey)
		}
	})
	e.equal("statements", sent, []string(nil))
})

var _ = register("25 Delete returns the row as it was", func(e *env) {
	e.migrate(&article{}, &filledRow{})
	r := repository.New[article](e.db, nil)
	a := newArticle(e, r)
	got, err := r.Delete(e.ctx, a.ID)
	e.ok(err)
	e.equal("deleted row", *got, a)
	_, err = r.Delete(e.ctx, a.ID)
	e.wantErr(err, gorm.ErrRecordNotFound)
	e.equal("rows left, marked", []int64{count(e, e.db, &article{}), count(e, e.db.Unscoped(), &article{})}, []int64{0, 1})

	hard := repository.New[filledRow](e.db, nil)
	row := filledRow{Name: "hard"}
	e.ok(hard.Add(e.ctx, &row))
	deleted, err := hard.Delete(e.ctx, row.ID)
	e.ok(err)
	e.equal("deleted row", *deleted, row)
	e.equal("rows left", count(e, e.db, &filledRow{}), int64(0))
})
