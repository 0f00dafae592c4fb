package conformance

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
)

// The family has an association of each kind.
type (
	upOwner struct {
		ID        uint
		Email     string `gorm:"size:50;uniqueIndex"`
		Name      string `gorm:"size:50"`
		CompanyID *uint
		Company   *upCompany
		Passport  *upPassport `gorm:"foreignKey:OwnerID"`
		Pets      []upPet     `gorm:"foreignKey:OwnerID"`
		Langs     []upLang    `gorm:"many2many:up_owner_langs;joinForeignKey:OwnerID;joinReferences:LangID"`
	}
	upCompany struct {
		ID   uint
		Name string `gorm:"size:50;uniqueIndex"`
		City string `gorm:"size:50"`
	}
	upPassport struct {
		ID      uint
		OwnerID uint
		Number  string `gorm:"size:50"`
	}
	upPet struct {
		ID      uint
		OwnerID uint
		Name    string `gorm:"size:50"`
	}
	upLang struct {
		ID   uint
		Code string `gorm:"size:20;uniqueIndex"`
	}
)

// seedFamily stores owners a, b and c and languages de and en.
func seedFamily(e *env) (owners []upOwner, langs []upLang) {
	e.t.Helper()
	e.migrate(&upCompany{}, &upLang{}, &upOwner{}, &upPassport{}, &upPet{})
	owners = []upOwner{{Email: "a", Name: "A"}, {Email: "b", Name: "B"}, {Email: "c", Name: "C"}}
	langs = []upLang{{Code: "de"}, {Code: "en"}}
	e.ok(e.db.Create(&owners).Error)
	e.ok(e.db.Create(&langs).Error)
	return owners, langs
}

// litter makes an owner with one child of each kind, named for the owner.
func litter(email, name string, lang upLang) upOwner {
	return upOwner{
		Email: email, Name: name, Passport: &upPassport{Number: "no " + email},
		Pets: []upPet{{Name: email + " 1"}, {Name: email + " 2"}}, Langs: []upLang{lang},
	}
}

// checkLitters reads all owners back and checks that each of the emails has
// its own children and no others.
func checkLitters(e *env, what string, emails ...string) {
	e.t.Helper()
	var all []upOwner
	e.ok(e.db.Preload("Passport").Preload("Pets", func(db *gorm.DB) *gorm.DB { return db.Order("name") }).Preload("Langs").Order("email").Find(&all).Error)
	got := map[string]string{}
	for _, o := range all {
		text := ""
		if o.Passport != nil {
			text += o.Passport.Number
		}
		for _, p := range o.Pets {
			text += "," + p.Name
		}
		if len(o.Langs) > 0 {
			text += fmt.Sprintf(" (%d langs)", len(o.Langs))
		}
		if text != "" {
			got[o.Email] = text
		}
	}
	want := map[string]string{}
	for _, m := range emails {
		want[m] = fmt.Sprintf("no %s,%s 1,%s 2 (1 langs)", m, m, m)
	}
	e.equal(what+": children by owner", got, want)
	e.equal(what+": number of pets", countOf(e, &upPet{}), int64(2*len(emails)))
	e.equal(what+": number of passports", countOf(e, &upPassport{}), int64(len(emails)))
}

// clearLitters deletes the children and the owners that the seed lacks.
func clearLitters(e *env) {
	e.t.Helper()
	all := e.db.Session(&gorm.Session{AllowGlobalUpdate: true})
	for _, model := range []any{&upPet{}, &upPassport{}} {
		e.ok(all.Delete(model).Error)
	}
	e.ok(all.Exec("DELETE FROM " + e.table("up_owner_langs")).Error)
	e.ok(e.db.Where("email NOT IN ?", []string{"a", "b", "c"}).Delete(&upOwner{}).Error)
}

var _ = register("18 upsert saves children under the right parent", upsertChildren)

// upsertChildren: has-one, has-many and many-to-many of new, updated and
// ignored parents, in a batch and alone.
func upsertChildren(e *env) {
	_, langs := seedFamily(e)
	match := []string{"email"}
	for name, u := range map[string]clauses.Upsert{
		"update":         {Match: match},
		"do nothing":     {Match: match, DoNothing: true},
		"skip unchanged": {Match: match, SkipUnchanged: true, Update: []string{"name"}},
	} {
		batch := []upOwner{litter("n1", "N", langs[0]), litter("b", "B", langs[1]), litter("n2", "M", langs[0]), litter("a", "x", langs[1])}
		e.ok(e.db.Clauses(u).Create(&batch).Error)
		checkLitters(e, name+", batch", "a", "b", "n1", "n2")
		clearLitters(e)
		for _, email := range []string{"b", "n3"} {
			alone := litter(email, "B", langs[0])
			e.ok(e.db.Clauses(u).Create(&alone).Error)
			e.equal(name+": parent of the first pet", alone.Pets[0].OwnerID, alone.ID)
		}
		checkLitters(e, name+", alone", "b", "n3")
		clearLitters(e)
	}
}

var _ = register("18 upsert links a parent that exists", upsertBelongsTo)

// upsertBelongsTo: a company with a known unique name is linked and kept, a
// new one is stored, whatever becomes of the owner.
func upsertBelongsTo(e *env) {
	owners, _ := seedFamily(e)
	acme := upCompany{Name: "acme", City: "Bonn"}
	e.ok(e.db.Create(&acme).Error)
	e.ok(e.db.Create(&upCompany{Name: "other", City: "Rome"}).Error)
	batch := []upOwner{
		{Email: "n1", Company: &upCompany{Name: "fresh", City: "Oslo"}},
		{Email: "b", Company: &upCompany{Name: "acme", City: "ignored"}},
		{Email: "n2", Company: &upCompany{Name: "acme"}},
		{Email: "c", Company: &upCompany{Name: "newer"}},
	}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&batch).Error)
	checkCompanies(e, map[string]string{"n1": "fresh Oslo", "b": "acme Bonn", "n2": "acme Bonn", "c": "newer "})
	e.equal("id of the linked company", []uint{batch[1].Company.ID, *batch[1].CompanyID, *batch[2].CompanyID}, []uint{acme.ID, acme.ID, acme.ID})

	alone := upOwner{Email: "a", Company: &upCompany{Name: "acme"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&alone).Error)
	e.equal("id", alone.ID, owners[0].ID)
	checkCompanies(e, map[string]string{"a": "acme Bonn", "n1": "fresh Oslo", "b": "acme Bonn", "n2": "acme Bonn", "c": "newer "})
	e.equal("number of companies", countOf(e, &upCompany{}), int64(4))
}

// checkCompanies checks name and city of the company of each owner who has one.
func checkCompanies(e *env, want map[string]string) {
	e.t.Helper()
	var all []upOwner
	e.ok(e.db.Preload("Company").Find(&all).Error)
	got := map[string]string{}
	for _, o := range all {
		if o.Company != nil {
			got[o.Email] = o.Company.Name + " " + o.Company.City
		}
	}
	e.equal("company by owner", got, want)
}

var _ = register("18 upsert omits associations as a create does", upsertOmitChildren)

// upsertOmitChildren: Omit of an association leaves it unsaved.
func upsertOmitChildren(e *env) {
	_, langs := seedFamily(e)
	batch := []upOwner{litter("n1", "N", langs[0]), litter("b", "x", langs[1])}
	e.ok(e.db.Omit("Pets", "Langs", "Passport").Clauses(clauses.Upsert{Match: []string{"email"}}).Create(&batch).Error)
	checkLitters(e, "omitted")
	e.equal("number of owners", countOf(e, &upOwner{}), int64(4))
}

var _ = register("18 upsert rolls its children back", upsertChildrenFail)

// upsertChildrenFail: a child that can't be stored takes the parents back
// and the keys out of the structs.
func upsertChildrenFail(e *env) {
	e.migrate(&upBox{}, &upLid{})
	e.ok(e.db.Create(&upBox{Code: "a", Note: "old", Lids: []upLid{{Serial: "taken"}}}).Error)
	batch := []upBox{{Code: "n", Lids: []upLid{{Serial: "1"}}}, {Code: "a", Note: "new", Lids: []upLid{{Serial: "taken"}}}}
	if e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&batch).Error == nil {
		e.t.Error("a child that can't be stored is no error")
	}
	e.equal("number of boxes", countOf(e, &upBox{}), int64(1))
	e.equal("number of lids", countOf(e, &upLid{}), int64(1))
	var kept upBox
	e.ok(e.db.Take(&kept).Error)
	e.equal("note", kept.Note, "old")
	e.equal("keys left in the structs", []uint{batch[0].ID, batch[1].ID}, []uint{0, 0})
}

type (
	upBox struct {
		ID   uint
		Code string  `gorm:"size:20;uniqueIndex"`
		Note string  `gorm:"size:20"`
		Lids []upLid `gorm:"foreignKey:BoxID"`
	}
	upLid struct {
		ID     uint
		BoxID  uint
		Serial string `gorm:"size:20;uniqueIndex"`
	}
)
