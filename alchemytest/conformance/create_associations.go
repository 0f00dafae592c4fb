package conformance

import (
	"fmt"

	"gorm.io/gorm"
)

type company struct {
	ID   uint
	Name string `gorm:"size:100"`
	City string `gorm:"size:50;default:(lower('ROME'))"`
}

type profile struct {
	ID       uint
	AuthorID uint
	Bio      string `gorm:"size:100"`
}

type book struct {
	ID       uint
	AuthorID uint
	Title    string `gorm:"size:100"`
	State    string `gorm:"size:20;default:(lower('DRAFT'))"`
}

type label struct {
	ID   uint
	Name string `gorm:"size:50"`
}

// author has every kind of association.
type author struct {
	ID        uint
	Name      string `gorm:"size:100;uniqueIndex"`
	CompanyID *uint
	Company   *company
	Profile   profile
	Books     []book
	Labels    []*label `gorm:"many2many:author_labels"`
}

// newAuthors are four authors; the second and third share a company and a
// label that are there already, the last has nothing at all.
func newAuthors(e *env) []author {
	e.t.Helper()
	e.migrate(&company{}, &author{}, &profile{}, &book{}, &label{})
	shared, common := &company{Name: "shared"}, &label{Name: "common"}
	e.ok(e.db.Create(shared).Error)
	e.ok(e.db.Create(common).Error)
	return []author{
		{Name: "d", Company: &company{Name: "own", City: "oslo"}, Profile: profile{Bio: "bio d"}, Books: []book{{Title: "d1"}, {Title: "d2", State: "sold"}}},
		{Name: "a", Company: shared, Profile: profile{Bio: "bio a"}, Books: []book{{Title: "a1"}}, Labels: []*label{common, {Name: "only a"}}},
		{Name: "c", Company: shared, Labels: []*label{common}},
		{Name: "b"},
	}
}

// describe is an author with everything that hangs on it, without keys.
func describe(a author) string {
	text := a.Name
	if a.Company != nil {
		text += fmt.Sprintf(" at %s in %s", a.Company.Name, a.Company.City)
	}
	if a.Profile.ID != 0 {
		text += " with " + a.Profile.Bio
	}
	for _, b := range a.Books {
		text += fmt.Sprintf(" wrote %s (%s)", b.Title, b.State)
	}
	for _, l := range a.Labels {
		text += " is " + l.Name
	}
	return text
}

func loadAuthors(e *env) []author {
	e.t.Helper()
	byID := func(db *gorm.DB) *gorm.DB { return db.Order("id") }
	var stored []author
	e.ok(e.db.Preload("Company").Preload("Profile").Preload("Books", byID).Preload("Labels", byID).Order("name").Find(&stored).Error)
	return stored
}

var describedAuthors = []string{
	"a at shared in rome with bio a wrote a1 (draft) is common is only a",
	"b",
	"c at shared in rome is common",
	"d at own in oslo with bio d wrote d1 (draft) wrote d2 (sold)",
}

var _ = register("18 associations of created rows", func(e *env) {
	rows := newAuthors(e)
	tx := e.db.Create(&rows)
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(4))
	var got []string
	for _, a := range loadAuthors(e) {
		got = append(got, describe(a))
	}
	e.equal("stored authors", got, describedAuthors)
	e.equal("companies, labels", []int64{count(e, e.db, &company{}), count(e, e.db, &label{})}, []int64{2, 2})

	for i, a := range []int{1, 3, 2, 0} { // by name
		e.equal(fmt.Sprint("struct ", a), describe(rows[a]), describedAuthors[i])
		for _, b := range rows[a].Books {
			e.equal("author of book "+b.Title, b.AuthorID, rows[a].ID)
		}
		if rows[a].Company != nil {
			e.equal("company key of "+rows[a].Name, rows[a].CompanyID, &rows[a].Company.ID)
		}
	}
})

var _ = register("18 associations one by one equal the batch", func(e *env) {
	rows := newAuthors(e)
	for i := range rows {
		e.ok(e.db.Create(&rows[i]).Error)
	}
	var got []string
	for _, a := range loadAuthors(e) {
		got = append(got, describe(a))
	}
	e.equal("stored authors", got, describedAuthors)
})

var _ = register("18 a failing row undoes what was saved before it", func(e *env) {
	e.migrate(&company{}, &author{}, &profile{}, &book{}, &label{})
	e.ok(e.db.Create(&author{Name: "taken"}).Error)
	rows := []author{
		{Name: "x", Company: &company{Name: "new"}, Books: []book{{Title: "t"}}},
		{Name: "taken", Company: &company{Name: "newer"}},
	}
	e.wantDuplicate(e.db.Create(&rows).Error)
	e.equal("keys of the rows", []uint{rows[0].ID, rows[1].ID}, []uint{0, 0})
	e.equal("companies, authors, books", []int64{
		count(e, e.db, &company{}), count(e, e.db, &author{}), count(e, e.db, &book{}),
	}, []int64{0, 1, 0})
})

var _ = register("18 omitted associations are left alone", func(e *env) {
	rows := newAuthors(e)
	e.ok(e.db.Omit("Books", "Labels", "Company").Create(&rows).Error)
	var got []string
	for _, a := range loadAuthors(e) {
		got = append(got, describe(a))
	}
	e.equal("stored authors", got, []string{"a with bio a", "b", "c", "d with bio d"})
})
