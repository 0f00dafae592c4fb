package conformance

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
)

// seeds of the differential cases: fixed, or one from the environment to try
// another or to look at a failure alone.
func seeds(e *env) []uint64 {
	e.t.Helper()
	text := os.Getenv("ALCHEMY_TEST_SEED")
	if text == "" {
		return []uint64{1, 2, 3}
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	e.ok(err)
	return []uint64{seed}
}

// twin gives the same model a table of its own under another prefix, with a
// clock that stands still, so that two tables can be equal.
func (e *env) twin(rest string) *gorm.DB {
	e.t.Helper()
	db := e.open(&gorm.Config{
		NamingStrategy: schema.NamingStrategy{TablePrefix: e.prefix + rest + "_", IdentifierMaxLength: 63},
		NowFunc:        func() time.Time { return time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC) },
	})
	e.ok(db.AutoMigrate(&everyType{}))
	return db
}

func storedEveryType(e *env, db *gorm.DB) []everyType {
	e.t.Helper()
	var rows []everyType
	e.ok(db.Unscoped().Order("ref").Find(&rows).Error)
	return rows
}

// withoutKeys copies rows, their keys zeroed: batches may give keys in
// another order than the rows one by one.
func withoutKeys(rows []everyType) []everyType {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].ID = 0
	}
	return rows
}

// under runs f for every seed as a subtest that prints it.
func under(e *env, f func(e *env, seed uint64)) {
	e.t.Helper()
	for _, seed := range seeds(e) {
		e.t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Logf("run again with ALCHEMY_TEST_SEED=%d", seed)
			inner := *e
			inner.t = t
			f(&inner, seed)
		})
	}
}

var _ = register("06 bulk create equals one by one", func(e *env) {
	under(e, func(e *env, seed uint64) {
		const n = 60
		g := newGenerator(e, seed)
		one, all := e.twin(fmt.Sprint("one", seed)), e.twin(fmt.Sprint("all", seed))
		var single, bulk []everyType
		for i := range n {
			r := g.row(fmt.Sprintf("ref %03d", (i*37)%n)) // not in the order of the keys
			single, bulk = append(single, r), append(bulk, r)
		}
		for i := range single {
			e.ok(one.Create(&single[i]).Error)
		}
		e.ok(all.Create(&bulk).Error)
		e.equal("structs", withoutKeys(bulk), withoutKeys(single))
		stored := storedEveryType(e, all)
		e.equal("tables", withoutKeys(stored), withoutKeys(storedEveryType(e, one)))
		ownKeys(e, bulk, stored)
		checkStored(e, bulk, stored)
	})
})

var _ = register("06 bulk upsert equals one by one", func(e *env) {
	under(e, func(e *env, seed uint64) {
		const n = 40
		g := newGenerator(e, seed)
		one, all := e.twin(fmt.Sprint("one", seed)), e.twin(fmt.Sprint("all", seed))
		for i := range n / 2 {
			r := g.row(fmt.Sprintf("ref %03d", i*2))
			r.DeletedAt = gorm.DeletedAt{} // a match that is deleted is another case
			a, b := r, r
			e.ok(one.Create(&a).Error)
			e.ok(all.Create(&b).Error)
		}
		match := clauses.Upsert{Match: []string{"Ref"}}
		var single, bulk []everyType
		for i := range n {
			r := g.row(fmt.Sprintf("ref %03d", (i*17)%n))
			r.DeletedAt = gorm.DeletedAt{}
			single, bulk = append(single, r), append(bulk, r)
		}
		for i := range single {
			e.ok(one.Clauses(match).Create(&single[i]).Error)
		}
		e.ok(all.Clauses(match).Create(&bulk).Error)
		e.equal("structs", withoutKeys(bulk), withoutKeys(single))
		stored := storedEveryType(e, all)
		e.equal("tables", withoutKeys(stored), withoutKeys(storedEveryType(e, one)))
		ownKeys(e, bulk, stored)
	})
})

// ownKeys checks that each struct has the key of its own stored row.
func ownKeys(e *env, rows, stored []everyType) {
	e.t.Helper()
	keys := make(map[string]uint64, len(stored))
	for _, s := range stored {
		keys[s.Ref] = s.ID
	}
	for _, r := range rows {
		if r.ID == 0 || r.ID != keys[r.Ref] {
			e.t.Errorf("row %q has key %d, stored is %d", r.Ref, r.ID, keys[r.Ref])
		}
	}
}

// checkStored compares what was read with what was written, field by field:
// that two tables are equal does not say that either is right.
func checkStored(e *env, rows, stored []everyType) {
	e.t.Helper()
	byRef := make(map[string]everyType, len(stored))
	for _, s := range stored {
		byRef[s.Ref] = s
	}
	for _, r := range rows {
		s := byRef[r.Ref]
		// Empty and nil bytes are one thing on some databases, and so is an
		// embedded struct without values and no struct.
		if len(r.Bytes) == 0 && len(s.Bytes) == 0 {
			s.Bytes = r.Bytes
		}
		if r.Work == nil && s.Work != nil && *s.Work == (address{}) {
			s.Work = nil
		}
		e.equal("row "+r.Ref+" as it is stored", s, r)
	}
}
