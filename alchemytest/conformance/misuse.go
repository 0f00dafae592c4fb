package conformance

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

// everyVerb calls each verb of a repository once and returns the errors.
func everyVerb[T any](ctx context.Context, r *repository.Repository[T]) map[string]error {
	errs := map[string]error{
		"Add": r.Add(ctx, new(T)), "AddMany": r.AddMany(ctx, make([]T, 2)),
		"Update": r.Update(ctx, new(T)),
		"Upsert": r.Upsert(ctx, new(T), clauses.Upsert{}), "UpsertMany": r.UpsertMany(ctx, make([]T, 2), clauses.Upsert{}),
		"DB": r.DB(ctx).Find(&[]T{}).Error,
	}
	_, errs["GetOrUpsert"] = r.GetOrUpsert(ctx, new(T), clauses.Upsert{})
	_, errs["GetAndUpdate"] = r.GetAndUpdate(ctx, 1, func(*T) error { return nil })
	_, errs["Get"] = r.Get(ctx, 1)
	_, errs["GetOne"] = r.GetOne(ctx)
	_, errs["GetOneOrNil"] = r.GetOneOrNil(ctx)
	_, errs["List"] = r.List(ctx)
	_, errs["Count"] = r.Count(ctx)
	_, errs["Exists"] = r.Exists(ctx)
	_, errs["Delete"] = r.Delete(ctx, 1)
	return errs
}

// refuses checks that every verb fails with target and that nothing is sent.
func refuses[T any](ctx context.Context, e *env, what string, r *repository.Repository[T], target error) {
	e.t.Helper()
	sent := e.allStatements(func() {
		for verb, err := range everyVerb(ctx, r) {
			e.t.Run(what+" "+verb, func(t *testing.T) {
				inner := *e
				inner.t = t
				inner.wantErr(err, target)
			})
		}
	})
	e.equal("statements of "+what, sent, []string(nil))
}

var _ = register("42 repositories that can't be", func(e *env) {
	e.migrate(&filledRow{})
	bare := e.openPlain(&gorm.Config{})
	refuses(e.ctx, e, "nil db", repository.New[filledRow](nil, nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "empty db", repository.New[filledRow](&gorm.DB{}, nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "no plugin", repository.New[filledRow](bare, nil), dberr.ErrNotInstalled)
	refuses(e.ctx, e, "pointer type", repository.New[*filledRow](e.db, nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "no struct", repository.New[int](e.db, nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "map", repository.New[map[string]any](e.db, nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "db with a condition", repository.New[filledRow](e.db.Where("1 = 0"), nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "unknown value", repository.New[filledRow](e.db, &repository.Options{Values: map[string]any{"Nmae": 1}}), dberr.ErrUnknownField)
	refuses(e.ctx, e, "nil scope", repository.New[filledRow](e.db, &repository.Options{Scopes: []repository.Scope{nil}}), dberr.ErrMisuse)
	refuses(e.ctx, e, "zero repository", new(repository.Repository[filledRow]), dberr.ErrMisuse)
	refuses(e.ctx, e, "nil repository", (*repository.Repository[filledRow])(nil), dberr.ErrMisuse)
	refuses(e.ctx, e, "WithDB of nil", repository.New[filledRow](e.db, nil).WithDB(nil), dberr.ErrMisuse)
})

var _ = register("42 what a create has no use for", func(e *env) {
	e.migrate(&filledRow{})
	r := repository.New[filledRow](e.db, nil)
	for what, scope := range map[string]repository.Scope{
		"Where":  func(db *gorm.DB) *gorm.DB { return db.Where("name = ?", "a") },
		"Order":  func(db *gorm.DB) *gorm.DB { return db.Order("name") },
		"Limit":  func(db *gorm.DB) *gorm.DB { return db.Limit(1) },
		"Upsert": func(db *gorm.DB) *gorm.DB { return db.Clauses(clauses.Upsert{}) },
	} {
		sent := e.allStatements(func() {
			for verb, err := range map[string]error{
				"Add":     r.Add(e.ctx, &filledRow{Name: "a"}, scope),
				"AddMany": r.AddMany(e.ctx, []filledRow{{Name: "a"}, {Name: "b"}}, scope),
			} {
				e.equal(fmt.Sprintf("%s with %s is misuse: %v", verb, what, err), errors.Is(err, dberr.ErrMisuse), true)
			}
		})
		e.equal("statements of "+what, sent, []string(nil))
	}
	e.equal("stored rows", count(e, e.db, &filledRow{}), int64(0))
})

var _ = register("42 transactions that can't be", func(e *env) {
	bare := e.openPlain(&gorm.Config{})
	never := func(context.Context) error {
		e.t.Error("the function was called")
		return errHook
	}
	sent := e.allStatements(func() {
		e.wantErr(repository.Transaction(e.ctx, nil, never, nil), dberr.ErrMisuse)
		e.wantErr(repository.Transaction(e.ctx, e.db, nil, nil), dberr.ErrMisuse)
		e.wantErr(repository.Transaction(e.ctx, bare, never, nil), dberr.ErrNotInstalled)
	})
	e.equal("statements", sent, []string(nil))

	sent = e.allStatements(func() {
		var none context.Context
		r := repository.New[filledRow](e.db, nil)
		e.wantErr(repository.Transaction(none, e.db, never, nil), dberr.ErrMisuse)
		e.wantErr(r.Add(none, &filledRow{Name: "a"}), dberr.ErrMisuse)
		e.wantErr(r.Update(none, &filledRow{ID: 1}), dberr.ErrMisuse)
		e.wantErr(r.DB(none).Find(&[]filledRow{}).Error, dberr.ErrMisuse)
		_, err := r.Get(none, 1)
		e.wantErr(err, dberr.ErrMisuse)
	})
	e.equal("statements without a ctx", sent, []string(nil))

	// The ctx of a transaction is of no use once it is over.
	e.migrate(&filledRow{})
	r := repository.New[filledRow](e.db, nil)
	var over context.Context
	e.ok(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
		over = ctx
		return nil
	}, nil))
	e.wantErr(r.Add(over, &filledRow{Name: "late"}), dberr.ErrOtherTransaction)
	_, err := r.List(over)
	e.wantErr(err, dberr.ErrOtherTransaction)
	e.equal("stored rows", count(e, e.db, &filledRow{}), int64(0))
})

var _ = register("42 plugins that can't be used", func(e *env) {
	p := alchemy.New(alchemy.Config{})
	e.ok(e.openPlain(&gorm.Config{}).Use(p))
	if err := e.openPlain(&gorm.Config{}).Use(p); err == nil {
		e.t.Error("one plugin was taken by two databases")
	}
	if err := e.db.Use(alchemy.New(alchemy.Config{})); err == nil {
		e.t.Error("a database took the plugin twice")
	}
	if err := e.openPlain(&gorm.Config{}).Use(alchemy.New(alchemy.Config{Savepoints: 99})); err == nil {
		e.t.Error("an unknown value of Savepoints was taken")
	}
})
