package dialect

import (
	"context"
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
	spelling:   postgres{},
}

type postgres struct{ standard }

// isNew: a row that this statement inserted has no xmax; one that it
// updated carries the lock of ON CONFLICT there.
func (postgres) isNew(b clause.Builder) { _, _ = b.WriteString("(xmax = 0)") }

// distinct compares as text: every type has one, json and points included,
// which have no equality, and citext, whose equality hides a change of case.
func (postgres) distinct(b clause.Builder, c clause.Column, value any) {
	b.WriteQuoted(c)
	_, _ = b.WriteString("::text IS DISTINCT FROM (")
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

func (postgres) describe(ctx context.Context, q Querier, d gorm.Dialector, name TableName) (*Table, error) {
	var quoted strings.Builder
	if name.Schema != "" {
		d.QuoteTo(&quoted, name.Schema)
		quoted.WriteByte('.')
	}
	d.QuoteTo(&quoted, name.Name)
	args := []any{quoted.String()}
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
