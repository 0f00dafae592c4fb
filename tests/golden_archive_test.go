package tests

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archive is a txtar file: a comment, then sections, each headed by a line
// that has its name between dashes.
type archive struct {
	comment  string
	sections []section
}

type section struct{ name, text string }

func parseArchive(text string) archive {
	var a archive
	into := &a.comment
	for line := range strings.Lines(text) {
		name, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "-- ")
		if name, end := strings.CutSuffix(name, " --"); ok && end {
			a.sections = append(a.sections, section{name: name})
			into = &a.sections[len(a.sections)-1].text
			continue
		}
		*into += line
	}
	return a
}

func (a archive) String() string {
	var b strings.Builder
	b.WriteString(a.comment)
	for _, s := range a.sections {
		fmt.Fprintf(&b, "-- %s --\n%s", s.name, s.text)
	}
	return b.String()
}

// section returns the text of a section, or that there is none.
func (a archive) section(name string) string {
	for _, s := range a.sections {
		if s.name == name {
			return s.text
		}
	}
	return "(no such section)\n"
}

// checkGolden compares what came out with the file of a case, byte by byte.
// With ALCHEMY_UPDATE_GOLDEN=1 the file is written instead; read the diff.
func checkGolden(t *testing.T, name string, got archive) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txtar")
	if os.Getenv("ALCHEMY_UPDATE_GOLDEN") == "1" {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(got.String()), 0o644))
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: write it with `make golden`", err)
	}
	want := parseArchive(string(text))
	for _, s := range got.sections {
		if w := want.section(s.name); w != s.text {
			t.Errorf("%s on %s:\n%swant:\n%s", name, s.name, s.text, w)
		}
	}
	if !t.Failed() && !bytes.Equal(text, []byte(got.String())) {
		t.Errorf("%s has other words or sections than the case: write it anew with `make golden`", path)
	}
}

func TestGoldenArchive(t *testing.T) {
	text := "a comment\n-- one --\nfirst\n-- not a head\n-- two --\n-- three --\nlast\n"
	a := parseArchive(text)
	if a.String() != text || len(a.sections) != 3 || a.section("one") != "first\n-- not a head\n" || a.section("two") != "" {
		t.Errorf("%+v", a)
	}
}
