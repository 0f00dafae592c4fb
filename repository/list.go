package repository

import (
	"context"

	"gorm.io/gorm"
)

// List reads the rows that the scopes leave, in the order that they say. No
// rows are an empty slice, never nil.
func (r *Repository[T]) List(ctx context.Context, scopes ...Scope) ([]T, error) {
	c := r.get()
	rows := []T{}
	err := c.run(ctx, "List", read, func(tx *gorm.DB) error {
		return c.query(tx, scopes).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}
