package alchemy

import (
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
)

// Upsert is clauses.Upsert{Match: match} as a scope:
//
//	db.Scopes(alchemy.Upsert("slug")).Create(&posts)
//
// Without names the match is by primary key.
func Upsert(match ...string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clauses.Upsert{Match: match})
	}
}
