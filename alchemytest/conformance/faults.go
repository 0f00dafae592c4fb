package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/repository"
)

// faultyCalls are calls of several statements or rows, run on db. Each
// returns what its structs hold afterwards, too.
func faultyCalls(db *gorm.DB) map[string]func(ctx context.Context) ([]bulkRow, error) {
	few := func() (rows []bulkRow) {
		for i := range 10 {
			rows = append(rows, bulkRow{Name: fmt.Sprintf("n%02d", i), Level: int64(i % 2), State: []string{"", "s"}[i/5]})
		}
		return rows
	}
	byName := clauses.Upsert{Match: []string{"Name"}}
	return map[string]func(ctx context.Context) ([]bulkRow, error){
		"create": func(ctx context.Context) ([]bulkRow, error) {
			rows := few()
			return rows, db.WithContext(ctx).Create(&rows).Error
		},
		inBatches: func(ctx context.Context) ([]bulkRow, error) {
			rows := few()
			return rows, db.WithContext(ctx).CreateInBatches(&rows, 4).Error
		},
		"create in chunks": func(ctx context.Context) ([]bulkRow, error) {
			rows, _ := bulkRows(14_000)
			return rows, db.WithContext(ctx).Create(&rows).Error
		},
		"upsert": func(ctx context.Context) ([]bulkRow, error) {
			rows := append(few(), bulkRow{Name: "n03", Amount: 1}, bulkRow{Name: "n03", Level: 3})
			return rows, db.WithContext(ctx).Clauses(byName).Create(&rows).Error
		},
		"AddMany": func(ctx context.Context) ([]bulkRow, error) {
			rows := few()
			return rows, repository.New[bulkRow](db, nil).AddMany(ctx, rows)
		},
		"UpsertMany": func(ctx context.Context) ([]bulkRow, error) {
			rows := few()
			return rows, repository.New[bulkRow](db, nil).UpsertMany(ctx, rows, byName)
		},
	}
}

// inBatches is the one call whose structs may keep what earlier batches put
// into them: GORM makes each batch a call of its own.
const inBatches = "create in batches"

// untouched checks that a call which failed left no row and no key: each
// explicit key of bulkRows is beyond a million.
func untouched(e *env, name, step string, rows []bulkRow) {
	e.t.Helper()
	what := name + ", " + step
	for i, r := range rows {
		if name == inBatches {
			break
		}
		if r.ID != 0 && r.ID < 1_000_000 || r.ID == 0 && r.Level == 42 {
			e.t.Errorf("%s: struct %d is left as %+v", what, i, r)
			break
		}
	}
	e.equal(what+": stored rows", count(e, e.db, &bulkRow{}), int64(0))
}

// wrap gives a driver's error its type, as the verbs of this module do.
func (e *env) wrap(err error) error {
	e.t.Helper()
	cfg, broken := config.Of(e.db)
	e.ok(broken)
	return cfg.Dialect.Wrap(err)
}

// at runs call again and again with a fault: before its first statement in a
// transaction, before its second, and so on in growing steps, and at last
// before COMMIT. check looks at what each failed call left. Then the call has
// to pass without a fault.
func at(e *env, fault func(conn gorm.ConnPool), call func() ([]bulkRow, error), check func(step string, rows []bulkRow, err error)) {
	e.t.Helper()
	for point, met := 0, ""; met != "COMMIT"; point += 1 + point/2 {
		met = ""
		seen := 0
		e.rec.intercept(func(conn gorm.ConnPool, text string) {
			if _, inside := conn.(gorm.TxCommitter); !inside || met != "" {
				return
			}
			if seen++; seen > point || text == "COMMIT" {
				met = text
				fault(conn)
			}
		})
		rows, err := call()
		e.rec.intercept(nil)
		if met == "" {
			e.t.Fatalf("the call came to its end without a COMMIT, error %v", err)
		}
		check(fmt.Sprintf("fault %d before %.40q", point, met), rows, err)
	}
	_, err := call()
	e.ok(err)
	e.ok(e.db.Exec("DELETE FROM " + e.table("bulk_rows")).Error)
}

var _ = registerLoad("38 a cancelled context leaves nothing half done", func(e *env) {
	e.migrate(&bulkRow{})
	for name, call := range faultyCalls(e.db) {
		cancelled, cancel := context.WithCancel(e.ctx)
		cancel()
		rows, err := call(cancelled)
		e.wantErr(err, context.Canceled)
		untouched(e, name, "cancelled before", rows)

		ctx, cancel := context.WithCancel(e.ctx)
		at(e, func(gorm.ConnPool) { cancel() }, func() ([]bulkRow, error) {
			ctx, cancel = context.WithCancel(e.ctx)
			defer cancel()
			return call(ctx)
		}, func(step string, rows []bulkRow, err error) {
			if err == nil {
				e.t.Fatalf("%s, %s: no error", name, step)
			}
			untouched(e, name, step, rows)
		})
		cancel()
	}
})

var _ = register("38 a closed pool is an error of connection", func(e *env) {
	e.migrate(&bulkRow{})
	db := e.open(&gorm.Config{})
	pool, err := db.DB()
	e.ok(err)
	e.ok(pool.Close())
	for name, call := range faultyCalls(db) {
		rows, err := call(e.ctx)
		e.wantErr(e.wrap(err), dberr.ErrConnection)
		untouched(e, name, "pool closed", rows)
	}
	_, err = repository.New[bulkRow](db, nil).List(e.ctx)
	e.wantErr(err, dberr.ErrConnection)
	e.wantErr(repository.Transaction(e.ctx, db, func(context.Context) error { return nil }, nil), dberr.ErrConnection)
})

var _ = registerLoad("38 a connection lost at any point leaves nothing half done", func(e *env) {
	if !e.has(capKillConnection) {
		e.t.Log("this database has no connections to lose")
		return
	}
	e.migrate(&bulkRow{})
	calls := faultyCalls(e.db)
	for name, call := range calls {
		at(e, e.kill, func() ([]bulkRow, error) { return call(e.ctx) }, func(step string, rows []bulkRow, err error) {
			if err == nil {
				e.t.Fatalf("%s, %s: no error", name, step)
			}
			if !errors.Is(e.wrap(err), dberr.ErrConnection) {
				e.t.Errorf("%s, %s: error is %v, want a lost connection", name, step, err)
			}
			untouched(e, name, step, rows)
		})
	}
})

var _ = register("38 a connection lost under the caller's transaction", func(e *env) {
	if !e.has(capKillConnection) {
		e.t.Log("this database has no connections to lose")
		return
	}
	e.migrate(&bulkRow{})
	rows := []bulkRow{{Name: "a"}, {Name: "b", State: "s"}}
	before := slices.Clone(rows)
	err := e.db.Transaction(func(tx *gorm.DB) error {
		e.ok(tx.Create(&bulkRow{Name: "first"}).Error)
		e.kill(tx.Statement.ConnPool)
		err := repository.New[bulkRow](tx, nil).AddMany(e.ctx, rows)
		e.wantErr(err, dberr.ErrConnection)
		return err
	})
	e.wantErr(err, dberr.ErrConnection)
	e.equal("structs", rows, before)
	e.ok(e.db.Create(&bulkRow{Name: "next"}).Error)
	e.equal("stored names", names(e, &bulkRow{}), []string{"next"})
})
