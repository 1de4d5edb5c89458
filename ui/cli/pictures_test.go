package cli

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmePictures: the README shows every picture that .github/pictures makes, and no other, each with words for
// people who do not see it.
func TestReadmePictures(t *testing.T) {
	root := filepath.Join("..", "..")
	read := func(path ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var made []string
	for _, m := range regexp.MustCompile(`(?m)^picture (\S+) "[^"]+"$`).FindAllStringSubmatch(read(".github", "pictures"), -1) {
		made = append(made, m[1]+".svg")
	}
	if len(made) < 7 || slices.Contains(made, "") {
		t.Fatalf(".github/pictures makes only %q", made)
	}
	var shown []string
	for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(\.github/assets/([^)]*)\)`).FindAllStringSubmatch(read("README.md"), -1) {
		if len(m[1]) < 20 {
			t.Errorf("%s has no words for people who do not see it: %q", m[2], m[1])
		}
		shown = append(shown, m[2])
	}
	entries, err := os.ReadDir(filepath.Join(root, ".github", "assets"))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	size := 0
	for _, e := range entries {
		kept = append(kept, e.Name())
		picture := read(".github", "assets", e.Name())
		size += len(picture)
		for d := xml.NewDecoder(strings.NewReader(picture)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", e.Name(), err)
				break
			}
		}
	}
	slices.Sort(made)
	slices.Sort(shown)
	if !slices.Equal(made, shown) || !slices.Equal(made, kept) {
		t.Errorf(".github/pictures makes %q, README.md shows %q, .github/assets has %q", made, shown, kept)
	}
	if size > 600_000 {
		t.Errorf("the pictures take %d bytes, too much to load with a page", size)
	}
}
