package crash

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A shell that writes a file is enough of a program to see calls made, refused, and never made.
func TestTracer(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      string
		verdict Verdict
		status  int
		says    string
		left    string
	}{
		{"goes on", Write, GoOn, 0, "", "words\n"},
		{"fails", Create, Fail(syscall.EROFS), 1, "Read-only file system", ""},
		{"is killed", Write, Kill, -1, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			tr := &Tracer{Argv: []string{"/bin/sh", "-c", "echo words >file && mv file named"}, Env: []string{"LC_ALL=C"}, Dir: dir}
			tr.Before = func(k *Call) Verdict {
				if k.Name == c.at && k.Path == "file" {
					return c.verdict
				}
				return GoOn
			}
			moments := Record(tr, func(k *Call) bool { return k.Name == Create })
			end := tr.Run(t)
			if end.Status != c.status && !(c.status > 0 && end.Status > 0) || !strings.Contains(end.Stderr, c.says) {
				t.Errorf("status %d, %q", end.Status, end.Stderr)
			}
			b, _ := os.ReadFile(filepath.Join(dir, "file"))
			if c.status == 0 {
				b, _ = os.ReadFile(filepath.Join(dir, "named"))
			}
			if string(b) != c.left {
				t.Errorf("%q is left", b)
			}
			if len(*moments) != 2 || (*moments)[1].Path != "file" || (*moments)[1].Begin {
				t.Errorf("recorded %v", *moments)
			}
		})
	}
}
