package conformance

import (
	"fmt"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

var _ = registerLoad("19 contention: GetOrUpsert of one new key", contendGetOrUpsert)

// contendGetOrUpsert: of all workers exactly one creates the row, and all
// hold it as that one sent it.
func contendGetOrUpsert(e *env) {
	e.migrate(&upPost{})
	posts := repository.New[upPost](crowd(e), nil)
	for round := range rounds() {
		slug := fmt.Sprintf("key %d", round)
		rows := make([]upPost, workers)
		created := make([]bool, workers)
		errs := contend(func(w int) (err error) {
			rows[w] = upPost{Slug: slug, Title: fmt.Sprint("worker ", w), Views: int64(w)}
			created[w], err = posts.GetOrUpsert(e.ctx, &rows[w], clauses.Upsert{Match: []string{"slug"}})
			return err
		})
		if !noErrors(e, slug, errs) {
			return
		}
		makers := 0
		ids, texts := make([]uint, workers), make([]string, workers)
		stored := postBySlug(e, slug)
		for w := range rows {
			ids[w], texts[w] = rows[w].ID, rows[w].String()
			if created[w] {
				makers++
				e.equal(slug+": title", stored.Title, fmt.Sprint("worker ", w))
			}
		}
		e.equal(slug+": workers that created it", makers, 1)
		sameForAll(e, slug+": ids", ids)
		sameForAll(e, slug+": structs", texts)
		e.equal(slug+": stored id", stored.ID, ids[0])
	}
	e.equal("number of rows", countOf(e, &upPost{}), int64(rounds()))
}
