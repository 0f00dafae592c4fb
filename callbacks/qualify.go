package callbacks

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// qualify writes the table before the columns of conditions that name a
// field of the model without one: in an upsert such a name could also mean
// the new row, and databases refuse it. Raw text stays as it is.
func qualify(stmt *gorm.Statement, exprs []clause.Expression) []clause.Expression {
	var out []clause.Expression
	for _, e := range exprs {
		out = append(out, qualifyOne(stmt, e))
	}
	return out
}

func qualifyOne(stmt *gorm.Statement, e clause.Expression) clause.Expression {
	switch x := e.(type) {
	case clause.Eq:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Neq:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Gt:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Gte:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Lt:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Lte:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.Like:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.IN:
		x.Column = qualifyColumn(stmt, x.Column)
		return x
	case clause.AndConditions:
		return clause.AndConditions{Exprs: qualify(stmt, x.Exprs)}
	case clause.OrConditions:
		return clause.OrConditions{Exprs: qualify(stmt, x.Exprs)}
	case clause.NotConditions:
		return clause.NotConditions{Exprs: qualify(stmt, x.Exprs)}
	}
	return e
}

func qualifyColumn(stmt *gorm.Statement, column any) any {
	name, ok := column.(string)
	if c, isColumn := column.(clause.Column); isColumn && c.Table == "" && !c.Raw {
		name, ok = c.Name, true
	}
	if !ok {
		return column
	}
	if f := stmt.Schema.LookUpField(name); f != nil && f.DBName != "" {
		return clause.Column{Table: clause.CurrentTable, Name: f.DBName}
	}
	return column
}
