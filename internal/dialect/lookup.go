package dialect

import (
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Names of the columns that a Lookup adds to its result.
const (
	OrdColumn  = "alchemy_ord"  // index into Lookup.Rows
	LiveColumn = "alchemy_live" // 1 where Lookup.Live holds, else 0

	sourceTable = "alchemy_v"
)

// Lookup reads rows by key. The database compares the keys, so that folding
// collations, padding and rounding are its own, and says by ordinal which
// input row each stored row belongs to.
type Lookup struct {
	Key      []string
	NullSafe bool                // NULL equals NULL in this key
	Where    []clause.Expression // predicate of a partial key
	Rows     [][]any             // key values
	Columns  []string            // what to read
	Types    map[string]string   // types to cast the key values to: a stored value may be rounded
	Bare     map[string]string   // types as a result told them, without length and precision
	Live     clause.Expression   // asked for as LiveColumn, or nil
	Lock     bool                // lock the rows
}

// WriteLookup writes the statement into stmt.
func (d *Dialect) WriteLookup(stmt *gorm.Statement, l *Lookup) {
	d.spelling.lookup(stmt, l)
	if l.Lock && d.rowLocks {
		_, _ = stmt.WriteString(" FOR UPDATE")
	}
}

// writeLookupHead writes the select list of a Lookup and the FROM up to the source.
func writeLookupHead(stmt *gorm.Statement, l *Lookup) {
	_, _ = stmt.WriteString("SELECT ")
	stmt.WriteQuoted(clause.Column{Table: sourceTable, Name: OrdColumn})
	if l.Live != nil {
		_, _ = stmt.WriteString(",CASE WHEN ")
		l.Live.Build(stmt)
		_, _ = stmt.WriteString(" THEN 1 ELSE 0 END AS ")
		stmt.WriteQuoted(LiveColumn)
	}
	for _, c := range l.Columns {
		_ = stmt.WriteByte(',')
		stmt.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: c})
	}
	_, _ = stmt.WriteString(" FROM ")
}

// writeLookupJoin writes the join of the source with the table. The table's
// column stands left of the sign, so that its collation and type decide.
func writeLookupJoin(stmt *gorm.Statement, l *Lookup, nullSafe string) {
	_, _ = stmt.WriteString(" JOIN ")
	stmt.WriteQuoted(clause.Table{Name: clause.CurrentTable})
	_, _ = stmt.WriteString(" ON ")
	for i, k := range l.Key {
		if i > 0 {
			_, _ = stmt.WriteString(" AND ")
		}
		stmt.WriteQuoted(clause.Column{Table: clause.CurrentTable, Name: k})
		if l.NullSafe {
			_, _ = stmt.WriteString(nullSafe)
		} else {
			_, _ = stmt.WriteString(" = ")
		}
		stmt.WriteQuoted(clause.Column{Table: sourceTable, Name: k})
	}
	for _, w := range l.Where {
		_, _ = stmt.WriteString(" AND (")
		w.Build(stmt)
		_ = stmt.WriteByte(')')
	}
}

// writeUnionSource writes the keys as a union whose first leg is empty but
// gives the columns their types and collations.
func writeUnionSource(stmt *gorm.Statement, l *Lookup) {
	_, _ = stmt.WriteString("(SELECT 0 AS ")
	stmt.WriteQuoted(OrdColumn)
	for _, k := range l.Key {
		_ = stmt.WriteByte(',')
		stmt.WriteQuoted(k)
	}
	_, _ = stmt.WriteString(" FROM ")
	stmt.WriteQuoted(clause.Table{Name: clause.CurrentTable})
	_, _ = stmt.WriteString(" WHERE 1 = 0")
	for i, row := range l.Rows {
		_, _ = stmt.WriteString(" UNION ALL SELECT ")
		_, _ = stmt.WriteString(strconv.Itoa(i))
		for j, v := range row {
			_ = stmt.WriteByte(',')
			writeCast(stmt, v, l.Types[l.Key[j]])
		}
	}
	_, _ = stmt.WriteString(") AS ")
	stmt.WriteQuoted(sourceTable)
}

// writeCast writes a value, cast to a type that the catalog told, if any.
func writeCast(stmt *gorm.Statement, v any, dbType string) {
	if dbType == "" {
		stmt.AddVar(stmt, v)
		return
	}
	_, _ = stmt.WriteString("CAST(")
	stmt.AddVar(stmt, v)
	_, _ = stmt.WriteString(" AS " + dbType + ")")
}

// MaxLegs bounds the rows of a statement that has a leg of a union for each:
// parsers recurse once a leg.
const MaxLegs = 500

// LookupRows is the number of rows that one Lookup may have.
func (d *Dialect) LookupRows(l *Lookup) int {
	rows := max(1, (d.ChunkParams()-16)/len(l.Key))
	if d.spelling.takesLegs(l) {
		return min(rows, MaxLegs)
	}
	return rows
}

// WriteFirsts writes the statement that tells, for each row of a Lookup, the
// first row of the Lookup with an equal key: two columns, the ordinals of both.
func (d *Dialect) WriteFirsts(stmt *gorm.Statement, l *Lookup) {
	_, _ = stmt.WriteString("SELECT ")
	stmt.WriteQuoted(OrdColumn)
	_, _ = stmt.WriteString(",MIN(")
	stmt.WriteQuoted(OrdColumn)
	_, _ = stmt.WriteString(") OVER (PARTITION BY ")
	for i, k := range l.Key {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		stmt.WriteQuoted(k)
	}
	_, _ = stmt.WriteString(") FROM ")
	writeUnionSource(stmt, l)
}
