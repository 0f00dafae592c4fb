package conformance

import (
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// upPart is stored in two partitions.
type upPart struct {
	ID     uint `gorm:"primaryKey"`
	Region int64
	Code   string `gorm:"size:20"`
	Note   string `gorm:"size:20"`
	Rank   int64  `gorm:"default:3"`
}

var _ = register("10 upsert into a partitioned table", upsertPartitioned)

// upsertPartitioned: rows and structs are right there too; outcomes are
// right or Unknown.
func upsertPartitioned(e *env) {
	table := clause.Table{Name: tableOf(e, &upPart{})}
	err := e.db.Exec(`CREATE TABLE ? (id bigserial, region bigint, code varchar(20), note varchar(20), "rank" bigint DEFAULT 3, UNIQUE (region, code)) PARTITION BY LIST (region)`, table).Error
	if err != nil {
		e.t.Logf("nothing to assert: no partitioned tables: %v", err)
		return
	}
	for _, region := range []string{"1", "2"} {
		e.ok(e.db.Exec("CREATE TABLE ? PARTITION OF ? FOR VALUES IN ("+region+")", clause.Table{Name: table.Name + region}, table).Error)
	}
	match := []string{"region", "code"}
	seed := []upPart{{Region: 1, Code: "a", Note: "1"}, {Region: 2, Code: "a", Note: "2", Rank: 9}}
	e.ok(e.db.Create(&seed).Error)
	want := []clauses.Outcome{clauses.Inserted, clauses.Updated, clauses.Inserted}
	for name, u := range map[string]clauses.Upsert{
		"update":         {Match: match},
		"skip unchanged": {Match: match, SkipUnchanged: true},
		"do nothing":     {Match: match, DoNothing: true},
	} {
		e.ok(e.db.Where("code <> ?", "a").Delete(&upPart{}).Error)
		e.ok(e.db.Model(&upPart{}).Where("region = 2").Updates(map[string]any{"note": "2", "rank": 9}).Error)
		var outcomes []clauses.Outcome
		u.Outcomes = &outcomes
		rows := []upPart{{Region: 2, Code: "n", Note: name}, {Region: 2, Code: "a", Note: name, Rank: 5}, {Region: 1, Code: "n", Note: name}}
		e.ok(e.db.Clauses(u).Create(&rows).Error)
		e.equal(name+": id of the match", rows[1].ID, seed[1].ID)
		want[1] = clauses.Updated
		if u.DoNothing {
			want[1] = clauses.Ignored
			e.equal(name+": row left alone", rows[1], upPart{seed[1].ID, 2, "a", "2", 9})
		}
		var got []upPart
		e.ok(e.db.Order("region, code").Find(&got).Error)
		e.equal(name+": rows", got, []upPart{seed[0], rows[2], rows[1], rows[0]})
		for i, o := range outcomes {
			if o != want[i] && o != clauses.Unknown {
				e.t.Errorf("%s: outcome %d is %v, want %v or unknown", name, i, o, want[i])
			}
		}
		e.equal(name+": number of outcomes", len(outcomes), 3)
	}
}
