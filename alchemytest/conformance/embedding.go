package conformance

import (
	"context"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/repository"
)

// ticket belongs to a tenant.
type ticket struct {
	ID     uint
	Tenant int64  `gorm:"uniqueIndex:,composite:tenant_code"`
	Code   string `gorm:"size:50;uniqueIndex:,composite:tenant_code"`
	Open   bool
	Votes  int64
}

// ticketRepository is what a program would write: the verbs of the library
// and two of its own.
type ticketRepository struct {
	*repository.Repository[ticket]
}

func newTicketRepository(db *gorm.DB, tenant int64) ticketRepository {
	return ticketRepository{repository.New[ticket](db, &repository.Options{
		Values: map[string]any{"Tenant": tenant},
		Scopes: []repository.Scope{func(db *gorm.DB) *gorm.DB { return db.Where("votes >= ?", 0) }},
	})}
}

// Vote adds to a ticket, and has no condition of its own on the tenant.
func (r ticketRepository) Vote(ctx context.Context, code string) (int64, error) {
	tx := r.DB(ctx).Where("code = ?", code).UpdateColumn("votes", gorm.Expr("votes + ?", 1))
	return tx.RowsAffected, tx.Error
}

// OpenCodes reads with an Or, which must not reach beyond the bounds.
func (r ticketRepository) OpenCodes(ctx context.Context) (codes []string, err error) {
	err = r.DB(ctx).Where("open = ?", true).Or("votes > ?", 100).Order("code").Pluck("code", &codes).Error
	return codes, err
}

// newTickets are two tenants with the same codes, and a ticket that the bound
// scope leaves out.
func newTickets(e *env) (one, two ticketRepository) {
	e.t.Helper()
	e.migrate(&ticket{})
	one, two = newTicketRepository(e.db, 1), newTicketRepository(e.db, 2)
	for _, r := range []ticketRepository{one, two} {
		e.ok(r.AddMany(e.ctx, []ticket{{Code: "a", Open: true}, {Code: "b", Votes: 500}, {Code: "c"}}))
	}
	e.ok(e.db.Create(&ticket{Tenant: 1, Code: "hidden", Open: true, Votes: -1}).Error)
	return one, two
}

// votes lists "tenant code votes" of what was voted for.
func votes(e *env, db *gorm.DB) (list []ticket) {
	e.t.Helper()
	e.ok(db.Select("tenant", "code", "votes").Where("votes <> 0").Order("tenant, code").Find(&list).Error)
	return list
}

var _ = register("44 custom methods of an embedded repository", func(e *env) {
	one, two := newTickets(e)
	n, err := one.Vote(e.ctx, "a")
	e.ok(err)
	e.equal("rows voted for", n, int64(1))
	n, err = one.Vote(e.ctx, "hidden")
	e.ok(err)
	e.equal("rows outside of the bound scope", n, int64(0))
	for _, r := range []ticketRepository{one, two} {
		codes, err := r.OpenCodes(e.ctx)
		e.ok(err)
		e.equal("open codes", codes, []string{"a", "b"})
	}
	e.equal("votes", votes(e, e.db), []ticket{
		{Tenant: 1, Code: "a", Votes: 1}, {Tenant: 1, Code: "b", Votes: 500}, {Tenant: 1, Code: "hidden", Votes: -1}, {Tenant: 2, Code: "b", Votes: 500},
	})
	e.ok(two.Add(e.ctx, &ticket{Code: "embedded verb", Tenant: 2}))
	e.wantErr(two.Add(e.ctx, &ticket{Code: "of another", Tenant: 1}), dberr.ErrMisuse)
	found, err := one.GetOneOrNil(e.ctx, func(db *gorm.DB) *gorm.DB { return db.Where("code = ?", "embedded verb") })
	e.ok(err)
	e.equal("row of another tenant", found, (*ticket)(nil))
})

var _ = register("44 custom methods in a transaction", func(e *env) {
	one, two := newTickets(e)
	before := votes(e, e.db)
	e.wantErr(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
		for _, r := range []ticketRepository{one, two, one} {
			n, err := r.Vote(ctx, "a")
			e.ok(err)
			e.equal("rows voted for", n, int64(1))
		}
		e.ok(one.Add(ctx, &ticket{Code: "new", Open: true}))
		codes, err := one.OpenCodes(ctx)
		e.ok(err)
		e.equal("open codes inside", codes, []string{"a", "b", "new"})
		inside, err := one.GetOne(ctx, func(db *gorm.DB) *gorm.DB { return db.Where("code = ?", "a") })
		e.ok(err)
		e.equal("votes inside", inside.Votes, int64(2))
		return errHook
	}, nil), errHook)
	e.equal("votes after a rollback", votes(e, e.db), before)

	e.ok(e.db.Transaction(func(tx *gorm.DB) error {
		bound := ticketRepository{one.WithDB(tx)}
		n, err := bound.Vote(e.ctx, "c")
		e.equal("rows voted for in GORM's transaction", n, int64(1))
		return err
	}))
	e.equal("votes after a commit", votes(e, e.db.Where("code = ?", "c")), []ticket{{Tenant: 1, Code: "c", Votes: 1}})

	// A transaction in ctx and another one by WithDB can't both be meant.
	e.wantErr(repository.Transaction(e.ctx, e.db, func(ctx context.Context) error {
		other := e.db.Begin()
		e.ok(other.Error)
		defer other.Rollback()
		_, err := ticketRepository{one.WithDB(other)}.OpenCodes(ctx)
		return err
	}, nil), dberr.ErrOtherTransaction)
})
