package conformance

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

// sharedUpsert has slices with room behind them, which a careless append
// would write into.
func sharedUpsert() clauses.Upsert {
	return clauses.Upsert{Match: append(make([]string, 0, 8), "Code"), Update: append(make([]string, 0, 8), "Votes"), Duplicates: clauses.Sequential}
}

// shared is what all goroutines of the case use at once.
type shared struct {
	repository *repository.Repository[ticket]
	upsert     clauses.Upsert
	scopes     []repository.Scope
}

// use calls the verbs as one of several workers.
func (s *shared) use(ctx context.Context, e *env, worker int) error {
	name := fmt.Sprintf("worker %d", worker)
	own := append(slices.Clone(s.scopes[:1]), func(db *gorm.DB) *gorm.DB { return db.Where("code = ?", name) })
	for round := range 5 {
		rows := []ticket{{Code: name, Votes: int64(round)}, {Code: fmt.Sprint(name, round), Votes: 7}}
		if err := s.repository.UpsertMany(ctx, rows, s.upsert); err != nil {
			return err
		}
		list, err := s.repository.List(ctx, own...)
		if err != nil {
			return err
		}
		if len(list) != 1 || list[0].Code != name || list[0].Votes != int64(round) {
			return fmt.Errorf("%s read %+v in round %d", name, list, round)
		}
		if all, err := s.repository.List(ctx, s.scopes...); err != nil || len(all) < round {
			return fmt.Errorf("%s read %d rows: %w", name, len(all), err)
		}
		db := s.repository.DB(ctx).Where("code = ?", name)
		var n int64
		if err := db.Count(&n).Error; err != nil || n != 1 {
			return fmt.Errorf("%s counted %d: %w", name, n, err)
		}
		if _, err := s.repository.WithDB(e.db.Session(&gorm.Session{SkipHooks: true})).Get(ctx, rows[0].ID); err != nil {
			return err
		}
	}
	return nil
}

var _ = register("41 goroutines share one repository", func(e *env) {
	e.migrate(&ticket{})
	options := repository.Options{
		Values: map[string]any{"Tenant": int64(1)},
		Scopes: append(make([]repository.Scope, 0, 8), func(db *gorm.DB) *gorm.DB { return db.Where("votes >= 0") }),
	}
	s := &shared{
		repository: repository.New[ticket](e.db, &options), upsert: sharedUpsert(),
		scopes: append(make([]repository.Scope, 0, 8), func(db *gorm.DB) *gorm.DB { return db.Order("code") }),
	}
	s.upsert.Match = append(s.upsert.Match, "Tenant")
	// What New was given is the caller's again.
	options.Values["Tenant"] = int64(2)
	options.Scopes[0] = func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0") }

	const workers = 8
	var group sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		group.Go(func() { errs[w] = s.use(e.ctx, e, w) })
	}
	group.Wait()
	for _, err := range errs {
		e.ok(err)
	}
	e.equal("rows", count(e, e.db.Where("tenant = 1"), &ticket{}), int64(workers*6))
	want := sharedUpsert()
	want.Match = append(want.Match, "Tenant")
	e.equal("the clause", s.upsert, want)
	e.equal("behind its slices", [][]string{s.upsert.Match[:8], s.upsert.Update[:8]}, [][]string{want.Match[:8], want.Update[:8]})
})
