package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdesk/inbox"
)

// What an import finds out about a line before anything is saved.
const (
	lineNew      = "new"      // nobody is known by this number
	lineAdds     = "adds"     // it fills in what is not known here
	lineSame     = "same"     // all of it is known
	lineConflict = "conflict" // something is known otherwise
	lineFault    = "unusable"
)

// What to do where a line and what is known differ.
const (
	keepHere    = "keep"    // what is known stays, the rest is added
	replaceHere = "replace" // the file is right
)

// difference is one value that is not the same in both places.
type difference struct {
	Here string `json:"here"`
	File string `json:"file"`
}

// plannedLine is what comes of one line.
type plannedLine struct {
	Line    int                   `json:"line"`
	Is      string                `json:"is"`
	Number  string                `json:"number,omitempty"`
	Name    string                `json:"name,omitempty"`
	Contact inbox.ThreadID        `json:"contact,omitempty"`
	Differs map[string]difference `json:"differs,omitempty"`
	Why     string                `json:"why,omitempty"` // of an unusable line

	edit inbox.ContactEdit // empty where nothing is to be saved
}

// contactPlan knows who is there, and what the lines so far would make of them.
type contactPlan struct {
	known []inbox.Contact
	exact map[string]int // by number and by id
	alike map[string]int // by another spelling of the number
	rule  string
}

// severalAlike marks a spelling that several contacts could have.
const severalAlike = -1

func newContactPlan(known []inbox.Contact, rule string) *contactPlan {
	p := &contactPlan{exact: map[string]int{}, alike: map[string]int{}, rule: rule}
	for _, c := range known {
		p.add(c)
	}
	return p
}

func (p *contactPlan) add(c inbox.Contact) int {
	i := len(p.known)
	p.known = append(p.known, c)
	ids := []string{c.WaID, c.UserID}
	for _, a := range c.Aliases {
		ids = append(ids, a.Phone(), a.User())
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		p.exact[id] = i
		if inbox.Digits(id) != id {
			continue
		}
		for _, n := range inbox.Spellings(id)[1:] {
			if before, there := p.alike[n]; there && before != i {
				p.alike[n] = severalAlike
			} else {
				p.alike[n] = i
			}
		}
	}
	return i
}

// find looks for the contact of a line: first as the number is written, then in its other spellings.
func (p *contactPlan) find(row contactRow) (at int, number string, fault string) {
	found := map[int]string{}
	for _, by := range []map[string]int{p.exact, p.alike} {
		for _, n := range row.numbers {
			if i, ok := by[n]; ok {
				found[i] = n
			}
		}
		if len(found) > 0 {
			break
		}
	}
	_, several := found[severalAlike]
	switch {
	case several:
		return -1, "", "several contacts have a number like this; write it as frontdesk contacts shows it"
	case len(found) == 1:
		for i, n := range found {
			return i, n, ""
		}
	case len(found) > 1, len(row.numbers) > 1:
		var spelled []string
		for _, n := range row.numbers {
			spelled = append(spelled, inbox.FormatNumber(n))
		}
		return -1, "", "the number can be " + strings.Join(spelled, " or ") + "; write it with its country code and a +"
	case len(row.numbers) == 1:
		return -1, row.numbers[0], ""
	}
	if i, ok := p.exact[row.user]; ok {
		return i, "", ""
	}
	return -1, "", "nobody with this user id has written yet"
}

// line says what comes of one line, and takes it as done for the lines after it.
func (p *contactPlan) line(row contactRow) plannedLine {
	l := plannedLine{Line: row.line, Name: row.name, Number: inbox.Clean(row.written)}
	if row.fault != "" {
		l.Is, l.Why = lineFault, row.fault
		return l
	}
	at, number, fault := p.find(row)
	if fault != "" {
		l.Is, l.Why = lineFault, fault
		return l
	}
	if number != "" {
		l.Number = "+" + number
	}
	if at < 0 {
		at = p.add(inbox.Contact{WaID: number})
		l.Is = lineNew
	}
	have := &p.known[at]
	l.Contact = have.ID
	set := map[string]string{}
	differ := func(what, here, file string) bool { // whether to take what the file says
		switch {
		case file == "" || here == file:
			return false
		case here == "":
			return true
		}
		if l.Differs == nil {
			l.Differs = map[string]difference{}
		}
		l.Differs[what] = difference{here, file}
		return p.rule == replaceHere
	}
	name := strings.Join(strings.Fields(row.name), " ")
	named := name != have.Name && differ("name", have.Names.Local, name)
	for _, field := range slices.Sorted(maps.Keys(row.fields)) {
		if value := strings.Join(strings.Fields(row.fields[field]), " "); differ(field, have.Fields[field], value) {
			set[field] = value
		}
	}
	if named || len(set) > 0 {
		l.edit = inbox.ContactEdit{ID: have.ID, Fields: set}
		if l.edit.ID == "" {
			l.edit.Number = "+" + number
		}
		if named {
			l.edit.Name = &name
			have.Name, have.Names.Local = name, name
		}
		have.Fields = maps.Clone(have.Fields)
		if have.Fields == nil {
			have.Fields = map[string]string{}
		}
		maps.Copy(have.Fields, set)
	}
	switch {
	case len(l.Differs) > 0:
		l.Is = lineConflict
	case l.Is == lineNew:
	case named || len(set) > 0:
		l.Is = lineAdds
	default:
		l.Is = lineSame
	}
	return l
}

// words is the line for a person.
func (l plannedLine) words() string {
	s := fmt.Sprintf("%-8s line %-4d %s", l.Is, l.Line, strings.TrimSpace(l.Name+"  "+l.Number))
	if l.Why != "" {
		s += ": " + l.Why
	}
	for _, what := range slices.Sorted(maps.Keys(l.Differs)) {
		s += fmt.Sprintf("\n         %s: %q here, %q in the file", what, l.Differs[what].Here, l.Differs[what].File)
	}
	return s
}
