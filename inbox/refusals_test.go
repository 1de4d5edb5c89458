package inbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"frontdesk/inbox"
)

var braced = regexp.MustCompile(`\{[a-z]+\}`)

// values are the names of the values in a sentence, sorted.
func values(s inbox.Sentence) []string {
	names := braced.FindAllString(s.Text+s.Next, -1)
	slices.Sort(names)
	return slices.Compact(names)
}

// saidIn finds every call of Refusal or Tell in the sources of the packages, with its literal key and the names of the
// values it is given.
func saidIn(t *testing.T, function string, dirs ...string) map[string][][]string {
	t.Helper()
	said := map[string][][]string{}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || nameOf(call.Fun) != function || len(call.Args) == 0 {
					return true
				}
				if function == "Tell" {
					call.Args = call.Args[1:]
				}
				key, ok := literal(call.Args[0])
				if !ok {
					t.Errorf("%s: a key of %s is not written out", name, function)
					return true
				}
				args := call.Args[1:]
				if call.Ellipsis.IsValid() { // append(more, ...)...
					args = args[0].(*ast.CallExpr).Args[1:]
				}
				names := []string{}
				for i := 0; i < len(args); i += 2 {
					v, _ := literal(args[i])
					names = append(names, "{"+v+"}")
				}
				slices.Sort(names)
				said[key] = append(said[key], names)
				return true
			})
		}
	}
	return said
}

func nameOf(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// TestRefusalsHaveSentences: every refusal that is made has its sentence with all its values, and every sentence is made.
func TestRefusalsHaveSentences(t *testing.T) {
	all := inbox.Refusals()
	said := saidIn(t, "Refusal", ".", "attach", "../cloudapi", "../ui", "../ui/enclose")
	for key, calls := range said {
		s, ok := all[key]
		if !ok {
			t.Errorf("there is no sentence %q", key)
			continue
		}
		for _, names := range calls {
			if !slices.Equal(names, values(s)) {
				t.Errorf("%q is given %s, its sentence has %s", key, names, values(s))
			}
		}
	}
	for key, s := range all {
		if s.Text == "" || said[key] == nil {
			t.Errorf("%q says %q, and is made %d times", key, s.Text, len(said[key]))
		}
		if inbox.KindOf(inbox.Refusal(key)) == "" {
			t.Errorf("%q has no kind", key)
		}
	}
}

// TestNoticesHaveSentences: the same for notices. Kind comes first there.
func TestNoticesHaveSentences(t *testing.T) {
	all := inbox.Tidings()
	said := saidIn(t, "Tell", ".", "attach", "../ui/cli")
	for key, calls := range said {
		for _, names := range calls {
			if s, ok := all[key]; !ok || !slices.Equal(names, values(s)) {
				t.Errorf("%q is given %s, its sentence has %s", key, names, values(s))
			}
		}
	}
	refusals := inbox.Refusals()
	for key, s := range all {
		if _, both := refusals[key]; both || s.Text == "" || said[key] == nil {
			t.Errorf("%q says %q, is made %d times, and is a refusal too: %v", key, s.Text, len(said[key]), both)
		}
	}
}

func TestRefusalFillsItsSentence(t *testing.T) {
	e := inbox.Refusal("template-unsendable", "name", "{why} (en)", "why", "it is paused")
	if e.Text != "the template {why} (en) cannot be sent: it is paused" || e.Next != "choose another one" || e.Kind != inbox.Invalid ||
		e.Key != "template-unsendable" || e.With["name"] != "{why} (en)" {
		t.Errorf("%+v", e)
	}
}
