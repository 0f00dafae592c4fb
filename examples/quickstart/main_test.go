package main

import (
	"strings"
	"testing"
)

const want = `countries: 249
first release: 5127 inserted, 0 updated, 0 unchanged
next release: 79 inserted, 129 updated, 4838 unchanged
withdrawn: 160
  FR-75  Paris (Metropolitan department)
  FR-GF  Guyane (française) (Overseas region)
  FR-GP  Guadeloupe (Overseas region)
  FR-MQ  Martinique (Overseas region)
  FR-RE  La Réunion (Overseas region)
  FR-YT  Mayotte (Overseas region)
  GB-NTH Northamptonshire (Two-tier county)
  GT-AV  Alta Verapaz (Department)
  ... and 152 more
`

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
