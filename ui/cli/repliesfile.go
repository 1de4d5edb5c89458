package cli

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"frontdesk/inbox"

	"go.yaml.in/yaml/v3"
)

// maxReplies bounds a file of saved replies, in bytes: more than there is room for.
const maxReplies = 4 << 20

// replyRow is one saved reply in a file.
type replyRow struct {
	Name     string
	Language string
	Text     string
	line     int
}

func (r replyRow) name() inbox.ReplyName { return inbox.ReplyName{Name: r.Name, Language: r.Language} }

// state compares a row with what is saved: new, changed or same.
func (r replyRow) state(list []inbox.SavedReply) string {
	for _, have := range list {
		if sameReply(have, r.name()) {
			if have.Text == inbox.Clean(r.Text) {
				return "same"
			}
			return "changed"
		}
	}
	return "new"
}

// parseReplies reads a file of saved replies. Errors name the line.
func parseReplies(file string, raw []byte) ([]replyRow, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, usage("%s", yamlFault(file, err))
	}
	w := yamlWalk{file: file}
	if len(doc.Content) == 0 {
		return nil, usage("%s holds no replies; frontdesk replies export shows how it looks", file)
	}
	list := doc.Content[0]
	if list.Kind != yaml.SequenceNode {
		return nil, w.fail(list, `this is no list of replies; each begins with "- name:"`)
	}
	var rows []replyRow
	for _, n := range list.Content {
		row, err := w.reply(n)
		if err != nil {
			return nil, err
		}
		for _, before := range rows {
			if sameReply(inbox.SavedReply{Name: before.Name, Language: before.Language}, row.name()) {
				return nil, w.fail(n, "%s stands in line %d already", replyTitle(row.Name, row.Language), before.line)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlFault is what is wrong with the spelling of a file, with the line before it as for every other fault.
func yamlFault(file string, err error) string {
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s:%s: %s; check the indentation around there", file, m[1], text[len(m[0]):])
	}
	return fmt.Sprintf("%s: %s", file, strings.TrimPrefix(text, "yaml: "))
}

func (w yamlWalk) reply(n *yaml.Node) (replyRow, error) {
	row := replyRow{line: n.Line}
	if n.Kind != yaml.MappingNode {
		return row, w.fail(n, "a reply has the keys name, text and, if it has one, language")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		to := map[string]*string{"name": &row.Name, "language": &row.Language, "text": &row.Text}[k.Value]
		switch {
		case to == nil:
			return row, w.fail(k, "unknown key %q; a reply has name, language and text", inbox.Clean(k.Value))
		case seen[k.Value]:
			return row, w.fail(k, "%s stands twice in one reply", k.Value)
		case v.Kind != yaml.ScalarNode:
			return row, w.fail(v, "%s must be text", k.Value)
		}
		seen[k.Value] = true
		if v.Tag != "!!null" {
			*to = v.Value
		}
	}
	row.Text = strings.TrimRight(row.Text, " \t\n") // a block ends with one
	if err := inbox.CheckReply(row.name(), row.Text); err != nil {
		return row, w.fail(n, "%v", err)
	}
	return row, nil
}

// formatReplies writes what parseReplies reads.
func formatReplies(list []inbox.SavedReply) ([]byte, error) {
	doc := &yaml.Node{Kind: yaml.SequenceNode, HeadComment: "Saved replies of frontdesk. Fields are filled in when one is used: {{" +
		strings.Join(inbox.KnownFields(), "}} {{") + "}}"}
	for _, r := range list {
		one := &yaml.Node{Kind: yaml.MappingNode}
		add := func(key, value string) {
			v := &yaml.Node{}
			v.SetString(value)
			if key == "text" && strings.Contains(value, "\n") && !blockable(value) {
				v.Style = yaml.DoubleQuotedStyle
			}
			one.Content = append(one.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, v)
		}
		add("name", r.Name)
		if r.Language != "" {
			add("language", r.Language)
		}
		add("text", r.Text)
		doc.Content = append(doc.Content, one)
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// blockable reports whether a text reads back as it is from a block of its own lines.
func blockable(s string) bool {
	for line := range strings.Lines(s) {
		if line = strings.TrimRight(line, "\n"); line != strings.TrimSpace(line) || strings.ContainsAny(line, "\t\u0085\u2028\u2029\ufeff") {
			return false
		}
	}
	return s == strings.Trim(s, "\n")
}
