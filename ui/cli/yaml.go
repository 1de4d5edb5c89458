package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checkYAML walks the file before viper reads it: viper forgives unknown keys and wrong types, and a mistyped key
// that is silently ignored is worse than a refusal. private says that only the owner can read the file.
func checkYAML(file string, raw []byte, private bool) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return usage("%s: %s; check the indentation there", filepath.Base(file), strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil
	}
	w := yamlWalk{file: file, private: private}
	return w.mapping(doc.Content[0], "")
}

type yamlWalk struct {
	file    string
	private bool
}

func (w yamlWalk) fail(n *yaml.Node, format string, a ...any) error {
	return usage("%s:%d: %s", filepath.Base(w.file), n.Line, fmt.Sprintf(format, a...))
}

func (w yamlWalk) mapping(n *yaml.Node, prefix string) error {
	if n.Kind != yaml.MappingNode {
		if prefix == "" {
			return w.fail(n, "this is no list of keys; config.example.yaml shows how it looks")
		}
		return w.fail(n, "%s must hold keys of its own", prefix)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		path := strings.TrimPrefix(prefix+"."+k.Value, ".")
		if row, ok := keyNamed(path); ok {
			if err := w.value(row, v); err != nil {
				return err
			}
			continue
		}
		if !isSection(path) {
			return w.fail(k, "unknown key %q%s", path, suggestion(path))
		}
		if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
			continue
		}
		if err := w.mapping(v, path); err != nil {
			return err
		}
	}
	return nil
}

func (w yamlWalk) value(row key, v *yaml.Node) error {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	if v.Tag == "!!null" {
		return nil
	}
	wrong := func() error { return w.fail(v, "%s must be %s", row.name, row.kind) }
	switch row.kind {
	case boolean:
		if v.Tag != "!!bool" {
			return wrong()
		}
	case number:
		if v.Tag != "!!int" {
			return wrong()
		}
	case list:
		if v.Kind != yaml.SequenceNode {
			return wrong()
		}
	case table:
		if v.Kind != yaml.MappingNode {
			return wrong()
		}
	case people:
		if v.Kind != yaml.SequenceNode {
			return wrong()
		}
		return w.people(v)
	case secret, secrets:
		if v.Kind == yaml.SequenceNode && row.kind == secret || v.Kind == yaml.MappingNode {
			return wrong()
		}
		if !w.private {
			return w.fail(v, "%s stands here and others can read the file; run: chmod 600 %s, or use %s_file", row.name, w.file, row.name)
		}
	default:
		if v.Kind != yaml.ScalarNode {
			return wrong()
		}
	}
	return nil
}

func (w yamlWalk) people(n *yaml.Node) error {
	uids := map[string]bool{}
	for _, p := range n.Content {
		named := false
		if p.Kind != yaml.MappingNode {
			return w.fail(p, "desk.agents holds people: {name: asha, role: agent, uid: 1001}")
		}
		for i := 0; i+1 < len(p.Content); i += 2 {
			k, v := p.Content[i], p.Content[i+1]
			switch k.Value {
			case "name":
				named = strings.TrimSpace(v.Value) != ""
			case "uid":
				if v.Tag != "!!int" {
					return w.fail(v, "desk.agents: uid is %q; it must be a whole number, as id -u prints it", v.Value)
				}
				if uids[v.Value] {
					return w.fail(v, "desk.agents: uid %s is another person's already", v.Value)
				}
				uids[v.Value] = true
			case "token_hash":
			case "role":
				if v.Value != "agent" && v.Value != "lead" && v.Value != "viewer" {
					return w.fail(v, "desk.agents: role is %q; it must be agent, lead or viewer", v.Value)
				}
			default:
				return w.fail(k, "desk.agents: unknown key %q; name, role, uid and token_hash are known", k.Value)
			}
		}
		if !named {
			return w.fail(p, "desk.agents: this person has no name")
		}
	}
	return nil
}

func keyNamed(name string) (key, bool) {
	for _, k := range keys {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

func isSection(path string) bool {
	for _, k := range keys {
		if strings.HasPrefix(k.name, path+".") {
			return true
		}
	}
	return false
}

// sections are the keys that hold the key of this name.
func sections(name string) (s []string) {
	for i, r := range name {
		if r == '.' {
			s = append(s, name[:i])
		}
	}
	return s
}

// suggestion names the known key that looks most like an unknown one.
func suggestion(path string) string {
	best, score := "", 4
	for _, k := range keys {
		for _, known := range append(sections(k.name), k.name) {
			if d := distance(path, known); d < min(score, len(known)) {
				best, score = known, d
			}
		}
	}
	if best == "" {
		return "; config.example.yaml lists every key"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the letters to change, add or take away to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag, row[j] = row[j], min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
