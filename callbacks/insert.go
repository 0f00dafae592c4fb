package callbacks

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
	"github.com/gormalchemy/alchemy/internal/mark"
)

// inserter runs a create without Upsert where GORM would get it wrong. Which
// rows are inserted, updated, ignored or refused is what GORM's own statement
// says; only what comes back is ours.
type inserter struct {
	sender
	mode
	stmt     *gorm.Statement
	dialect  *dialect.Dialect
	t        *table
	conflict *clause.OnConflict
	keys     []candidate // by which a row that doesn't come back is found
	back     []clause.Column
	asked    []clause.Column // by the user's Returning
	fill     []*schema.Field // generated columns
	affected int64
}

// candidate is a unique key on which a row may have met another.
type candidate struct {
	dialect.Key
	fields []*schema.Field
}

// runInsert runs the create, in a transaction of ours when it takes several
// statements and there is none.
func (w *creator) runInsert(db *gorm.DB, c *call, how way) {
	stmt := db.Statement
	before := maps.Clone(stmt.Clauses)
	defer func() { stmt.Clauses = before }()
	_, isVerb := mark.Of(stmt)
	_, inTx := stmt.ConnPool.(gorm.TxCommitter)
	switch several := how == byAnyKey || w.bursts(stmt) || w.mixesDefaults(stmt); {
	case db.DryRun:
	case !inTx && several:
		c.openTransaction(db)
	case inTx && c.boundary == nothing && w.mayChunk(stmt):
		c.openSavepoint(db)
	}
	if db.Error != nil {
		return
	}
	var x *inserter
	err := w.attempts(db, c, mode{cells: !isVerb, inOrder: true}, func(m mode) (err error) {
		stmt.Clauses = maps.Clone(before)
		addCreateClauses(stmt)
		x = &inserter{sender: sender{db: db}, mode: m, stmt: stmt, dialect: w.config.Dialect}
		rows, err := inputRows(stmt)
		if err != nil {
			return err
		}
		if x.t, err = convert(stmt, rows); err != nil {
			return err
		}
		x.prepare(how)
		return x.run(how)
	})
	if err != nil {
		if db.Error == nil {
			_ = db.AddError(err) // as GORM reports it, translated if so configured
		}
		return
	}
	finish(db, c, x.affected)
}

// prepare works out the conflict clause, what comes back, and by which keys
// rows can be found.
func (x *inserter) prepare(how way) {
	if how != unfilled || x.db.DryRun {
		x.fill = modelOf(x.stmt.Schema).generated
	}
	if r, ok := x.stmt.Clauses["RETURNING"].Expression.(clause.Returning); ok {
		x.asked = r.Columns
		if len(r.Columns) == 0 {
			x.asked = []clause.Column{{Name: "*", Raw: true}}
		}
		x.back = slices.Clone(x.asked)
	}
	for _, f := range x.fill {
		x.comesBack(f)
	}
	oc, ok := x.stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok {
		return
	}
	oc.DoUpdates = firstOfEach(oc.DoUpdates)
	x.conflict = &oc
	if how != byAnyKey {
		return
	}
	x.keys = candidates(x.stmt, oc)
	for _, k := range x.keys {
		for _, f := range k.fields {
			x.comesBack(f)
		}
	}
}

// firstOfEach drops the second assignment to a column: GORM's expansion of
// UpdateAll adds to what the user assigns himself.
func firstOfEach(set clause.Set) clause.Set {
	var out clause.Set
	for _, a := range set {
		if !slices.ContainsFunc(out, func(b clause.Assignment) bool { return a.Column == b.Column }) {
			out = append(out, a)
		}
	}
	return out
}

// comesBack adds a column to those that the statement returns.
func (x *inserter) comesBack(f *schema.Field) {
	has := func(c clause.Column) bool { return c.Name == "*" || c.Name == f.DBName }
	if !slices.ContainsFunc(x.back, has) {
		x.back = append(x.back, clause.Column{Name: f.DBName})
	}
}

// run sends the rows in the order in which they were given: a key that one
// row names may be the next that another would be given.
func (x *inserter) run(how way) error {
	send := x.insertInOrder
	if how == byAnyKey {
		send = x.insertKeyed
	}
	extra := 0
	if x.conflict != nil {
		extra = countVars(x.stmt, func() { x.conflict.Build(x.stmt) })
	}
	for _, g := range x.groups() {
		for chunk := range slices.Chunk(g.rows, rowsFitting(x.dialect, len(g.columns), extra)) {
			if err := send(g, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// groups splits the rows where one statement can't say which cells take
// their default. Rows that name a key which the database generates for
// others go first then: it goes on behind the highest.
func (x *inserter) groups() []*group {
	leaveOut := func(*row, int) bool { return false }
	if !x.dialect.RowDefault() && isStruct(x.stmt) {
		leaveOut = func(r *row, k int) bool {
			f := x.t.fields[k]
			return f != nil && !f.AutoIncrement && x.t.databaseDefault(r, k)
		}
	}
	runs := x.t.runs(x.t.rows, leaveOut)
	if len(runs) == 1 {
		return runs
	}
	named, unnamed := x.byNamedKey()
	return append(x.t.groups(named, leaveOut), x.t.groups(unnamed, leaveOut)...)
}

// byNamedKey parts rows that name their generated key from those that don't.
func (x *inserter) byNamedKey() (named, unnamed []*row) {
	f := x.stmt.Schema.PrioritizedPrimaryField
	for _, r := range x.t.rows {
		if f != nil && f.AutoIncrement && !r.isZero(x.stmt.Context, f) {
			named = append(named, r)
		} else {
			unnamed = append(unnamed, r)
		}
	}
	return named, unnamed
}

// send sends one INSERT and returns what came back.
func (x *inserter) send(g *group, rows []*row) (*reader, error) {
	in := &dialect.Insert{Columns: x.t.names(g), Rows: g.cells(rows), Conflict: x.conflict, Returning: slices.Clone(x.back)}
	how := x.arrays(x.dialect, x.stmt, len(rows))
	if len(x.back) == 0 && how != dialect.Learn {
		n, err := x.exec(func(stmt *gorm.Statement) { x.dialect.WriteInsert(stmt, in) })
		x.affected += n
		return &reader{}, err
	}
	rd, err := x.sendInsert(x.stmt, x.dialect, how, in)
	x.affected += int64(len(rd.rows))
	return rd, err
}

func (x *inserter) insertInOrder(g *group, rows []*row) error {
	rd, err := x.send(g, rows)
	if err != nil || len(x.back) == 0 || x.db.DryRun {
		return err
	}
	return fillInOrder(x.stmt, rows, rd)
}

// insertKeyed sends rows of which some may not come back, finds out whose
// are those that do, and reads the others by their keys.
func (x *inserter) insertKeyed(g *group, rows []*row) error {
	for range maxAttempts {
		rd, err := x.send(g, rows)
		if err != nil {
			return err
		}
		keyed, free := x.split(rows)
		others := x.place(keyed, rd)
		for _, k := range x.keys {
			if err := x.readBack(k, unplaced(keyed), rd); err != nil {
				return err
			}
		}
		if err := x.placeFree(free, keyed, others, rd); err != nil {
			return err
		}
		if rows = unplaced(keyed); len(rows) == 0 {
			return nil
		}
	}
	return fmt.Errorf("alchemy: create of row %d in %s: %w", rows[0].index, x.stmt.Table, dberr.ErrRowGone)
}

// split parts rows that may meet another row from those that can't: no
// candidate key of theirs is complete.
func (x *inserter) split(rows []*row) (keyed, free []*row) {
	for _, r := range rows {
		if slices.ContainsFunc(x.keys, func(k candidate) bool { return hasKeyValues(x.stmt, r, k.fields) }) {
			keyed = append(keyed, r)
		} else {
			free = append(free, r)
		}
	}
	return keyed, free
}

// place fills the rows that came back. They come in the order in which they
// were sent, with gaps; each is known by the values of its keys. Those that
// are nobody's are returned.
func (x *inserter) place(rows []*row, rd *reader) (others []returned) {
	fields := rd.read()
	next := 0
	for _, b := range rd.rows {
		found := false
		for i := next; i < len(rows) && !found; i++ {
			if found = x.same(rows[i], b); found {
				rows[i].fill(x.stmt.Context, b.value, fields)
				next = i + 1
			}
		}
		if !found {
			others = append(others, b)
		}
	}
	return others
}

// placeFree fills the rows without a key, in order, with what came back and
// is nobody else's. A row of another spelling of its key has been read by now
// and is known by its primary key.
func (x *inserter) placeFree(free, keyed []*row, others []returned, rd *reader) error {
	if len(free) == 0 {
		return nil
	}
	taken := map[string]bool{}
	for _, r := range keyed {
		taken[x.primaryText(func(f *schema.Field) any { v, _ := r.get(x.stmt.Context, f); return v })] = true
	}
	left := &reader{fields: rd.fields, extra: rd.extra}
	for _, b := range others {
		if !taken[x.primaryText(func(f *schema.Field) any { v, _ := f.ValueOf(x.stmt.Context, b.value); return v })] {
			left.rows = append(left.rows, b)
		}
	}
	return fillInOrder(x.stmt, free, left)
}

func (x *inserter) primaryText(value func(*schema.Field) any) string {
	var text []byte
	for _, f := range x.stmt.Schema.PrimaryFields {
		text, _ = appendKey(text, value(f), false)
	}
	return string(text)
}

// same reports whether a row that came back has all the key values that the
// input row has.
func (x *inserter) same(r *row, b returned) bool {
	compared := false
	for _, k := range x.keys {
		for _, f := range k.fields {
			given, zero := r.get(x.stmt.Context, f)
			if zero && f.HasDefaultValue {
				continue
			}
			stored, _ := f.ValueOf(x.stmt.Context, b.value)
			want, _ := keyText([]any{given}, false)
			if got, _ := keyText([]any{stored}, false); got != want {
				return false
			}
			compared = true
		}
	}
	return compared
}

// readBack finds rows by one of their keys.
func (x *inserter) readBack(k candidate, rows []*row, back *reader) error {
	var have []*row
	for _, r := range rows {
		if hasKeyValues(x.stmt, r, k.fields) {
			have = append(have, r)
		}
	}
	wanted := x.wanted()
	columns := make([]string, 0, len(wanted))
	for _, f := range wanted {
		columns = append(columns, f.DBName)
	}
	how := &dialect.Lookup{Key: k.Columns, Where: k.Target(), Columns: columns, Bare: dialect.BareTypes(back.types)}
	for chunk := range slices.Chunk(have, x.dialect.LookupRows(how)) {
		l := *how
		for _, r := range chunk {
			values := make([]any, len(k.fields))
			for i, f := range k.fields {
				values[i], _ = r.get(x.stmt.Context, f)
			}
			l.Rows = append(l.Rows, values)
		}
		rd := &reader{stmt: x.stmt}
		if err := x.query(func(stmt *gorm.Statement) { x.dialect.WriteLookup(stmt, &l) }, rd); err != nil {
			return err
		}
		for _, b := range rd.rows {
			chunk[b.ord].fill(x.stmt.Context, b.value, wanted)
		}
	}
	return nil
}

// wanted returns the fields that a row left alone is filled with: what the
// database generates, and what the user's Returning names.
func (x *inserter) wanted() []*schema.Field {
	fields := slices.Clone(x.fill)
	for _, c := range x.asked {
		for _, f := range x.stmt.Schema.Fields {
			if f.DBName != "" && f.Readable && (c.Name == "*" || c.Name == f.DBName) && !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}
