package alchemy_test

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy"
)

type Tag struct {
	ID    uint
	Slug  string `gorm:"unique"`
	Label string
}

// open returns a database that sends nothing, with the plugin in use.
func open() *gorm.DB {
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err == nil {
		err = db.Use(alchemy.New(alchemy.Config{}))
	}
	if err != nil {
		panic(err)
	}
	return db
}

func ExampleNew() {
	// With a database: gorm.Open(postgres.Open(dsn), &gorm.Config{}).
	db, err := gorm.Open(tests.DummyDialector{}, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	fmt.Println(db.Use(alchemy.New(alchemy.Config{Savepoints: alchemy.SavepointsAlways})))

	// It is put in use once; all sessions have it.
	err = db.Session(&gorm.Session{}).Use(alchemy.New(alchemy.Config{}))
	fmt.Println(errors.Is(err, gorm.ErrRegistered))
	// Output:
	// <nil>
	// true
}

func ExampleUpsert() {
	tags := []Tag{{Slug: "go", Label: "Go"}, {Slug: "sql", Label: "SQL"}}
	text := open().ToSQL(func(tx *gorm.DB) *gorm.DB {
		return tx.Scopes(alchemy.Upsert("slug")).Create(&tags)
	})
	fmt.Println(text)
	// Output:
	// INSERT INTO `tags` (`slug`,`label`) VALUES ("go","Go"),("sql","SQL") ON CONFLICT (`slug`) DO UPDATE SET `label`=`excluded`.`label` RETURNING `id`,`slug`
}
