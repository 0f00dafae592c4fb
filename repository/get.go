package repository

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/dberr"
)

// Get reads the row with the given primary key; for the forms of id see
// [Key]. A row that isn't there is gorm.ErrRecordNotFound.
func (r *Repository[T]) Get(ctx context.Context, id any, scopes ...Scope) (*T, error) {
	c := r.get()
	key, err := c.parseKey(orBackground(ctx), "Get", id)
	if err != nil {
		return nil, err
	}
	v := new(T)
	err = c.run(ctx, "Get", read, func(tx *gorm.DB) error {
		return c.query(tx, scopes, key.exprs...).Take(v).Error
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// GetOne reads the one row that the scopes leave. None is
// gorm.ErrRecordNotFound, several are dberr.ErrMultipleRows: it reads two at
// most. For the first of several rows, order them and say Limit(1).
func (r *Repository[T]) GetOne(ctx context.Context, scopes ...Scope) (*T, error) {
	v, err := r.one(ctx, "GetOne", scopes)
	switch {
	case v != nil || err != nil:
		return v, err
	case r.core.db.DryRun: // nothing was asked
		return new(T), nil
	}
	return nil, gorm.ErrRecordNotFound
}

// GetOneOrNil is GetOne for a row that may be missing: none is nil without an
// error.
func (r *Repository[T]) GetOneOrNil(ctx context.Context, scopes ...Scope) (*T, error) {
	return r.one(ctx, "GetOneOrNil", scopes)
}

func (r *Repository[T]) one(ctx context.Context, verb string, scopes []Scope) (*T, error) {
	var rows []T
	if err := r.get().one(ctx, verb, &rows, scopes); err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// one reads at most two rows into dest, a pointer to a slice.
func (c *core) one(ctx context.Context, verb string, dest any, scopes []Scope) error {
	return c.run(ctx, verb, read, func(tx *gorm.DB) error {
		tx = c.query(tx, scopes)
		if limitOf(tx.Statement) < 0 || limitOf(tx.Statement) > 2 {
			tx = tx.Limit(2)
		}
		if err := tx.Find(dest).Error; err != nil {
			return err
		}
		if n := reflect.ValueOf(dest).Elem().Len(); n > 1 {
			return fmt.Errorf("repository: %s of %s: %w: narrow the scopes", verb, c.schema.Name, dberr.ErrMultipleRows)
		}
		return nil
	})
}

// limitOf is the limit in a statement, or -1.
func limitOf(stmt *gorm.Statement) int {
	if l, ok := stmt.Clauses["LIMIT"].Expression.(clause.Limit); ok && l.Limit != nil {
		return *l.Limit
	}
	return -1
}
