package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmePromises: every promise stands beside a command, and every command names tests that exist.
func TestReadmePromises(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(readme), "## What we promise")
	if !ok {
		t.Fatal("README.md promises nothing")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	command := regexp.MustCompile("`go test ([^`]*) -run ([^` ]+)`")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| promise") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		checks := command.FindAllStringSubmatch(line, -1)
		if len(checks) == 0 {
			t.Errorf("no command checks this: %s", line)
		}
		for _, c := range checks {
			names := testNames(t, root, strings.Fields(c[1]))
			for part := range strings.SplitSeq(strings.ReplaceAll(strings.Trim(c[2], "'"), `\|`, "|"), "|") {
				if !regexp.MustCompile(part).MatchString(names) {
					t.Errorf("%s matches no test in %s", part, c[1])
				}
			}
		}
	}
	if rows < 10 {
		t.Errorf("only %d promises were found", rows)
	}
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)`)

func testNames(t *testing.T, root string, packages []string) string {
	t.Helper()
	var b strings.Builder
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(root, p, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no tests (%v)", p, err)
		}
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range testFunc.FindAllSubmatch(src, -1) {
				b.Write(m[1])
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}
