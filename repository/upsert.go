package repository

import (
	"context"
	"fmt"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// Upsert inserts the row, or updates the one with the same key. The struct
// gets the row as it is stored then. What u says is told at
// [clauses.Upsert]; its zero value matches by primary key and writes all.
//
// On PostgreSQL and SQLite it sends one statement:
//
//	INSERT INTO "posts" (...) VALUES (...) ON CONFLICT ("slug") DO UPDATE SET ... RETURNING ...
//
// A match outside of Options.Values is not touched: it is a
// *dberr.ConstraintError, as for any key that is taken.
func (r *Repository[T]) Upsert(ctx context.Context, v *T, u clauses.Upsert, scopes ...Scope) error {
	if v == nil {
		return r.get().nilStruct("Upsert")
	}
	return r.get().upsert(ctx, "Upsert", v, u, scopes)
}

// UpsertMany is Upsert for many rows, all or none. The result is that of the
// rows one by one, in order; each element gets its own stored row. No rows
// are no error, and nothing is sent.
func (r *Repository[T]) UpsertMany(ctx context.Context, rows []T, u clauses.Upsert, scopes ...Scope) error {
	return r.get().upsert(ctx, "UpsertMany", &rows, u, scopes)
}

// GetOrUpsert inserts the row when its key is new; otherwise it leaves the
// stored row untouched and loads it into the struct. Of many callers at once
// one is told that it created the row. u may say Match, Fields, Duplicates
// and Outcomes; what belongs to an update is dberr.ErrMisuse.
func (r *Repository[T]) GetOrUpsert(ctx context.Context, v *T, u clauses.Upsert) (created bool, err error) {
	c := r.get()
	if v == nil {
		return false, c.nilStruct("GetOrUpsert")
	}
	for _, o := range []struct {
		name  string
		given bool
	}{
		{"Update", len(u.Update) > 0},
		{"Set", len(u.Set) > 0},
		{"Where", len(u.Where) > 0},
		{"SkipUnchanged", u.SkipUnchanged},
	} {
		if o.given && c.err == nil {
			return false, fmt.Errorf("repository: GetOrUpsert: Upsert.%s is given, but a stored row is left untouched: use Upsert: %w", o.name, dberr.ErrMisuse)
		}
	}
	var outcomes []clauses.Outcome
	asked := u.Outcomes
	u.DoNothing, u.Outcomes = true, &outcomes
	if err := c.upsert(ctx, "GetOrUpsert", v, u, nil); err != nil {
		return false, err
	}
	if asked != nil {
		*asked = append(*asked, outcomes...)
	}
	return len(outcomes) == 1 && outcomes[0] == clauses.Inserted, nil
}
