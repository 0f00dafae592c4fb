package repository

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
)

// Update writes the named fields of a row, found by its primary key: zero
// values too, and nothing else but updated-at. Without names it writes all
// columns that can be updated, save created-at and deleted-at. Hooks run as
// by db.Updates; associations are not saved.
//
// A row that isn't there, deleted softly or outside of the bounds is
// gorm.ErrRecordNotFound. A zero key is dberr.ErrInvalidKey, an unknown name
// dberr.ErrUnknownField, and a key or created-at among the names
// dberr.ErrMisuse, all before any SQL. A failed call leaves the struct as it
// was.
func (r *Repository[T]) Update(ctx context.Context, v *T, fields ...string) error {
	c := r.get()
	if v == nil {
		return c.nilStruct("Update")
	}
	return c.update(ctx, v, fields)
}

func (c *core) update(ctx context.Context, v any, list []string) error {
	if c.err != nil {
		return c.err
	}
	row := reflect.ValueOf(v).Elem()
	reading := context.WithoutCancel(orBackground(ctx))
	if err := c.checkKey(reading, "Update", row); err != nil {
		return err
	}
	columns, err := c.updateColumns(list)
	if err != nil {
		return err
	}
	before := reflect.New(c.model).Elem()
	before.Set(row)
	if _, err := c.fill(reading, "Update", row); err != nil {
		return err
	}
	filled := reflect.New(c.model).Elem()
	filled.Set(row)
	err = c.run(ctx, "Update", single, func(tx *gorm.DB) error {
		row.Set(filled)
		return c.writeColumns(c.query(tx, nil), v, columns)
	})
	if err != nil {
		row.Set(before)
	}
	return err
}

// writeColumns updates the row that v points to.
func (c *core) writeColumns(tx *gorm.DB, v any, columns []string) error {
	tx = tx.Model(v).Select(columns).Updates(v)
	if tx.Error == nil && tx.RowsAffected == 0 && !tx.DryRun {
		return gorm.ErrRecordNotFound
	}
	return tx.Error
}

// updateColumns resolves the names given to Update.
func (c *core) updateColumns(list []string) ([]string, error) {
	if len(list) == 0 {
		return c.allColumns()
	}
	var columns []string
	for _, name := range list {
		f := c.column(name)
		if f == nil {
			return nil, c.noColumn(name)
		}
		if why := c.keepsFromUpdate(f); why != "" {
			return nil, fmt.Errorf("repository: Update: field %q %s: %w", name, why, dberr.ErrMisuse)
		}
		if !slices.Contains(columns, f.DBName) {
			columns = append(columns, f.DBName)
		}
	}
	return columns, nil
}

// allColumns are those that Update writes when none is named.
func (c *core) allColumns() ([]string, error) {
	var columns []string
	for _, name := range c.schema.DBNames {
		f := c.schema.FieldsByDBName[name]
		if c.keepsFromUpdate(f) == "" && !marksDeleted(f) {
			columns = append(columns, name)
		}
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("repository: Update: %s has no column that can be updated: %w", c.schema.Name, dberr.ErrMisuse)
	}
	return columns, nil
}

// keepsFromUpdate says why a field is not to be updated, or nothing.
func (c *core) keepsFromUpdate(f *schema.Field) string {
	switch {
	case f.PrimaryKey:
		return "is of the primary key, which tells what row to update"
	case f.AutoCreateTime > 0:
		return "is the time of creation, which stays"
	case !f.Updatable:
		return "is kept from updates by its tag"
	}
	return ""
}

// marksDeleted reports whether a field makes deletes soft: its type changes
// the clauses of a delete.
func marksDeleted(f *schema.Field) bool {
	_, ok := reflect.New(f.IndirectFieldType).Interface().(interface {
		DeleteClauses(*schema.Field) []clause.Interface
	})
	return ok
}

// noColumn is the error for a name without a column.
func (c *core) noColumn(name string) error {
	if _, ok := c.schema.Relationships.Relations[name]; ok {
		return fmt.Errorf("repository: Update: %q is an association: save it by a repository of its own: %w", name, dberr.ErrMisuse)
	}
	return fmt.Errorf("repository: Update: %s has no field %q%s: %w", c.schema.Name, name, hint(name, c.schema.Fields), dberr.ErrUnknownField)
}
