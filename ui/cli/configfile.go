package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// configDoc is a configuration file that is changed key by key: what a person wrote beside those keys stays as it is.
type configDoc struct{ root *yaml.Node }

// firstLines are those of a configuration that init makes.
const firstLines = "Written by frontdesk init. config.example.yaml lists every key; frontdesk doctor tests them."

// readConfigDoc reads a file, or begins an empty one where there is none.
func readConfigDoc(file string) (configDoc, error) {
	empty := configDoc{&yaml.Node{Kind: yaml.DocumentNode, HeadComment: firstLines, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, fmt.Errorf("%s: %w", file, rootCause(err))
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return empty, usage("%s: %s; correct it, or move it away", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return empty, nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return empty, usage("%s is no list of keys; correct it, or move it away", file)
	}
	return configDoc{&doc}, nil
}

// get is the value of a key, a list's items one per line, "" when it is not there.
func (d configDoc) get(key string) string {
	at := d.root.Content[0]
	parts := strings.Split(key, ".")
	for i, part := range parts {
		v := child(at, part)
		if v == nil {
			return ""
		}
		if i == len(parts)-1 {
			if v.Kind == yaml.SequenceNode {
				var items []string
				for _, item := range v.Content {
					items = append(items, item.Value)
				}
				return strings.Join(items, "\n")
			}
			if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
				return ""
			}
			return v.Value
		}
		at = v
	}
	return ""
}

// set gives a key a value; "" takes it away.
func (d configDoc) set(key, value string) {
	at := d.root.Content[0]
	parts := strings.Split(key, ".")
	for _, part := range parts[:len(parts)-1] {
		v := child(at, part)
		if v == nil || v.Kind != yaml.MappingNode {
			if value == "" {
				return
			}
			drop(at, part)
			v = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part}, v)
		}
		at = v
	}
	last := parts[len(parts)-1]
	if value == "" {
		drop(at, last)
		return
	}
	v := child(at, last)
	if v == nil {
		v = &yaml.Node{}
		at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: last}, v)
	}
	*v = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, LineComment: v.LineComment}
}

func child(m *yaml.Node, key string) *yaml.Node {
	if m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

func drop(m *yaml.Node, key string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content = append(m.Content[:i], m.Content[i+2:]...)
			return
		}
	}
}

// write puts the document in the place of a file as a whole or not at all, readable by its owner only.
func (d configDoc) write(file string) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(d.root); err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("%s cannot be made: %w; make it, or choose another place with --config", dir, rootCause(err))
	}
	f, err := os.CreateTemp(dir, ".config-*") // 0600
	if err != nil {
		return fmt.Errorf("%s cannot be written to: %w; check its owner, or choose another place with --config", dir, rootCause(err))
	}
	_, err = f.Write(b.Bytes())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("%s cannot be written: %w", file, rootCause(err))
	}
	return nil
}
