package repository

import (
	"context"
	"reflect"

	"gorm.io/gorm"
)

// Repository reads and writes the rows of one model. Make one with New. It
// holds no connection and no state of a call: it is safe for concurrent use,
// and one made at start-up serves the whole program.
//
// It is made to be embedded, as a pointer, in a type with methods of its own:
//
//	type PostRepository struct {
//		*repository.Repository[Post]
//	}
//
//	func (r PostRepository) Publish(ctx context.Context, id uint) error {
//		return r.DB(ctx).Where("id = ?", id).Update("published", true).Error
//	}
//
// Declare the small interface you need where you need it; there is none here
// to implement.
type Repository[T any] struct {
	core *core
}

// New returns a repository of the model T, a struct type, on db. It never
// panics and sends nothing. What is wrong with its arguments is returned by
// every method of the repository: dberr.ErrMisuse when db is nil or carries
// conditions, when T is no struct, or when Options contradict themselves;
// dberr.ErrNotInstalled without the plugin; dberr.ErrInvalidValue when GORM
// can't parse T; dberr.ErrUnknownField for a name in Options.Values.
//
// The options are copied.
func New[T any](db *gorm.DB, o *Options) *Repository[T] {
	return &Repository[T]{core: newCore(db, reflect.TypeFor[T](), o.clone())}
}

// WithDB returns a copy of the repository that works on tx, a transaction of
// GORM as a rule; the copy is as good as the transaction lasts. A verb of the
// copy whose ctx holds another transaction of the same database fails with
// dberr.ErrOtherTransaction.
func (r *Repository[T]) WithDB(tx *gorm.DB) *Repository[T] {
	c := r.get()
	if c.db == nil && c.err != nil {
		return &Repository[T]{core: c}
	}
	return &Repository[T]{core: newCore(tx, c.model, c.options)}
}

// DB returns a session for methods of your own: Model is a new T, the
// transaction of ctx is joined, and the bound Scopes and Values apply to what
// you read, update or delete with it, whatever conditions you add. Write rows
// with the verbs instead: on a create, on Save and on Raw the bounds have no
// effect. The session may be used more than once. What is wrong with the
// repository or ctx is in its Error.
func (r *Repository[T]) DB(ctx context.Context) *gorm.DB {
	c := r.get()
	tx, _, err := c.join(ctx, "DB")
	if err != nil {
		return c.failed(ctx, err)
	}
	return c.bound(tx).Session(&gorm.Session{})
}

// get returns the core of a repository that may be nil or zero.
func (r *Repository[T]) get() *core {
	if r == nil || r.core == nil {
		return zeroCore(reflect.TypeFor[T]())
	}
	return r.core
}
