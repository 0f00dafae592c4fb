package callbacks

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/internal/dialect"
)

// returned is one row that came back.
type returned struct {
	value reflect.Value // a struct of the model that holds the returned columns
	ord   int           // of a lookup
	live  bool          // of a lookup that asks
	isNew bool          // of an insert that tells
}

// reader scans rows into structs of the model, apart from the user's own.
type reader struct {
	stmt   *gorm.Statement
	fields []*schema.Field // of the model's columns in the result
	slots  []any
	places []func(*returned) any // of the result's columns, nil: a field
	rows   []returned
	made   reflect.Value     // structs to scan into
	used   int               // so many of them
	typed  bool              // whether types are asked for
	types  []*sql.ColumnType // of the result
	extra  []string          // columns that come back for their types only
}

// each scans one row.
func (r *reader) each(rows *sql.Rows) error {
	back := returned{value: r.next()}
	for i, f := range r.fields {
		switch {
		case r.places[i] != nil:
			r.slots[i] = r.places[i](&back)
		case f != nil:
			r.slots[i] = f.NewValuePool.Get()
		default:
			r.slots[i] = new(any)
		}
	}
	if err := rows.Scan(r.slots...); err != nil {
		return fmt.Errorf("alchemy: read back rows of %s: %w", r.stmt.Schema.Name, err)
	}
	for i, f := range r.fields {
		if f == nil {
			continue
		}
		if err := f.Set(r.stmt.Context, back.value, r.slots[i]); err != nil {
			return fmt.Errorf("alchemy: read back %s.%s: %w", r.stmt.Schema.Name, f.Name, err)
		}
		f.NewValuePool.Put(r.slots[i])
	}
	r.rows = append(r.rows, back)
	return nil
}

// next returns a struct to scan into. They are made many at a time.
func (r *reader) next() reflect.Value {
	if !r.made.IsValid() || r.used == r.made.Len() {
		n := 1
		if r.made.IsValid() {
			n = min(4*r.made.Len(), 256)
		}
		r.made = reflect.MakeSlice(reflect.SliceOf(r.stmt.Schema.ModelType), n, n)
		r.used = 0
	}
	r.used++
	return r.made.Index(r.used - 1)
}

// begin finds out what the columns of the result are.
func (r *reader) begin(rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	if r.typed {
		if r.types, err = rows.ColumnTypes(); err != nil {
			return err
		}
	}
	r.slots = make([]any, len(names))
	r.fields = make([]*schema.Field, len(names))
	r.places = make([]func(*returned) any, len(names))
	for i, name := range names {
		switch name {
		case dialect.OrdColumn:
			r.places[i] = func(b *returned) any { return &b.ord }
		case dialect.LiveColumn:
			r.places[i] = func(b *returned) any { return &b.live }
		case dialect.NewColumn:
			r.places[i] = func(b *returned) any { return &b.isNew }
		default:
			if f := r.stmt.Schema.LookUpField(name); f != nil && !slices.Contains(r.fields, f) {
				r.fields[i] = f
			}
		}
	}
	return nil
}

// read returns the model's fields among the columns of the result that
// structs may be filled with.
func (r *reader) read() []*schema.Field {
	var fields []*schema.Field
	for _, f := range r.fields {
		if f != nil && f.Readable && !slices.Contains(r.extra, f.DBName) {
			fields = append(fields, f)
		}
	}
	return fields
}
