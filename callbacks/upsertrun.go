package callbacks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
)

// upserter runs one upsert: plans which rows go together, sends them, and
// sees to it that every row's struct holds what the table holds.
type upserter struct {
	sender
	mode
	stmt     *gorm.Statement
	dialect  *dialect.Dialect
	call     *call
	u        *upsert
	t        *table
	now      time.Time
	touched  map[*schema.Field]bool
	existing map[string]bool // key texts of rows that were there before
	outcomes []clauses.Outcome
	affected int64
	text     []byte // of the key that is looked up
}

// run does the whole upsert.
func (x *upserter) run() error {
	if err := x.convert(); err != nil {
		return err
	}
	keyed, free, err := x.classify()
	if err != nil {
		return err
	}
	x.outcomes = make([]clauses.Outcome, len(x.t.rows))
	if x.fold {
		if err := x.unify(keyed); err != nil {
			return err
		}
	}
	rounds, err := x.rounds(keyed)
	if err != nil {
		return err
	}
	if err := x.noteExisting(keyed); err != nil {
		return err
	}
	for _, rows := range rounds {
		if err := x.round(rows); err != nil {
			return err
		}
	}
	if err := x.insertFree(free); err != nil {
		return err
	}
	x.settleDuplicates(keyed)
	return nil
}

// convert lets GORM make the values, with the columns that Fields names.
func (x *upserter) convert() error {
	stmt := x.stmt
	rows, err := inputRows(stmt)
	if err != nil {
		return err
	}
	x.now, x.touched = stmt.NowFunc(), touched(stmt, rows)
	selects := stmt.Selects
	defer func() { stmt.Selects = selects }()
	limit := slices.Clone(selects)
	for _, f := range x.u.fields {
		limit = append(limit, f.DBName)
	}
	if len(limit) > 0 {
		for _, f := range x.u.match {
			limit = append(limit, f.DBName)
		}
	}
	stmt.Selects = limit
	x.t, err = convert(stmt, rows)
	return err
}

// classify finds the key of every row. A row whose key the database is to
// generate can't match and is free; nil matches nothing and is refused,
// unless the key takes NULLs for equal.
func (x *upserter) classify() (keyed, free []*row, err error) {
	at := make([]int, len(x.u.match)) // the columns of the match fields
	for i, f := range x.u.match {
		at[i] = slices.Index(x.t.fields, f)
	}
	values := make([]any, len(x.t.rows)*len(at))
	for _, r := range x.t.rows {
		r.key, values = values[:len(at):len(at)], values[len(at):]
		isFree := false
		for i, f := range x.u.match {
			k := at[i]
			if k < 0 || r.unset[k] {
				if f.HasDefaultValue {
					isFree = true
					break
				}
				return nil, nil, x.nullMatch(r, f)
			}
			r.key[i] = r.cells[k]
		}
		if isFree {
			free = append(free, r)
			continue
		}
		var null bool
		if r.keyText, null = keyText(r.key, x.dialect.ZonedTimes()); null {
			if err := x.checkNull(r); err != nil {
				return nil, nil, err
			}
		}
		keyed = append(keyed, r)
	}
	return keyed, free, nil
}

// checkNull refuses a nil in the key of a row, unless the table says that
// NULLs are equal there, which a model can't say.
func (x *upserter) checkNull(r *row) error {
	if !x.u.key.NullsEqual && !x.db.DryRun {
		t, err := x.dialect.Describe(x.stmt)
		if err != nil {
			return err
		}
		if k, ok := dialect.FindKey(t.Keys, x.u.key.Columns); ok {
			x.u.key.NullsEqual = k.NullsEqual
		}
	}
	if x.u.key.NullsEqual {
		return nil
	}
	for i, v := range r.key {
		if deref(v) == nil {
			return x.nullMatch(r, x.u.match[i])
		}
	}
	return nil
}

func (x *upserter) nullMatch(r *row, f *schema.Field) error {
	if !r.value.IsValid() {
		return fmt.Errorf("alchemy: map %d has no value for match column %q: set it, or match on another key: %w", r.index, f.DBName, dberr.ErrNullMatch)
	}
	return fmt.Errorf("alchemy: row %d has nil in match field %q, which no stored row would match: set it, or match on another key: %w", r.index, f.Name, dberr.ErrNullMatch)
}

// sortByKey puts rows in the order of their keys: batches that overlap then
// lock in one order and don't deadlock. Keys that differ only in case or
// trailing blanks may be one to the database and keep their order.
func sortByKey(rows []*row) {
	slices.SortStableFunc(rows, func(a, b *row) int {
		for i := range a.key {
			if c := compareValues(deref(a.key[i]), deref(b.key[i])); c != 0 {
				return c
			}
		}
		return 0
	})
}

// compareValues orders driver values; the order is the same for all callers,
// which is all that is asked of it.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(strings.ToLower(strings.TrimRight(x, " ")), strings.ToLower(strings.TrimRight(y, " ")))
		}
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	}
	s, _ := keyText([]any{a}, false)
	t, _ := keyText([]any{b}, false)
	if c := cmp.Compare(len(s), len(t)); c != 0 {
		return c
	}
	return cmp.Compare(s, t)
}

// round sends rows whose keys all differ.
func (x *upserter) round(rows []*row) error {
	if !x.inOrder {
		sortByKey(rows)
	}
	for _, g := range x.t.groups(rows, x.t.databaseDefault) {
		s := x.shapeOf(g)
		for chunk := range slices.Chunk(g.rows, x.chunkSize(s)) {
			if err := x.write(s, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// chunkSize is the number of rows whose parameters fit into one statement.
func (x *upserter) chunkSize(s *shape) int {
	if len(s.group.rows)*len(s.group.columns) < x.dialect.ChunkParams()/2 && !x.fold && len(s.group.columns) > 0 && len(x.u.set)+len(x.u.where) == 0 {
		return len(s.group.rows) // the conflict clause adds at most a few times
	}
	extra := countVars(x.stmt, func() { s.conflict.Build(x.stmt) })
	n := rowsFitting(x.dialect, len(s.group.columns), extra)
	if x.fold {
		n = min(n, dialect.MaxLegs)
	}
	return n
}

// rowsFitting is the number of rows of so many columns that one statement
// takes beside extra parameters.
func rowsFitting(d *dialect.Dialect, columns, extra int) int {
	if columns == 0 {
		return 1
	}
	return max(1, min(d.ChunkParams(), d.MaxParams()-extra)/columns)
}

// maxAttempts bounds how often rows are sent again because the row that
// kept them out was gone when it was read.
const maxAttempts = 10

// write sends one chunk and places its rows; rows whose match vanished
// between the statement and its read-back are sent again.
func (x *upserter) write(s *shape, rows []*row) error {
	for range maxAttempts {
		back, err := x.insert(s.group, rows, s.conflict, s.back, x.tellsNew(s))
		if err != nil || x.db.DryRun {
			return x.wrap(err, rows)
		}
		x.affected += int64(len(back.rows))
		strays := x.place(s, rows, back)
		left := unplaced(rows)
		if len(left) == 0 {
			return nil
		}
		if err := x.readBack(s, left, back, strays); err != nil {
			return err
		}
		if rows = unplaced(left); len(rows) == 0 {
			return nil
		}
	}
	return fmt.Errorf("alchemy: upsert of row %d into %s: %w", rows[0].index, x.stmt.Table, dberr.ErrRowGone)
}

// insert sends one INSERT.
func (x *upserter) insert(g *group, rows []*row, conflict *clause.OnConflict, back []*schema.Field, tellNew bool) (*reader, error) {
	in := &dialect.Insert{
		Columns:   x.t.names(g),
		Rows:      g.cells(rows),
		Conflict:  conflict,
		Returning: columnsOf(back),
		TellNew:   tellNew,
	}
	return x.sendInsert(x.stmt, x.dialect, x.arrays(x.dialect, x.stmt, len(rows)), in)
}

// wrap gives the error of a statement its type; a statement of one row tells which.
func (x *upserter) wrap(err error, rows []*row) error {
	switch {
	case err == nil || errors.Is(err, x.db.Error):
		return err
	case len(rows) == 1:
		return x.dialect.WrapRow(err, rows[0].index)
	}
	return x.dialect.Wrap(err)
}

func unplaced(rows []*row) []*row {
	var left []*row
	for _, r := range rows {
		if !r.placed {
			left = append(left, r)
		}
	}
	return left
}

// insertFree inserts rows that can match nothing, because the database makes
// their key. They come back in the order in which they were sent.
func (x *upserter) insertFree(rows []*row) error {
	for _, g := range x.t.groups(rows, x.t.databaseDefault) {
		s := &shape{group: g, back: x.generatedOf(g)}
		for chunk := range slices.Chunk(g.rows, rowsFitting(x.dialect, len(g.columns), 0)) {
			back, err := x.insert(g, chunk, nil, s.back, false)
			if err != nil {
				return x.hint(x.wrap(err, chunk))
			}
			if x.db.DryRun {
				continue
			}
			if err := fillInOrder(x.stmt, chunk, back); err != nil {
				return err
			}
			x.affected += int64(len(back.rows))
			for _, r := range chunk {
				x.outcomes[r.index] = clauses.Inserted
			}
		}
	}
	return nil
}

// hint says what a newcomer has most likely missed when a row without a key
// meets another one by another key.
func (x *upserter) hint(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fmt.Errorf("alchemy: a row without %s is inserted, not matched: name the key to match by in Upsert.Match: %w", x.u.match[0].Name, err)
	}
	return err
}

// generatedOf returns the columns that an insert of the group leaves to the database.
func (x *upserter) generatedOf(g *group) []*schema.Field {
	var fields []*schema.Field
	for _, f := range modelOf(x.stmt.Schema).columns {
		if !f.Readable {
			continue
		}
		k := slices.Index(x.t.fields, f)
		if f.PrimaryKey || k < 0 || !slices.Contains(g.columns, k) {
			fields = append(fields, f)
		}
	}
	return fields
}

// fillInOrder places rows that came back in the order in which they were sent.
func fillInOrder(stmt *gorm.Statement, rows []*row, back *reader) error {
	if len(back.rows) != len(rows) {
		return fmt.Errorf("alchemy: of %d rows without a key, sent to %s, %d came back: a key that the database generates is taken already: %w", len(rows), stmt.Table, len(back.rows), gorm.ErrDuplicatedKey)
	}
	fields := back.read()
	for i, r := range rows {
		r.fill(stmt.Context, back.rows[i].value, fields)
	}
	return nil
}
