// Package txctx keeps the transaction of each database in a ctx, so that
// every verb which is called with that ctx joins it.
package txctx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
)

// Record is one transaction, or one savepoint in it, from its begin to its
// end. It is safe for concurrent use.
type Record struct {
	DB      *gorm.DB      // a session in the transaction
	Parent  *Record       // what the savepoint is in; nil for a transaction
	Options sql.TxOptions // what the transaction was begun with

	mu     sync.Mutex
	ended  bool
	doomed error
}

// End marks the record: a ctx that holds it is of no use any more.
func (r *Record) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
}

// Ended reports whether the transaction, or what it is in, has ended.
func (r *Record) Ended() bool {
	for ; r != nil; r = r.Parent {
		r.mu.Lock()
		ended := r.ended
		r.mu.Unlock()
		if ended {
			return true
		}
	}
	return false
}

// Doom notes that the transaction holds writes which should have been rolled
// back, so that it must not be committed. A nil record takes no note.
func (r *Record) Doom(err error) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doomed = errors.Join(r.doomed, err)
}

// Doomed returns what Doom was given.
func (r *Record) Doomed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.doomed
}

// key is the ctx key of one database.
type key struct{ database any }

// With returns a ctx in which r is the transaction of db's database.
func With(ctx context.Context, db *gorm.DB, r *Record) context.Context {
	return context.WithValue(ctx, key{database(db)}, r)
}

// From returns the record of db's database in ctx, or nil.
func From(ctx context.Context, db *gorm.DB) *Record {
	r, _ := ctx.Value(key{database(db)}).(*Record)
	return r
}

// database identifies the database behind db. All sessions of one *gorm.DB
// share its pool, prepared statements or not, and so may two of them that
// were opened on one pool. A pool that is not from database/sql is told by
// the callbacks, which sessions share too.
func database(db *gorm.DB) any {
	switch pool := db.ConnPool.(type) {
	case *sql.DB:
		return pool
	case gorm.GetDBConnector:
		if p, err := pool.GetDBConn(); err == nil && p != nil {
			return p
		}
	}
	return db.Callback()
}

// Join returns a new session of db with ctx that works in the transaction of
// ctx, in that of db, or in none; owned tells the last. A ctx whose
// transaction has ended, or is another one than db is in, is an error
// wrapping dberr.ErrOtherTransaction.
func Join(ctx context.Context, db *gorm.DB) (tx *gorm.DB, owned bool, err error) {
	tx = db.Session(&gorm.Session{NewDB: true, Context: ctx})
	r := From(ctx, db)
	inTx := InTransaction(db)
	if r == nil {
		return tx, !inTx, nil
	}
	if r.Ended() {
		return nil, false, fmt.Errorf("%w: it has ended: a ctx of Transaction is good inside its function only", dberr.ErrOtherTransaction)
	}
	if inTx && !same(db.Statement.ConnPool, r.DB.Statement.ConnPool) {
		return nil, false, fmt.Errorf("%w: it is another one than the *gorm.DB is in: use the ctx from before Transaction, or leave WithDB out", dberr.ErrOtherTransaction)
	}
	tx.Statement.ConnPool = r.DB.Statement.ConnPool
	return tx, false, nil
}

// InTransaction reports whether db works in a transaction.
func InTransaction(db *gorm.DB) bool {
	c, ok := db.Statement.ConnPool.(gorm.TxCommitter)
	return ok && c != nil
}

// same reports whether two pools are one transaction, whether prepared
// statements are wrapped around it or not.
func same(a, b gorm.ConnPool) bool {
	x, y := reflect.ValueOf(bare(a)), reflect.ValueOf(bare(b))
	return x.Comparable() && y.Comparable() && x.Equal(y)
}

func bare(pool gorm.ConnPool) gorm.ConnPool {
	for {
		p, ok := pool.(*gorm.PreparedStmtTX)
		if !ok {
			return pool
		}
		pool = p.Tx
	}
}
