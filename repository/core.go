package repository

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/txctx"
)

// core is a repository without its type parameter. It never changes.
type core struct {
	db      *gorm.DB
	cfg     *config.Config
	model   reflect.Type
	schema  *schema.Schema
	options Options
	values  []boundValue
	carried carried
	err     error // what every method returns
}

// newCore checks what New and WithDB are given; the first fault is kept.
func newCore(db *gorm.DB, model reflect.Type, o Options) *core {
	c := &core{model: model, options: o}
	for _, step := range []func(*gorm.DB) error{c.checkModel, c.checkDB, c.parse, c.bind} {
		if err := step(db); err != nil {
			c.err = err
			break
		}
	}
	return c
}

// zeroCore serves a repository that New didn't make.
func zeroCore(model reflect.Type) *core {
	return &core{model: model, err: fmt.Errorf("repository: a Repository[%s] that New did not make: %w", model, dberr.ErrMisuse)}
}

func (c *core) checkModel(*gorm.DB) error {
	switch c.model.Kind() {
	case reflect.Struct:
		return nil
	case reflect.Pointer:
		return fmt.Errorf("repository: New[%s]: T is a pointer, use New[%s]: %w", c.model, c.model.Elem(), dberr.ErrMisuse)
	}
	return fmt.Errorf("repository: New[%s]: T must be a struct with GORM's tags, not a %s: %w", c.model, c.model.Kind(), dberr.ErrMisuse)
}

func (c *core) checkDB(db *gorm.DB) error {
	if db == nil || db.Config == nil || db.Statement == nil {
		return fmt.Errorf("repository: New[%s]: db is nil: give what gorm.Open returned: %w", c.model, dberr.ErrMisuse)
	}
	c.db = db
	if db.Error != nil {
		return fmt.Errorf("repository: New[%s]: db has failed before: %w", c.model, db.Error)
	}
	cfg, err := config.Of(db)
	if err == nil && cfg == nil {
		err = dberr.ErrNotInstalled
	}
	if err != nil {
		return fmt.Errorf("repository: New[%s]: %w", c.model, err)
	}
	c.cfg = cfg
	if c.carried, err = carriedBy(db); err != nil {
		return fmt.Errorf("repository: New[%s]: %w", c.model, err)
	}
	return nil
}

// parse reads the model. GORM calls methods of the fields' types for that,
// and a panic of theirs is an error here.
func (c *core) parse(db *gorm.DB) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("repository: New[%s]: the model can not be parsed: %v: %w", c.model, p, dberr.ErrInvalidValue)
		}
	}()
	stmt := &gorm.Statement{DB: db}
	if err := stmt.Parse(reflect.New(c.model).Interface()); err != nil {
		return fmt.Errorf("repository: New[%s]: the model can not be parsed: %w: %w", c.model, dberr.ErrInvalidValue, err)
	}
	c.schema = stmt.Schema
	return nil
}

// bind resolves the options.
func (c *core) bind(*gorm.DB) (err error) {
	if i := slices.IndexFunc(c.options.Scopes, func(s Scope) bool { return s == nil }); i >= 0 {
		return fmt.Errorf("repository: New[%s]: Options.Scopes[%d] is nil: %w", c.model, i, dberr.ErrMisuse)
	}
	c.values, err = c.resolveValues(c.options.Values)
	return err
}

// join returns a session without conditions, in the transaction of ctx or of
// the bound db; owned reports that there is none.
func (c *core) join(ctx context.Context, verb string) (tx *gorm.DB, owned bool, err error) {
	if c.err != nil {
		return nil, false, c.err
	}
	if ctx == nil {
		return nil, false, fmt.Errorf("repository: %s: ctx is nil: use context.Background() if there is none: %w", verb, dberr.ErrMisuse)
	}
	tx, owned, err = txctx.Join(ctx, c.db)
	if err != nil {
		return nil, false, fmt.Errorf("repository: %s: %w", verb, err)
	}
	return tx, owned, nil
}

// failed returns a session on which everything returns err. It names a table
// because GORM looks for one before it looks at the error, and would add its own.
func (c *core) failed(ctx context.Context, err error) *gorm.DB {
	db := c.db
	if db == nil {
		db = inert()
	}
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx}).Table("none").Session(&gorm.Session{})
	tx.Error = err
	return tx
}
