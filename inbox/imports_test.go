package inbox_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of this program each of them may know (architecture 1). A package that is not named
// here may not exist; one that names itself with "*" wires the others.
var mayImport = map[string][]string{
	"":                      {"ui/cli"},
	"inbox":                 {},
	"inbox/chatfile":        {}, // text that phones export, which has nothing to do with the rest
	"inbox/attach":          {"inbox", "inbox/wire"},
	"inbox/wire":            {},
	"cloudapi":              {"inbox"},
	"cloudapi/relay":        {"inbox", "inbox/wire"},
	"cloudapi/sandbox":      {},
	"store":                 {"inbox"},
	"store/storetest":       {"inbox"},
	"store/storetest/crash": {},
	"ui":                    {"inbox", "ui/enclose", "ui/term"},
	"ui/enclose":            {"inbox"},
	"ui/line":               {"inbox", "ui", "ui/enclose"},
	"ui/term":               {"ui/term/quiet"},
	"ui/term/shot":          {},
	"ui/term/quiet":         {},
	"ui/cli":                {"*"},
}

// onlyIn names the one place that may import a library.
var onlyIn = map[string]string{
	"github.com/gorilla/websocket": "inbox/wire",
	"github.com/spf13/viper":       "ui/cli",
	"github.com/spf13/cobra":       "ui/cli",
	"go.etcd.io/bbolt":             "store",
}

// outside are the packages of the standard library that open files, sockets or processes: inbox knows none of them.
var outside = []string{"os", "net", "net/http", "syscall", "io/ioutil", "os/exec", "os/user", "crypto/tls", "net/rpc", "plugin", "log/syslog"}

const module = "frontdesk"

type sourcePackage struct {
	imports map[string]string // path -> a file that has it
	doc     bool
}

// source reads every package of the module, without its tests.
func source(t *testing.T) map[string]*sourcePackage {
	t.Helper()
	found := map[string]*sourcePackage{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != ".." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); rel == "." {
			rel = ""
		}
		p := found[rel]
		if p == nil {
			p = &sourcePackage{imports: map[string]string{}}
			found[rel] = p
		}
		p.doc = p.doc || f.Doc != nil
		for _, i := range f.Imports {
			imp, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			p.imports[imp] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestImports(t *testing.T) {
	packages := source(t)
	if len(packages) < 2 {
		t.Fatalf("only %v was read", slices.Collect(maps.Keys(packages)))
	}
	for name, p := range packages {
		may, known := mayImport[name]
		if !known {
			t.Errorf("there is no room called %q in the house: a new package needs a line in mayImport, and a reason", name)
			continue
		}
		if !p.doc {
			t.Errorf("package %q has no doc comment", name)
		}
		for imp, file := range p.imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(may, ours) && !slices.Contains(may, "*") {
				t.Errorf("%s: %q may not import %q", file, name, ours)
			}
			for lib, place := range onlyIn {
				if (imp == lib || strings.HasPrefix(imp, lib+"/")) && name != place {
					t.Errorf("%s: only %q may import %s", file, place, lib)
				}
			}
			if name == "inbox" && slices.Contains(outside, imp) {
				t.Errorf("%s: inbox opens neither file nor socket, so it does not import %s", file, imp)
			}
		}
	}
}
