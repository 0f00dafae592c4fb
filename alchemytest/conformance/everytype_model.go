package conformance

import (
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// decimalText keeps a decimal number as its digits, so that none gets lost.
type decimalText string

func (decimalText) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return nativeType(db, "numeric(30,10)", "text")
}

// uuidText is a uuid as a string of Go.
type uuidText string

func (uuidText) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return nativeType(db, "uuid", "char(36)")
}

// uuidBytes is a uuid as its bytes, written and read by methods of its own.
type uuidBytes [16]byte

func (uuidBytes) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return nativeType(db, "uuid", "char(36)")
}

// Value makes a uuidBytes a driver.Valuer.
func (u uuidBytes) Value() (driver.Value, error) {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// Scan makes a *uuidBytes a sql.Scanner.
func (u *uuidBytes) Scan(src any) error {
	var text string
	switch src := src.(type) {
	case string:
		text = src
	case []byte:
		text = string(src)
	case [16]byte:
		*u = src
		return nil
	default:
		return fmt.Errorf("a uuid can't be read from a %T", src)
	}
	digits := make([]byte, 0, 32)
	for _, c := range []byte(text) {
		if c != '-' {
			digits = append(digits, c)
		}
	}
	if len(digits) != 32 {
		return fmt.Errorf("%q is no uuid", text)
	}
	_, err := hex.Decode(u[:], digits)
	return err
}

// document is JSON that is carried as it came, as datatypes.JSON is.
type document json.RawMessage

func (document) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return nativeType(db, "jsonb", "text")
}

// Value makes a document a driver.Valuer; an empty one is NULL.
func (d document) Value() (driver.Value, error) {
	if len(d) == 0 {
		return nil, nil
	}
	return string(d), nil
}

// Scan makes a *document a sql.Scanner. Databases may write the same JSON
// with other blanks, so it is compacted.
func (d *document) Scan(src any) error {
	var raw []byte
	switch src := src.(type) {
	case nil:
		*d = nil
		return nil
	case string:
		raw = []byte(src)
	case []byte:
		raw = src
	default:
		return fmt.Errorf("JSON can't be read from a %T", src)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	compact, err := json.Marshal(v)
	*d = compact
	return err
}

type mood string

type address struct {
	Street string `gorm:"size:100"`
	Number *int32
}

type preferences struct {
	Theme string
	Sizes []int
}

// everyType has a column of every type that GORM knows.
type everyType struct {
	ID  uint64
	Ref string `gorm:"size:40;uniqueIndex"`

	I   int
	I8  int8
	I16 int16
	I32 int32
	I64 int64
	U   uint
	U8  uint8
	U16 uint16
	U32 uint32
	U64 uint64
	F32 float32
	F64 float64
	Yes bool

	Text  string
	Mood  mood `gorm:"size:20"`
	Dec   decimalText
	Bytes []byte
	UUID  uuidText
	Raw   uuidBytes
	At    time.Time
	Opt   *time.Time

	Doc  document
	Tags []string       `gorm:"serializer:json"`
	Pref preferences    `gorm:"serializer:json"`
	Any  map[string]any `gorm:"serializer:json"`
	Gob  []int          `gorm:"serializer:gob;type:bytes"`
	Unix int64          `gorm:"serializer:unixtime;type:timestamp"`

	PInt   *int64
	PText  *string
	PBool  *bool
	PFloat *float64
	PRaw   *uuidBytes

	NText  sql.NullString
	NInt   sql.NullInt64
	NInt16 sql.NullInt16
	NByte  sql.NullByte
	NBool  sql.NullBool
	NFloat sql.NullFloat64
	NTime  sql.NullTime
	NAny   sql.Null[int32]

	Home address  `gorm:"embedded;embeddedPrefix:home_"`
	Work *address `gorm:"embedded;embeddedPrefix:work_"`

	Given  int64  `gorm:"default:7"`
	Level  int64  `gorm:"default:(40+2)"`
	State  string `gorm:"size:20;default:(lower('NEW'))"`
	Flag   *bool  `gorm:"default:true"`
	Moment int64  `gorm:"autoCreateTime:milli"`
	Nano   int64  `gorm:"autoUpdateTime:nano"`

	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt
}
