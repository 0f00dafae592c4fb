// Package clauses holds the values that tell a GORM create more than an
// insert: give them to db.Clauses, to gorm.G, or to the verbs of a repository.
//
//	db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&posts)
//
// They hold intent only. The plugin's create callback reads them, and the
// database's dialect spells them. Without the plugin in use they fail with
// dberr.ErrNotInstalled rather than do something else.
package clauses
