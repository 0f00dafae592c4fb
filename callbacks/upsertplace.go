package callbacks

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
)

// tellsNew reports whether the statement is to return which rows are new.
func (x *upserter) tellsNew(s *shape) bool {
	return x.u.Outcomes != nil && !s.conflict.DoNothing && x.dialect.TellsNew() && !x.silent
}

// place fills the structs of rows that came back under their own key. What
// came back under a key that is nobody's, because the database spells it
// otherwise, is returned: the read-back finds whose it is.
func (x *upserter) place(s *shape, rows []*row, back *reader) (strays []returned) {
	fields := back.read()
	var byKey map[string]*row
	for i, b := range back.rows {
		text := x.textOf(b.value, x.u.match)
		var r *row
		if i < len(rows) && byKey == nil && rows[i].keyText == string(text) {
			r = rows[i] // they mostly come in the order in which they were sent
		} else {
			if byKey == nil {
				byKey = indexByKey(rows)
			}
			r = byKey[string(text)]
		}
		if r == nil {
			strays = append(strays, b)
			continue
		}
		r.fill(x.stmt.Context, b.value, fields)
		x.outcomes[r.index] = x.outcomeOfWritten(s, r, b)
	}
	return strays
}

func indexByKey(rows []*row) map[string]*row {
	byKey := make(map[string]*row, len(rows))
	for _, r := range rows {
		byKey[r.keyText] = r
	}
	return byKey
}

// textOf returns the key text of some fields of a row that came back. It
// holds until the next call.
func (x *upserter) textOf(v reflect.Value, fields []*schema.Field) []byte {
	x.text = x.text[:0]
	for _, f := range fields {
		value, _ := f.ValueOf(x.stmt.Context, v)
		x.text, _ = appendKey(x.text, value, x.dialect.ZonedTimes())
	}
	return x.text
}

// outcomeOfWritten tells what was done with a row that the statement returned.
func (x *upserter) outcomeOfWritten(s *shape, r *row, b returned) clauses.Outcome {
	switch {
	case s.conflict.DoNothing || b.isNew:
		return clauses.Inserted
	case x.tellsNew(s):
		return clauses.Updated
	case x.existing == nil:
		return clauses.Unknown
	case x.existing[r.keyText]:
		return clauses.Updated
	}
	x.existing[r.keyText] = true
	return clauses.Inserted
}

// readBack reads the rows that the statement left alone, or whose key the
// database spells otherwise, and fills their structs with what is stored.
func (x *upserter) readBack(s *shape, rows []*row, back *reader, strays []returned) error {
	written := make(map[string]returned, len(strays))
	for _, b := range strays {
		written[string(x.textOf(b.value, x.stmt.Schema.PrimaryFields))] = b
	}
	found := func(r *row, b returned, fields []*schema.Field) error {
		w, wasWritten := written[string(x.textOf(b.value, x.stmt.Schema.PrimaryFields))]
		if x.u.guardsDeleted() && !b.live {
			return fmt.Errorf("alchemy: row %d matches a row of %s that is deleted: set Upsert.Revive to bring it back, or match on a key that leaves deleted rows out: %w", r.index, x.stmt.Table, dberr.ErrMatchDeleted)
		}
		if wasWritten && len(x.stmt.Schema.PrimaryFields) > 0 {
			x.outcomes[r.index] = x.outcomeOfWritten(s, r, w)
		} else {
			x.outcomes[r.index] = x.outcomeOfLeft(r, b)
		}
		r.fill(x.stmt.Context, b.value, fields)
		return nil
	}
	if err := x.lookUp(rows, &dialect.Lookup{Bare: dialect.BareTypes(back.types)}, found); err != nil {
		return err
	}
	left := unplaced(rows)
	if len(left) == 0 || !x.dialect.Casts() {
		return nil
	}
	types, err := x.types()
	if err != nil {
		return err
	}
	return x.lookUp(left, &dialect.Lookup{Types: types}, found)
}

// types returns the types of the key's columns, where a value compares as
// it is stored only when it is cast.
func (x *upserter) types() (map[string]string, error) {
	if !x.dialect.Casts() {
		return nil, nil
	}
	t, err := x.dialect.Describe(x.stmt)
	if err != nil {
		return nil, err
	}
	return t.Types, nil
}

// guardsDeleted reports whether a match must be live.
func (u *upsert) guardsDeleted() bool { return u.soft != nil }

// outcomeOfLeft tells why a row was left alone.
func (x *upserter) outcomeOfLeft(r *row, b returned) clauses.Outcome {
	switch {
	case x.u.DoNothing:
		return clauses.Ignored
	case x.u.SkipUnchanged && len(x.u.where) > 0:
		if x.equalCells(r, b) {
			return clauses.Unchanged
		}
		return clauses.Ignored
	case len(x.u.where) > 0:
		return clauses.Ignored
	}
	return clauses.Unchanged
}

// equalCells reports whether the stored row holds what an update would write.
func (x *upserter) equalCells(r *row, b returned) bool {
	for k, f := range x.t.fields {
		if f == nil || r.unset[k] || !x.updatedByDefault(f) || (len(x.u.update) > 0 && !slices.Contains(x.u.update, f)) {
			continue
		}
		stored, _ := f.ValueOf(x.stmt.Context, b.value)
		want, _ := keyText([]any{r.cells[k]}, false)
		if got, _ := keyText([]any{stored}, false); got != want {
			return false
		}
	}
	return true
}

// lookUp finds stored rows by the keys of rows; the database compares. How
// says what is known of the types of the key.
func (x *upserter) lookUp(rows []*row, how *dialect.Lookup, found func(*row, returned, []*schema.Field) error) error {
	how.Key = x.u.key.Columns
	how.NullSafe = x.u.key.NullsEqual
	how.Where = x.u.key.Target()
	how.Columns = readable(x.stmt.Schema)
	if x.u.guardsDeleted() {
		how.Live = x.u.soft.live
	}
	for chunk := range slices.Chunk(rows, x.dialect.LookupRows(how)) {
		l := *how
		for _, r := range chunk {
			l.Rows = append(l.Rows, x.keyInOrder(r))
		}
		rd := &reader{stmt: x.stmt}
		if err := x.query(func(stmt *gorm.Statement) { x.dialect.WriteLookup(stmt, &l) }, rd); err != nil {
			return x.dialect.Wrap(err)
		}
		fields := rd.read()
		for _, b := range rd.rows {
			if err := found(chunk[b.ord], b, fields); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyInOrder returns the key of a row in the order of the key's columns,
// which need not be that of Upsert.Match.
func (x *upserter) keyInOrder(r *row) []any {
	values := make([]any, len(x.u.key.Columns))
	for i, c := range x.u.key.Columns {
		values[i] = r.key[slices.IndexFunc(x.u.match, func(f *schema.Field) bool { return f.DBName == c })]
	}
	return values
}

// readable returns the columns of the model that may be read.
func readable(s *schema.Schema) []string {
	var names []string
	for _, n := range s.DBNames {
		if f := s.FieldsByDBName[n]; f.Readable || f.PrimaryKey {
			names = append(names, n)
		}
	}
	return names
}

// noteExisting finds out, where the statement can't tell and it was asked
// for, which rows are there before. The write lock is taken first, so that
// nobody comes between.
func (x *upserter) noteExisting(rows []*row) error {
	if x.u.Outcomes == nil || x.u.DoNothing || x.dialect.TellsNew() || x.db.DryRun || len(rows) == 0 {
		return nil
	}
	if err := x.lock(); err != nil {
		return x.dialect.Wrap(err)
	}
	x.existing = map[string]bool{}
	return x.lookUp(rows, &dialect.Lookup{}, func(r *row, _ returned, _ []*schema.Field) error {
		x.existing[r.keyText] = true
		return nil
	})
}

// lock takes the write lock where reads don't lock rows.
func (x *upserter) lock() error {
	if !x.dialect.LockBeforeRead() {
		return nil
	}
	if x.call.boundary != nothing && x.call.boundary != atSavepoint && x.call.canRestart(x.db) {
		pool := x.stmt.ConnPool
		if p, ok := pool.(*gorm.PreparedStmtTX); ok {
			pool = p.Tx
		}
		return x.dialect.BeginImmediate(x.stmt.Context, pool)
	}
	_, err := x.exec(func(stmt *gorm.Statement) { x.dialect.WriteLock(stmt, x.u.match[0].DBName) })
	return err
}

// unify gives rows that are one to the database one key text. It is for a
// batch that the database refused because it compares more loosely than we.
func (x *upserter) unify(rows []*row) error {
	types, err := x.types()
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(rows, dialect.MaxLegs) {
		l := &dialect.Lookup{Key: x.u.key.Columns, Types: types}
		for _, r := range chunk {
			l.Rows = append(l.Rows, x.keyInOrder(r))
		}
		err := x.query(func(stmt *gorm.Statement) { x.dialect.WriteFirsts(stmt, l) }, eachRow(func(rows *sql.Rows) error {
			var ord, first int
			err := rows.Scan(&ord, &first)
			chunk[ord].keyText = chunk[first].keyText
			return err
		}))
		if err != nil {
			return x.dialect.Wrap(err)
		}
	}
	return nil
}
