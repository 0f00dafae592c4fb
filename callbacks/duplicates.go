package callbacks

import (
	"fmt"
	"slices"

	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

// rounds splits rows so that no two of a round share a key. A key that
// stands twice is sent once where that is provably the same as one by one:
// the first row when nothing is updated, the last when all is. Otherwise its
// nth row goes in the nth round.
func (x *upserter) rounds(rows []*row) ([][]*row, error) {
	if !repeats(rows) {
		return x.nonEmpty(rows), nil
	}
	byKey := map[string][]*row{}
	for _, r := range rows {
		byKey[r.keyText] = append(byKey[r.keyText], r)
	}
	var rounds [][]*row
	for _, r := range rows {
		same := byKey[r.keyText]
		if same[0] != r {
			continue
		}
		if len(same) > 1 && x.u.Duplicates == clauses.Reject {
			return nil, fmt.Errorf("alchemy: rows %d and %d have the same match key: %w", same[0].index, same[1].index, dberr.ErrDuplicateRow)
		}
		for n, r := range x.toSend(same) {
			if n == len(rounds) {
				rounds = append(rounds, nil)
			}
			rounds[n] = append(rounds[n], r)
		}
	}
	return rounds, nil
}

// repeats reports whether a key stands twice.
func repeats(rows []*row) bool {
	if len(rows) < 2 {
		return false
	}
	seen := make(map[string]struct{}, len(rows))
	for _, r := range rows {
		seen[r.keyText] = struct{}{}
	}
	return len(seen) < len(rows)
}

func (x *upserter) nonEmpty(rows []*row) [][]*row {
	if len(rows) == 0 {
		return nil
	}
	return [][]*row{slices.Clone(rows)}
}

// toSend returns the rows of one key that are sent, in order; the others
// hang on one of them as again.
func (x *upserter) toSend(same []*row) []*row {
	switch {
	case len(same) == 1:
		return same
	case x.u.key.Where != "":
		// Only the database knows which of them its predicate takes in.
	case x.u.DoNothing:
		same[0].again = same[1:]
		return same[:1]
	case x.lastIsAll(same):
		last := same[len(same)-1]
		last.again = same[:len(same)-1]
		return []*row{last}
	}
	for i, r := range same[:len(same)-1] {
		r.next = same[i+1]
	}
	return same
}

// lastIsAll reports whether sending the last of some rows of one key alone
// gives what all of them give: no condition, no expression, the same columns
// in each, and in every column that an update leaves alone the same value.
func (x *upserter) lastIsAll(same []*row) bool {
	if len(x.u.set) > 0 || len(x.u.where) > 0 || x.u.SkipUnchanged {
		return false
	}
	last := same[len(same)-1]
	g := x.t.groups([]*row{last}, x.t.databaseDefault)[0]
	updated := x.updated(g)
	for _, r := range same[:len(same)-1] {
		if !slices.Equal(r.unset, last.unset) {
			return false
		}
		for k, f := range x.t.fields {
			if f != nil && slices.Contains(updated, f) || f != nil && slices.Contains(x.u.match, f) {
				continue
			}
			a, _ := keyText([]any{r.cells[k]}, true)
			b, _ := keyText([]any{last.cells[k]}, true)
			if a != b {
				return false
			}
		}
	}
	return true
}

// settleDuplicates fills the structs of rows that share their key with
// another with what is stored in the end, and tells their outcomes.
func (x *upserter) settleDuplicates(rows []*row) {
	for _, r := range rows {
		for last := r.next; last != nil; last = last.next {
			if last.next == nil && x.sameRow(last, r) {
				x.copyRow(last, r)
			}
		}
		for i, a := range r.again {
			x.copyRow(r, a)
			switch {
			case x.u.DoNothing:
				x.outcomes[a.index] = clauses.Ignored
			case i == 0:
				x.outcomes[a.index] = x.outcomes[r.index]
			case x.outcomes[r.index] == clauses.Unknown:
			default:
				x.outcomes[a.index] = clauses.Updated
			}
		}
		if len(r.again) > 0 && !x.u.DoNothing && x.outcomes[r.index] != clauses.Unknown {
			x.outcomes[r.index] = clauses.Updated
		}
	}
}

// sameRow reports whether two rows of one key are one row of the table. They
// are, but for a partial key, which leaves rows outside of its predicate apart.
func (x *upserter) sameRow(a, b *row) bool {
	if x.u.key.Where == "" || len(x.stmt.Schema.PrimaryFields) == 0 {
		return x.u.key.Where == ""
	}
	return x.primaryText(a) == x.primaryText(b)
}

func (x *upserter) primaryText(r *row) string {
	var values []any
	for _, f := range x.stmt.Schema.PrimaryFields {
		v, _ := r.get(x.stmt.Context, f)
		values = append(values, v)
	}
	text, _ := keyText(values, false)
	return text
}

// copyRow gives one struct, or map, the columns of another.
func (x *upserter) copyRow(from, to *row) {
	if x.db.DryRun {
		return
	}
	var fields []*schema.Field
	for _, f := range modelOf(x.stmt.Schema).columns {
		if f.Readable {
			fields = append(fields, f)
		}
	}
	if from.value.IsValid() {
		to.fill(x.stmt.Context, from.value, fields)
		return
	}
	for name, v := range from.fields {
		to.fields[name] = v
	}
}
