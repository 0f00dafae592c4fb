package repository

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// locking makes a read lock its rows until the end of the transaction. On a
// database without row locks GORM's builder leaves it out; there writeLock
// has locked the rest. It also keeps a resolver from reading a replica.
func locking(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// writeLock takes the write lock of a database that has no row locks. It
// must be the first statement: a transaction that has read can't always get
// the lock any more.
func (c *core) writeLock(tx *gorm.DB) error {
	if !c.cfg.Dialect.LockBeforeRead() {
		return nil
	}
	lock := c.carried.open(tx)
	lock.Statement.Table = unqualified(c.schema.Table)
	if lock.Statement.Table != c.schema.Table {
		lock = lock.Table(c.schema.Table)
	}
	c.cfg.Dialect.WriteLock(lock.Statement, c.schema.PrimaryFields[0].DBName) // there is one, a key was parsed
	return lock.Callback().Raw().Execute(lock).Error
}
