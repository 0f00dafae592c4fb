package conformance

import (
	"context"
	"database/sql"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// recorder keeps the text of every statement that reaches a connection pool.
// It sits between GORM and database/sql, so it counts what is sent and not
// what is logged. It is safe for concurrent use.
type recorder struct {
	mu     sync.Mutex
	sent   []string
	before func(conn gorm.ConnPool, text string)
}

// intercept has f called before every statement is sent, with the connection
// that it will go to; nil ends it. What f sends itself is not recorded.
func (r *recorder) intercept(f func(conn gorm.ConnPool, text string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = f
}

func (r *recorder) add(conn gorm.ConnPool, text string) {
	r.mu.Lock()
	r.sent = append(r.sent, text)
	before := r.before
	r.mu.Unlock()
	if before != nil {
		before(conn, text)
	}
}

// mark is the point from which since reads.
func (r *recorder) mark() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sent)
}

func (r *recorder) since(mark int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.sent[mark:]...)
}

// isTransactionControl tells BEGIN and the like from statements that read or
// write rows.
func isTransactionControl(text string) bool {
	word, rest, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), " ")
	switch word {
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return true
	case "SAVE":
		return strings.HasPrefix(rest, "TRAN")
	}
	return false
}

// recordingDialector puts the recorder under everything that GORM builds on
// the pool, its prepared statements included. It takes itself out again
// while it initialises: drivers ask the dialector of a *gorm.DB for
// interfaces that a wrapper would hide.
type recordingDialector struct {
	gorm.Dialector
	rec *recorder
}

func (d recordingDialector) Apply(cfg *gorm.Config) error {
	if inner, is := d.Dialector.(interface{ Apply(*gorm.Config) error }); is {
		return inner.Apply(cfg)
	}
	return nil
}

func (d recordingDialector) Initialize(db *gorm.DB) error {
	db.Dialector = d.Dialector
	err := d.Dialector.Initialize(db)
	if db.ConnPool != nil {
		db.ConnPool = &recordingPool{ConnPool: db.ConnPool, rec: d.rec}
	}
	return err
}

// recordingPool is the pool of a *gorm.DB outside transactions.
type recordingPool struct {
	gorm.ConnPool
	rec *recorder
}

var (
	_ gorm.ConnPoolBeginner = (*recordingPool)(nil)
	_ gorm.GetDBConnector   = (*recordingPool)(nil)
	_ gorm.Tx               = (*recordingTx)(nil)
	_ gorm.GetDBConnector   = (*recordingTx)(nil)
)

func (p *recordingPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	p.rec.add(p.ConnPool, query)
	return p.ConnPool.PrepareContext(ctx, query)
}

func (p *recordingPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.rec.add(p.ConnPool, query)
	return p.ConnPool.ExecContext(ctx, query, args...)
}

func (p *recordingPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.rec.add(p.ConnPool, query)
	return p.ConnPool.QueryContext(ctx, query, args...)
}

func (p *recordingPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.rec.add(p.ConnPool, query)
	return p.ConnPool.QueryRowContext(ctx, query, args...)
}

// BeginTx begins on the pool below. On failure it returns a typed nil, as
// *sql.DB does, because GORM rolls back what it got.
func (p *recordingPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	p.rec.add(p.ConnPool, "BEGIN")
	var (
		tx  gorm.ConnPool
		err error
	)
	switch b := p.ConnPool.(type) {
	case gorm.TxBeginner:
		tx, err = b.BeginTx(ctx, opts)
	case gorm.ConnPoolBeginner:
		tx, err = b.BeginTx(ctx, opts)
	default:
		err = gorm.ErrInvalidTransaction
	}
	if err != nil {
		return (*recordingTx)(nil), err
	}
	inner, is := tx.(gorm.Tx)
	if !is {
		return (*recordingTx)(nil), gorm.ErrInvalidTransaction
	}
	return &recordingTx{Tx: inner, pool: p}, nil
}

// GetDBConn lets db.DB() work.
func (p *recordingPool) GetDBConn() (*sql.DB, error) {
	switch pool := p.ConnPool.(type) {
	case *sql.DB:
		return pool, nil
	case gorm.GetDBConnector:
		return pool.GetDBConn()
	}
	return nil, gorm.ErrInvalidDB
}

// Ping is what gorm.Open calls.
func (p *recordingPool) Ping() error {
	db, err := p.GetDBConn()
	if err != nil {
		return err
	}
	return db.Ping()
}

// recordingTx is a transaction on a recordingPool. It is used as a pointer:
// GORM's Commit asks whether its pool is nil, which a struct can't answer.
type recordingTx struct {
	gorm.Tx
	pool *recordingPool
}

func (t *recordingTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	t.pool.rec.add(t.Tx, query)
	return t.Tx.PrepareContext(ctx, query)
}

func (t *recordingTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.pool.rec.add(t.Tx, query)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *recordingTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.pool.rec.add(t.Tx, query)
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t *recordingTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.pool.rec.add(t.Tx, query)
	return t.Tx.QueryRowContext(ctx, query, args...)
}

func (t *recordingTx) Commit() error {
	t.pool.rec.add(t.Tx, "COMMIT")
	return t.Tx.Commit()
}

func (t *recordingTx) Rollback() error {
	t.pool.rec.add(t.Tx, "ROLLBACK")
	return t.Tx.Rollback()
}

// GetDBConn lets db.DB() work inside a transaction.
func (t *recordingTx) GetDBConn() (*sql.DB, error) { return t.pool.GetDBConn() }
