package repository

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
)

// GetAndUpdate reads a row under a lock, lets fn change it, and writes the
// columns that fn changed, in one transaction: no other writer comes between.
// What is changed is found by comparing all columns, so slices, maps and
// serialized fields may be changed in place. When nothing is, nothing is
// written, and updated-at stays. Associations are not saved.
//
//	n, err := counters.GetAndUpdate(ctx, "visits", func(c *Counter) error {
//		c.Value++
//		return nil
//	})
//
// On PostgreSQL:
//
//	BEGIN; SELECT * FROM "counters" WHERE "counters"."name" = $1 LIMIT 1 FOR UPDATE;
//	UPDATE "counters" SET "value"=$1,"updated_at"=$2 WHERE "name" = $3; COMMIT
//
// On SQLite, which has no row locks, the transaction first takes the write
// lock of the database.
//
// An error of fn rolls back and is returned as it is. Outside of a
// transaction of the caller fn is called again, with the row read anew, when
// the database gives the transaction up for another. A missing row is
// gorm.ErrRecordNotFound; a change of the key, of created-at or of a bound
// value is dberr.ErrMisuse.
func (r *Repository[T]) GetAndUpdate(ctx context.Context, id any, fn func(*T) error) (*T, error) {
	c := r.get()
	if fn == nil && c.err == nil {
		return nil, fmt.Errorf("repository: GetAndUpdate: fn is nil: %w", dberr.ErrMisuse)
	}
	row, err := c.getAndUpdate(ctx, id, func(v any) error {
		t, _ := v.(*T) // the core's model is T
		return fn(t)
	})
	if err != nil {
		return nil, err
	}
	t, _ := row.(*T)
	return t, nil
}

func (c *core) getAndUpdate(ctx context.Context, id any, fn func(any) error) (row any, err error) {
	key, err := c.parseKey(orBackground(ctx), "GetAndUpdate", id)
	if err != nil {
		return nil, err
	}
	err = c.run(ctx, "GetAndUpdate", several, func(tx *gorm.DB) error {
		row, err = c.lockRow(tx, key)
		if err != nil {
			return err
		}
		return c.change(tx, row, fn)
	})
	return row, err
}

// lockRow reads a row that no other transaction may write then.
func (c *core) lockRow(tx *gorm.DB, key *rowKey) (any, error) {
	if err := c.writeLock(tx); err != nil {
		return nil, err
	}
	row := reflect.New(c.model)
	if err := locking(c.query(tx, nil, key.exprs...)).Take(row.Interface()).Error; err != nil {
		return nil, err
	}
	for _, f := range key.fields { // a bound scope may have selected without it
		ctx := tx.Statement.Context
		f.ReflectValueOf(ctx, row).Set(f.ReflectValueOf(ctx, key.row))
	}
	return row.Interface(), nil
}

// change calls fn and writes what it changed.
func (c *core) change(tx *gorm.DB, v any, fn func(any) error) error {
	ctx := tx.Statement.Context
	row := reflect.ValueOf(v).Elem()
	before, err := c.freezeRow(ctx, row)
	if err != nil {
		return err
	}
	if err := fn(v); err != nil {
		return verbatim{err}
	}
	after, err := c.freezeRow(ctx, row)
	if err != nil {
		return err
	}
	var columns []string
	for i, f := range c.columns() {
		if before[i].same(after[i]) {
			continue
		}
		if why := c.keepsFromChange(f); why != "" {
			return fmt.Errorf("repository: GetAndUpdate: the function changed field %q, which %s: %w", f.Name, why, dberr.ErrMisuse)
		}
		columns = append(columns, f.DBName)
	}
	if len(columns) == 0 {
		return nil
	}
	return c.writeColumns(c.query(tx, nil), v, columns)
}

// keepsFromChange says why GetAndUpdate can't write a field, or nothing.
func (c *core) keepsFromChange(f *schema.Field) string {
	for _, b := range c.values {
		if b.field == f {
			return "is bound by Options.Values"
		}
	}
	return c.keepsFromUpdate(f)
}

// columns are the fields that have a column, in the model's order.
func (c *core) columns() []*schema.Field {
	list := make([]*schema.Field, len(c.schema.DBNames))
	for i, name := range c.schema.DBNames {
		list[i] = c.schema.FieldsByDBName[name]
	}
	return list
}

func (c *core) freezeRow(ctx context.Context, row reflect.Value) ([]frozen, error) {
	columns := c.columns()
	list := make([]frozen, len(columns))
	for i, f := range columns {
		var err error
		if list[i], err = freeze(ctx, f, row); err != nil {
			return nil, err
		}
	}
	return list, nil
}
