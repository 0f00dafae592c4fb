package dialect

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

var postgresTraits = traits{
	upserts:    true,
	maxParams:  65535,
	rowDefault: true,
	rowLocks:   true,
	tellsNew:   true,
	casts:      true,
	arrays:     true,
	spelling:   postgres{},
}

type postgres struct{ standard }

// lookup takes VALUES where the types of the key are known, as they are once
// a statement has returned it: the first row says them.
func (p postgres) lookup(stmt *gorm.Statement, l *Lookup) {
	if p.takesLegs(l) {
		p.standard.lookup(stmt, l)
		return
	}
	writeLookupHead(stmt, l)
	_, _ = stmt.WriteString("(VALUES ")
	for i, row := range l.Rows {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		_, _ = stmt.WriteString("(" + strconv.Itoa(i))
		for j, v := range row {
			_ = stmt.WriteByte(',')
			if i == 0 {
				writeCast(stmt, v, l.Bare[l.Key[j]])
			} else {
				stmt.AddVar(stmt, v)
			}
		}
		_ = stmt.WriteByte(')')
	}
	_, _ = stmt.WriteString(") AS ")
	stmt.WriteQuoted(sourceTable)
	stmt.WriteQuoted(append([]string{OrdColumn}, l.Key...))
	writeLookupJoin(stmt, l, " IS NOT DISTINCT FROM ")
}

func (postgres) takesLegs(l *Lookup) bool {
	return len(l.Types) > 0 || slices.ContainsFunc(l.Key, func(k string) bool { return l.Bare[k] == "" })
}

// isNew: a row that this statement inserted has no xmax; one that it
// updated carries the lock of ON CONFLICT there.
func (postgres) isNew(b clause.Builder) { _, _ = b.WriteString("(xmax = 0)") }

// distinct compares as text, byte by byte: every type has one, json and
// points included, which have no equality, and so have citext and collations
// whose equality hides a change of case.
func (postgres) distinct(b clause.Builder, c clause.Column, value any) {
	b.WriteQuoted(c)
	_, _ = b.WriteString("::text COLLATE \"C\" IS DISTINCT FROM (")
	b.AddVar(b, value)
	_, _ = b.WriteString(")::text")
}

// Keys whose columns are all plain; INCLUDE columns are not part of a key,
// and a deferrable or invalid index can't take a conflict.
const postgresKeys = `SELECT c.relname, i.indisprimary::text, COALESCE(pg_get_expr(i.indpred, i.indrelid), ''),
 COALESCE(to_jsonb(i)->>'indnullsnotdistinct', 'false'),
 (SELECT string_agg(a.attname, E'\x01' ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(att, n) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att WHERE k.n <= i.indnkeyatts)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT 0 = ANY (i.indkey::int2[])
ORDER BY i.indisprimary DESC, c.relname`

const postgresColumns = `SELECT a.attname, format_type(a.atttypid, a.atttypmod), (c.relkind = 'p')::text
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`

func (postgres) describe(ctx context.Context, q Querier, name TableName) (*Table, error) {
	args := []any{name.Quoted}
	t := &Table{Types: map[string]string{}}
	err := collect(ctx, q, postgresColumns, args, 3, func(v []string) {
		t.Types[v[0]] = v[1]
		t.Partitioned = v[2] == "true"
	})
	if err != nil {
		return nil, err
	}
	return t, collect(ctx, q, postgresKeys, args, 5, func(v []string) {
		t.Keys = append(t.Keys, Key{
			Name:       v[0],
			Primary:    v[1] == "true",
			Where:      v[2],
			NullsEqual: v[3] == "true",
			Columns:    strings.Split(v[4], "\x01"),
		})
	})
}
