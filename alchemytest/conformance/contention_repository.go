package conformance

import (
	"context"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

func repositoryVerbs(db *gorm.DB) upsertVerbs {
	posts := repository.New[upPost](db, nil)
	return upsertVerbs{
		one: func(ctx context.Context, row *upPost, u clauses.Upsert) error { return posts.Upsert(ctx, row, u) },
		many: func(ctx context.Context, rows []upPost, u clauses.Upsert) error {
			return posts.UpsertMany(ctx, rows, u)
		},
	}
}

var (
	_ = registerLoad("19 contention: repository upserts of one new key", func(e *env) { contendOneKey(e, rounds(), repositoryVerbs) })
	_ = registerLoad("19 contention: repository upserts of ten keys", func(e *env) { contendTenKeys(e, rounds(), repositoryVerbs) })
	_ = registerLoad("19 contention: repository upserts against deletes", func(e *env) { contendDelete(e, repositoryVerbs) })
	_ = registerLoad("11 contention: repository upserts of a counter", func(e *env) { contendCounter(e, repositoryVerbs) })
	_ = registerLoad("11 contention: repository upserts of counters in batches", func(e *env) { contendCounterBatches(e, repositoryVerbs) })
)
