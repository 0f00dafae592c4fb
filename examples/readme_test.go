package examples

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	// The programs under test import these. Named here, a change in them
	// makes a cached test result stale.
	_ "github.com/gormalchemy/alchemy"
	_ "github.com/gormalchemy/alchemy/repository"
)

// block is a fenced piece of a page: its language, text and line.
type block struct {
	lang, text string
	line       int
}

var fence = regexp.MustCompile("^```(\\w*)$")

// blocks returns the fenced pieces of a page in order.
func blocks(t *testing.T, file string) []block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case m != nil && !open:
			all = append(all, block{lang: m[1], line: i + 1})
			open = true
		case m != nil:
			open = false
		case open:
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

// isProgram tells a whole program from a part of one.
func (b block) isProgram() bool { return strings.HasPrefix(b.text, "package main\n") }

// TestREADMEPrograms runs every program of the README and compares what it
// prints with the text block that follows it.
func TestREADMEPrograms(t *testing.T) {
	all := blocks(t, "../README.md")
	programs := 0
	for i, b := range all {
		if b.lang != "go" || !b.isProgram() {
			continue
		}
		programs++
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			if i+1 == len(all) || all[i+1].lang != "text" {
				t.Fatal("no text block follows the program")
			}
			dir := module(t)
			write(t, filepath.Join(dir, "main.go"), b.text)
			if got, want := goCommand(t, dir, "run", "."), all[i+1].text; got != want {
				t.Errorf("the program prints:\n%s\nthe README says:\n%s", got, want)
			}
		})
	}
	if programs == 0 {
		t.Error("the README holds no program")
	}
}

// TestPageParts compiles and runs the parts of programs in the README and in
// docs, each in a function where the names they take for granted are declared,
// on a database of its own.
func TestPageParts(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../README.md") {
		t.Run(filepath.Base(page), func(t *testing.T) {
			dir := module(t)
			var calls string
			for _, b := range blocks(t, page) {
				if b.lang != "go" || b.isProgram() {
					continue
				}
				name := fmt.Sprintf("line%d", b.line)
				calls += "\trun(" + name + ")\n"
				write(t, filepath.Join(dir, name+".go"), fmt.Sprintf(partFile, name, filepath.Base(page), b.line+1, b.text))
			}
			write(t, filepath.Join(dir, "main.go"), fmt.Sprintf(mainFile, calls))
			goCommand(t, dir, "run", ".")
		})
	}
}

// module makes a directory with a go.mod like the one of these examples,
// pointing to this checkout.
func module(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), strings.ReplaceAll(string(text), "=> ../", "=> "+root))
	if text, err = os.ReadFile("go.sum"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(text))
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// goCommand runs the go tool in dir, as someone without a C compiler would,
// and returns what it printed.
func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=mod")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}
