package callbacks

import (
	"errors"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/dialect"
	"github.com/gormalchemy/alchemy/internal/retry"
)

// mode is what an attempt has learned from the one before.
type mode struct {
	fold    bool // rows of one batch may be one to the database, and two to us
	silent  bool // the table doesn't tell whether a row is new
	cells   bool // arrays were refused: one parameter a cell
	inOrder bool // key order was refused: one row takes what another of the batch gives up

	restartable bool // a refusal costs nothing but time
}

// attempts runs the statements of a call, and runs them again where that is
// safe. A batch that holds one key twice by the database's reckoning is sent
// again in rounds, a table that doesn't tell what is new isn't asked again,
// a deadlock and the like is tried again after a pause.
func (w *creator) attempts(db *gorm.DB, c *call, m mode, run func(mode) error) error {
	m.restartable = !db.DryRun && c.canRestart(db)
	again := false
	once := func() error {
		for {
			if again {
				if err := c.restart(db); err != nil {
					return err
				}
			}
			again = true
			err := run(m)
			if err == nil || !m.restartable || !w.learn(db.Statement, &m, err) {
				return err
			}
		}
	}
	mayRetry := m.restartable && c.boundary != atSavepoint
	return retry.Do(db.Statement.Context, retry.Policy{
		Retry: func(err error) bool { return mayRetry && w.config.Dialect.Retryable(err) },
	}, once)
}

// learn changes the mode so that the error won't come again, if it can.
func (w *creator) learn(stmt *gorm.Statement, m *mode, err error) bool {
	switch d := w.config.Dialect; {
	case !m.fold && d.HitsTwice(err):
		m.fold = true
	case !m.silent && d.RefusesNew(err):
		m.silent = true
		d.SetSilent(stmt)
	case !m.inOrder && isMany(stmt) && d.IsUnique(err):
		m.inOrder = true
	case !m.cells && d.RefusesArrays(err):
		m.cells = true
		d.TookArrays(stmt, false)
	default:
		return false
	}
	return true
}

// arrays tells how the columns of an insert are sent.
func (m mode) arrays(d *dialect.Dialect, stmt *gorm.Statement, rows int) dialect.Arrays {
	if m.cells || stmt.DryRun {
		return dialect.NoArrays
	}
	return d.Arrays(stmt, rows, m.restartable)
}

// canRestart reports whether all that was sent since the boundary was sent
// by gorm:create: no hook before it, no association.
func (c *call) canRestart(db *gorm.DB) bool {
	stmt := db.Statement
	if _, inTx := stmt.ConnPool.(gorm.TxCommitter); inTx && c.boundary == nothing {
		return false
	}
	if !stmt.SkipHooks && (stmt.Schema.BeforeSave || stmt.Schema.BeforeCreate) {
		return false
	}
	return !linksParents(stmt)
}

// linksParents reports whether some row has a belongs-to association to save.
func linksParents(stmt *gorm.Statement) bool {
	if len(stmt.Schema.Relationships.BelongsTo) == 0 {
		return false
	}
	found := errors.New("found")
	return eachInput(stmt, func(int) {}, func(r row) error {
		for _, rel := range stmt.Schema.Relationships.BelongsTo {
			if _, zero := r.get(stmt.Context, rel.Field); !zero {
				return found
			}
		}
		return nil
	}) != nil
}

// restart undoes what was sent and opens the boundary anew.
func (c *call) restart(db *gorm.DB) error {
	stmt := db.Statement
	db.Error = nil
	c.giveBack(stmt.Context)
	stmt.SQL.Reset()
	stmt.Vars = nil
	if c.boundary == atSavepoint {
		return fresh(db).RollbackTo(c.savepoint).Error
	}
	committer, inTx := stmt.ConnPool.(gorm.TxCommitter)
	if !inTx {
		return nil
	}
	_ = committer.Rollback() // the server may have done so itself; BEGIN tells what is wrong
	stmt.ConnPool = db.ConnPool
	if c.boundary == ours {
		stmt.ConnPool = c.pool
	}
	tx := fresh(db).Begin()
	if tx.Error != nil {
		return tx.Error
	}
	stmt.ConnPool = tx.Statement.ConnPool
	return nil
}
