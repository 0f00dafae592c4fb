package txctx

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy/dberr"
)

// pool is a gorm.ConnPool that sends nothing; inTx makes it a transaction.
type pool struct{ gorm.ConnPool }

type txPool struct{ pool }

func (*txPool) Commit() error   { return nil }
func (*txPool) Rollback() error { return nil }
func (*txPool) StmtContext(context.Context, *sql.Stmt) *sql.Stmt {
	return nil
}

func open(t *testing.T, p gorm.ConnPool) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{ConnPool: p, DisableAutomaticPing: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// begun is a session of db in the transaction p.
func begun(db *gorm.DB, p gorm.ConnPool) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true, Context: db.Statement.Context})
	tx.Statement.ConnPool = p
	return tx
}

func TestJoinNothing(t *testing.T) {
	p := &pool{}
	db := open(t, p)
	type mine struct{}
	ctx := context.WithValue(t.Context(), mine{}, 1)
	tx, owned, err := Join(ctx, db.Where("id = 1"))
	if err != nil || !owned || tx.Statement.ConnPool != gorm.ConnPool(p) {
		t.Fatalf("owned %v, %v", owned, err)
	}
	inst := tx.Scopes()
	if len(inst.Statement.Clauses) != 0 || inst.Statement.Context.Value(mine{}) != 1 {
		t.Error("the session carries a condition, or another ctx")
	}
}

func TestJoinCtx(t *testing.T) {
	db := open(t, &pool{})
	p := &txPool{}
	ctx := With(t.Context(), db, &Record{DB: begun(db, p)})
	for name, session := range map[string]*gorm.DB{
		"same": db, "session": db.Session(&gorm.Session{SkipHooks: true}), "in it": begun(db, p),
		"prepared": begun(db, &gorm.PreparedStmtTX{Tx: p}),
	} {
		tx, owned, err := Join(ctx, session)
		if err != nil || owned || tx.Statement.ConnPool != gorm.ConnPool(p) {
			t.Errorf("%s: owned %v, %v", name, owned, err)
		}
	}
	if db.Statement.ConnPool == gorm.ConnPool(p) {
		t.Error("the *gorm.DB itself was moved into the transaction")
	}
}

func TestJoinOther(t *testing.T) {
	db, other := open(t, &pool{}), open(t, &pool{})
	ctx := With(t.Context(), db, &Record{DB: begun(db, &txPool{})})
	if _, _, err := Join(ctx, begun(db, &txPool{})); !errors.Is(err, dberr.ErrOtherTransaction) {
		t.Errorf("bound to another transaction: %v", err)
	}
	if _, owned, err := Join(ctx, other); err != nil || !owned {
		t.Errorf("another database: owned %v, %v", owned, err)
	}
	if _, owned, err := Join(t.Context(), begun(db, &txPool{})); err != nil || owned {
		t.Errorf("bound, no ctx transaction: owned %v, %v", owned, err)
	}
}

func TestEnded(t *testing.T) {
	db := open(t, &pool{})
	outer := &Record{DB: begun(db, &txPool{})}
	inner := &Record{DB: outer.DB, Parent: outer}
	ctx := With(t.Context(), db, inner)
	if _, _, err := Join(ctx, db); err != nil {
		t.Fatal(err)
	}
	outer.End()
	if !inner.Ended() {
		t.Error("a savepoint outlives its transaction")
	}
	if _, _, err := Join(ctx, db); !errors.Is(err, dberr.ErrOtherTransaction) {
		t.Errorf("ended: %v", err)
	}
}

func TestDoomed(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	r := &Record{}
	if r.Doomed() != nil {
		t.Error("doomed from the start")
	}
	r.Doom(one)
	r.Doom(two)
	if err := r.Doomed(); !errors.Is(err, one) || !errors.Is(err, two) {
		t.Error(err)
	}
	var none *Record
	none.Doom(one) // a transaction that isn't ours takes no note
}

func TestDatabase(t *testing.T) {
	shared := sql.OpenDB(nil)
	a, b, c := open(t, shared), open(t, shared), open(t, sql.OpenDB(nil))
	r := &Record{DB: a}
	ctx := With(t.Context(), a, r)
	if From(ctx, b) != r {
		t.Error("two *gorm.DB on one pool are two databases")
	}
	if From(ctx, c) != nil {
		t.Error("two pools are one database")
	}
	prepared := a.Session(&gorm.Session{PrepareStmt: true})
	if From(ctx, prepared) != r {
		t.Error("a session with prepared statements is another database")
	}
}
