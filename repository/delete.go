package repository

import (
	"context"
	"reflect"

	"gorm.io/gorm"
)

// Delete deletes the row with the given primary key and returns it as it was,
// from one transaction: it is read under a lock, then deleted by its key, so
// that of many callers at once one gets the row. A model with a deleted-at
// field is deleted softly; the row that is returned is not marked. Hooks run,
// and BeforeDelete sees the whole row.
//
// A row that isn't there, deleted already or outside of the bounds is
// gorm.ErrRecordNotFound. For the forms of id see [Key].
func (r *Repository[T]) Delete(ctx context.Context, id any) (*T, error) {
	row, err := r.get().delete(ctx, id)
	if err != nil {
		return nil, err
	}
	t, _ := row.(*T) // the core's model is T
	return t, nil
}

func (c *core) delete(ctx context.Context, id any) (row any, err error) {
	key, err := c.parseKey(orBackground(ctx), "Delete", id)
	if err != nil {
		return nil, err
	}
	err = c.run(ctx, "Delete", several, func(tx *gorm.DB) error {
		if row, err = c.lockRow(tx, key); err != nil {
			return err
		}
		victim := reflect.New(c.model) // GORM marks what it is given
		victim.Elem().Set(reflect.ValueOf(row).Elem())
		tx = c.query(tx, nil).Delete(victim.Interface())
		if tx.Error == nil && tx.RowsAffected == 0 && !tx.DryRun {
			return gorm.ErrRecordNotFound
		}
		return tx.Error
	})
	return row, err
}
