package conformance

import (
	"context"
	"strings"

	"gorm.io/gorm"

	alchemy "github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

// sentSavepoint reports whether a savepoint is among the statements.
func sentSavepoint(sent []string) bool {
	for _, s := range sent {
		if strings.HasPrefix(strings.ToUpper(s), "SAVE") {
			return true
		}
	}
	return false
}

// failing are calls that fail on the name "taken", each of them half way,
// and what they must leave as it was.
func failing(e *env) map[string]func(tx *gorm.DB) error {
	many := func() []filledRow { return []filledRow{{Name: "x"}, {Name: "y", State: "s"}, {Name: "taken"}} }
	// Matched by key, so that the name is a second key which is hit.
	byKey := func() []filledRow {
		return []filledRow{{ID: 7001, Name: "x"}, {ID: 7002, Name: "y", State: "s"}, {ID: 7003, Name: "taken"}}
	}
	return map[string]func(tx *gorm.DB) error{
		"upsert of a slice": func(tx *gorm.DB) error {
			rows := byKey()
			err := tx.Clauses(clauses.Upsert{}).Create(&rows).Error
			e.equal("structs", rows, byKey())
			return err
		},
		"AddMany": func(tx *gorm.DB) error {
			rows := many()
			err := repository.New[filledRow](tx, nil).AddMany(e.ctx, rows)
			e.equal("structs", rows, many())
			return err
		},
		"UpsertMany": func(tx *gorm.DB) error {
			rows := byKey()
			err := repository.New[filledRow](tx, nil).UpsertMany(e.ctx, rows, clauses.Upsert{})
			e.equal("structs", rows, byKey())
			return err
		},
	}
}

// usable runs a call that fails in a transaction of the caller, which goes on
// and commits, and returns the statements.
func usable(e *env, db *gorm.DB, call func(tx *gorm.DB) error) []string {
	e.t.Helper()
	e.ok(db.Exec("DELETE FROM " + e.table("filled_rows")).Error)
	e.ok(db.Create(&filledRow{Name: "taken"}).Error)
	sent := e.allStatements(func() {
		e.ok(db.Transaction(func(tx *gorm.DB) error {
			e.ok(tx.Create(&filledRow{Name: "before"}).Error)
			e.wantErr(call(tx), gorm.ErrDuplicatedKey)
			return tx.Create(&filledRow{Name: "later"}).Error
		}))
	})
	e.equal("stored names", names(e, &filledRow{}), []string{"before", "later", "taken"})
	return sent
}

var _ = register("36 a failed call of many rows leaves the transaction usable", func(e *env) {
	e.migrate(&filledRow{})
	for name, call := range failing(e) {
		e.equal(name+" takes a savepoint", sentSavepoint(usable(e, e.db, call)), true)
	}
})

var _ = register("36 a failed call of one row with Savepoints Always", func(e *env) {
	e.migrate(&filledRow{})
	db := e.openWith(&gorm.Config{}, alchemy.Config{Savepoints: alchemy.SavepointsAlways})
	calls := failing(e)
	calls["Add"] = func(tx *gorm.DB) error {
		return repository.New[filledRow](tx, nil).Add(e.ctx, &filledRow{Name: "taken"})
	}
	calls["upsert of one row"] = func(tx *gorm.DB) error {
		return tx.Clauses(clauses.Upsert{}).Create(&filledRow{ID: 7001, Name: "taken"}).Error
	}
	calls["Update"] = func(tx *gorm.DB) error {
		r := repository.New[filledRow](tx, nil)
		row, err := r.GetOne(e.ctx, func(db *gorm.DB) *gorm.DB { return db.Where("name = ?", "before") })
		e.ok(err)
		row.Name = "taken"
		return r.Update(e.ctx, row, "Name")
	}
	for name, call := range calls {
		e.equal(name+" takes a savepoint", sentSavepoint(usable(e, db, call)), true)
	}
})

var _ = register("36 savepoints are taken by verb and setting", func(e *env) {
	e.migrate(&filledRow{})
	for _, c := range []struct {
		savepoints alchemy.Savepoints
		one, many  bool
	}{
		{alchemy.SavepointsAuto, false, true}, {alchemy.SavepointsAlways, true, true}, {alchemy.SavepointsNever, false, false},
	} {
		db := e.openWith(&gorm.Config{}, alchemy.Config{Savepoints: c.savepoints})
		e.ok(db.Exec("DELETE FROM " + e.table("filled_rows")).Error)
		e.ok(db.Transaction(func(tx *gorm.DB) error {
			r := repository.New[filledRow](tx, nil)
			one := e.allStatements(func() { e.ok(r.Add(e.ctx, &filledRow{Name: "one"})) })
			e.equal("savepoint for one row", sentSavepoint(one), c.one)
			many := e.allStatements(func() { e.ok(r.AddMany(e.ctx, []filledRow{{Name: "slice of one"}})) })
			e.equal("savepoint for a slice of one row", sentSavepoint(many), c.many)
			return nil
		}))
		e.equal("stored names", names(e, &filledRow{}), []string{"one", "slice of one"})
	}
})

var _ = register("35 repositories share a transaction", func(e *env) {
	e.migrate(&filledRow{}, &article{})
	rows, articles := repository.New[filledRow](e.db, nil), repository.New[article](e.db, nil)
	both := func(ctx context.Context, name string) {
		e.ok(rows.Add(ctx, &filledRow{Name: name}))
		e.ok(articles.Add(ctx, &article{Title: name}))
	}
	stored := func() []int64 { return []int64{count(e, e.db, &filledRow{}), count(e, e.db, &article{})} }

	sent := e.allStatements(func() {
		e.ok(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
			both(ctx, "kept")
			return nil
		}, nil))
	})
	e.equal("transactions", occurrences(sent, "BEGIN"), 1)
	e.equal("rows", stored(), []int64{1, 1})

	e.wantErr(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
		both(ctx, "undone by an error")
		return errHook
	}, nil), errHook)
	e.equal("rows after an error", stored(), []int64{1, 1})

	func() {
		defer func() { e.equal("panic", recover(), any("stop")) }()
		_ = repository.Transaction(e.ctx, e.db, func(ctx context.Context) error { // it panics
			both(ctx, "undone by a panic")
			panic("stop")
		}, nil)
	}()
	e.equal("rows after a panic", stored(), []int64{1, 1})

	e.ok(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
		both(ctx, "outer")
		e.wantErr(repository.Transaction(ctx, e.db, func(ctx context.Context) error {
			both(ctx, "inner")
			return errHook
		}, nil), errHook)
		return nil
	}, nil))
	e.equal("rows after an inner error", stored(), []int64{2, 2})
	e.equal("names", names(e, &filledRow{}), []string{"kept", "outer"})
})
