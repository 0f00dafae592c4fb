package callbacks

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/internal/dialect"
)

// shape is how the rows of one group are written: what a match gets, what
// comes back.
type shape struct {
	group    *group
	conflict *clause.OnConflict
	set      []*schema.Field // columns a match gets from the new row as they are
	back     []*schema.Field // columns in which the stored row may differ from the struct
}

// shapeOf works out the statement for a group of rows.
func (x *upserter) shapeOf(g *group) *shape {
	s := &shape{group: g}
	var set clause.Set
	if !x.u.DoNothing {
		updated := x.updated(g)
		set = make(clause.Set, 0, len(updated)+len(x.u.set))
		s.set = make([]*schema.Field, 0, len(updated))
		for _, f := range updated {
			a := clause.Assignment{Column: clause.Column{Name: f.DBName}, Value: clause.Column{Table: dialect.ExcludedTable, Name: f.DBName}}
			if f.AutoUpdateTime > 0 && x.touched[f] {
				a.Value = timeValue(f, x.now)
			} else {
				s.set = append(s.set, f)
			}
			set = append(set, a)
		}
		set = append(set, x.u.set...)
	}
	s.conflict = &clause.OnConflict{
		Columns:     columnsOf(x.u.match),
		TargetWhere: clause.Where{Exprs: x.u.key.Target()},
		DoNothing:   len(set) == 0,
		DoUpdates:   set,
	}
	if len(set) > 0 {
		s.conflict.Where.Exprs = x.updateOnlyIf(set)
	}
	s.back = x.comesBack(s)
	return s
}

// updated returns the fields that a match gets from the new row.
func (x *upserter) updated(g *group) []*schema.Field {
	fields := make([]*schema.Field, 0, len(x.t.fields))
	add := func(f *schema.Field) {
		if f != nil && !slices.Contains(fields, f) && !x.isSet(f) {
			fields = append(fields, f)
		}
	}
	switch {
	case len(x.u.update) > 0:
		for _, f := range x.u.update {
			add(f)
		}
	case len(x.u.fields) > 0:
		for _, f := range x.u.fields {
			if x.updatedByDefault(f) {
				add(f)
			}
		}
	default:
		for k, f := range x.t.fields {
			if f != nil && !g.kept[k] && x.updatedByDefault(f) {
				add(f)
			}
		}
	}
	if len(fields) == 0 && len(x.u.set) == 0 {
		return nil
	}
	for _, k := range g.columns { // an update moves updated-at, named or not
		if f := x.t.fields[k]; f != nil && f.AutoUpdateTime > 0 && f.Updatable {
			add(f)
		}
	}
	return fields
}

// updatedByDefault reports whether an update writes a field that isn't named
// in Upsert.Update.
func (x *upserter) updatedByDefault(f *schema.Field) bool {
	return modelOf(x.stmt.Schema).byDefault[f] && !slices.Contains(x.u.match, f)
}

// isSet reports whether Upsert.Set assigns the field.
func (x *upserter) isSet(f *schema.Field) bool {
	return slices.ContainsFunc(x.u.set, func(a clause.Assignment) bool { return a.Column.Name == f.DBName })
}

// updateOnlyIf returns the conditions under which a match is written, each
// in parentheses of its own.
func (x *upserter) updateOnlyIf(set clause.Set) []clause.Expression {
	var exprs []clause.Expression
	for _, w := range x.u.where {
		exprs = append(exprs, parenthesized{w})
	}
	if x.u.soft != nil {
		exprs = append(exprs, parenthesized{x.u.soft.live})
	}
	if !x.u.SkipUnchanged {
		return exprs
	}
	var changed anyOf
	for _, a := range set {
		if f := x.stmt.Schema.FieldsByDBName[a.Column.Name]; f != nil && f.AutoUpdateTime > 0 {
			continue
		}
		column := clause.Column{Table: clause.CurrentTable, Name: a.Column.Name}
		changed = append(changed, x.dialect.Distinct(column, a.Value))
	}
	return append(exprs, parenthesized{changed})
}

// comesBack returns the columns in which, after the statement, the stored
// row may differ from the struct: all but those that insert and update alike
// take from it.
func (x *upserter) comesBack(s *shape) []*schema.Field {
	columns := modelOf(x.stmt.Schema).columns
	fields := make([]*schema.Field, 0, len(columns))
	for _, f := range columns {
		switch {
		case slices.Contains(x.u.match, f), f.PrimaryKey:
			fields = append(fields, f) // also to find the struct by
		case !f.Readable:
		case !slices.Contains(s.set, f) || !slices.Contains(s.group.columns, slices.Index(x.t.fields, f)):
			fields = append(fields, f)
		}
	}
	return fields
}

// timeValue is a time as GORM writes it into a field that tracks updates.
func timeValue(f *schema.Field, now time.Time) any {
	switch f.AutoUpdateTime {
	case schema.UnixNanosecond:
		return now.UnixNano()
	case schema.UnixMillisecond:
		return now.UnixMilli()
	case schema.UnixSecond:
		return now.Unix()
	}
	return now
}

// touched tells which update-tracking fields some struct holds a time of its
// own in: an insert keeps it, an update must not.
func touched(stmt *gorm.Statement, rows []*row) map[*schema.Field]bool {
	found := map[*schema.Field]bool{}
	for _, f := range modelOf(stmt.Schema).tracked {
		found[f] = slices.ContainsFunc(rows, func(r *row) bool { return !r.isZero(stmt.Context, f) })
	}
	return found
}

// parenthesized writes its expression in parentheses.
type parenthesized struct{ clause.Expression }

// Build writes the expression.
func (p parenthesized) Build(b clause.Builder) {
	_ = b.WriteByte('(')
	p.Expression.Build(b)
	_ = b.WriteByte(')')
}

// anyOf is conditions joined by OR; none at all is false.
type anyOf []clause.Expression

// Build writes the conditions.
func (o anyOf) Build(b clause.Builder) {
	for i, e := range o {
		if i > 0 {
			_, _ = b.WriteString(" OR ")
		}
		e.Build(b)
	}
	if len(o) == 0 {
		_, _ = b.WriteString("1 = 0")
	}
}
