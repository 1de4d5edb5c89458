package inbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Contact is somebody the number knows: who wrote, or who is in the phone's address book. Most have a thread; its id is
// the contact's in either case.
type Contact struct {
	ID             ThreadID          `json:"id"`
	Name           string            `json:"name"`            // the first of Names that there is, else the number
	Names          Names             `json:"names,omitzero"`  // where the name comes from
	WaID           string            `json:"wa_id,omitempty"` // digits
	UserID         string            `json:"user_id,omitempty"`
	ParentUserID   string            `json:"parent_user_id,omitempty"`
	Username       string            `json:"username,omitempty"`
	Fields         map[string]string `json:"fields,omitempty"`
	Aliases        []Alias           `json:"aliases,omitempty"`
	Messages       int               `json:"messages,omitempty"` // 0: there is no thread
	LastActivityAt time.Time         `json:"last_activity_at,omitzero"`
}

// Names are what a contact is called, strongest first (merge-rules 5.3).
type Names struct {
	Local   string `json:"local,omitempty"` // by a colleague
	Book    string `json:"book,omitempty"`  // in the phone's address book
	Profile string `json:"profile,omitempty"`
}

// ContactQuery asks for contacts. Filter matches the words of names and the digits of numbers, in any spelling.
type ContactQuery struct {
	Filter  string `json:"filter,omitempty"`
	Unheard bool   `json:"unheard,omitempty"` // only those without a thread
	After   string `json:"after,omitempty"`   // a page's Next
	Limit   int    `json:"limit,omitempty"`   // default 50, at most 500
}

// ContactPage is a part of the contacts, in no order that means anything; Next is empty at their end.
type ContactPage struct {
	Contacts []Contact `json:"contacts"`
	Next     string    `json:"next,omitempty"`
}

// The fields of a contact that have a name of their own; people may add others.
const (
	FieldLastVisit = "last_visit"
	FieldOrder     = "order"
	FieldLanguage  = "language"
	FieldBirthday  = "birthday"
)

// UsualFields lists them.
func UsualFields() []string {
	return []string{FieldLastVisit, FieldOrder, FieldLanguage, FieldBirthday}
}

// How much is kept of a contact.
const (
	fieldsMost     = 40  // fields of one contact
	fieldNameMost  = 40  // characters
	fieldValueMost = 500 // characters
	nameMost       = 120 // characters of a local name
	editsMost      = 500 // contacts in one command
)

// ContactField spells the name of a field as it is kept: folded case, words parted by _. It answers "" for what can be none:
// it would not be found in a saved reply, or means something else there.
func ContactField(name string) string {
	name = strings.Join(strings.Fields(strings.ToLower(Clean(name))), "_")
	if found := fieldPattern.FindStringSubmatch("{{" + name + "}}"); found == nil || found[1] != name || utf8.RuneCountInString(name) > fieldNameMost {
		return ""
	}
	if slices.Contains(KnownFields(), name) {
		return ""
	}
	return name
}

// FieldLabel spells the name of a field for people.
func FieldLabel(field string) string { return strings.ReplaceAll(field, "_", " ") }

// ContactEdit changes what people keep of one contact: its local name, and fields by name. An empty value takes away. The
// contact is named by its id, or by a number as a person writes it, which may be new.
type ContactEdit struct {
	ID     ThreadID          `json:"id,omitempty"`
	Number string            `json:"number,omitempty"`
	Name   *string           `json:"name,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// EditContacts changes up to 500 contacts at once: all of them, or with an error none.
type EditContacts struct {
	Edits []ContactEdit `json:"edits"`
}

// Kind implements Command.
func (EditContacts) Kind() string { return "contacts" }

// fielding is what was last said of one field.
type fielding struct {
	Field string `cbor:"1,keyasint"`
	Mark  mark   `cbor:"2,keyasint"`
	Value string `cbor:"3,keyasint,omitempty"`
}

func (a *fielding) join(b fielding) bool {
	if b.Mark < a.Mark || b.Mark == a.Mark && b.Value <= a.Value {
		return false
	}
	*a = b
	return true
}

func liftFields(s Sighted, f FieldsSet) *person {
	p := &person{Last: s.Seq}
	for name, value := range f.Fields {
		p.Fields = append(p.Fields, fielding{name, markOf(s), value})
	}
	slices.SortFunc(p.Fields, compareFields)
	return p
}

func compareFields(a, b fielding) int { return strings.Compare(a.Field, b.Field) }

func (p *person) fields() map[string]string {
	var m map[string]string
	for _, f := range p.Fields {
		if f.Value != "" {
			if m == nil {
				m = map[string]string{}
			}
			m[f.Field] = f.Value
		}
	}
	return m
}

// called is where the names of a person come from.
func (p *person) called() Names {
	return Names{p.Names[LocalRegister].Value, p.Names[BookRegister].Value, p.Names[ProfileRegister].Value}
}

// Contacts gives a page of those who are known to a line.
func (r *Reader) Contacts(line LineID, q ContactQuery) (ContactPage, error) {
	page := ContactPage{Contacts: []Contact{}}
	prefix := append([]byte(line), 0)
	from, err := hex.DecodeString(q.After)
	if err != nil || len(from) > 0 && !bytes.HasPrefix(from, prefix) {
		return page, errPlace()
	}
	if len(from) > 0 {
		from = append(from, 0) // behind it
	} else {
		from = prefix
	}
	limit := limited(q.Limit)
	var last []byte
	scan(r.tx, foldedNames, prefix, from, func(k, v []byte) bool {
		if len(v) < 8 {
			r.check(damaged(foldedNames, errShort))
			return false
		}
		no := ThreadNo(binary.BigEndian.Uint64(v))
		if _, a := splitPersonKey(k); no == 0 || a == "" || !q.wants(a, v[8:]) {
			return true
		}
		view := r.view(no)
		defer delete(r.views, no) // there may be many
		if !r.leads(view, Alias(k[len(prefix):]), q) || q.Unheard && r.exists(no) {
			return r.err == nil
		}
		if len(page.Contacts) == limit {
			page.Next = hex.EncodeToString(last)
			return false
		}
		page.Contacts = append(page.Contacts, r.contact(view))
		last = bytes.Clone(k)
		return r.err == nil
	})
	return page, r.err
}

// wants reports whether an alias, or a name beside it, is what is looked for.
func (q ContactQuery) wants(a Alias, names []byte) bool {
	if q.Filter == "" {
		return true
	}
	if fold := Fold(strings.TrimSpace(q.Filter)); bytes.Contains(names, []byte(fold)) || strings.Contains(Fold(a.User()+a.Parent()), fold) {
		return true
	}
	return looksLikeNumber(q.Filter) && phoneHolds(a.Phone(), strings.TrimLeft(Digits(q.Filter), "0"))
}

// leads reports whether an alias is the first of a contact's that is looked for: each contact is given once.
func (r *Reader) leads(v *threadView, a Alias, q ContactQuery) bool {
	for _, m := range v.members {
		if m == a {
			return true
		}
		if names := r.tx.Get(foldedNames, personKey(v.line, m)); len(names) >= 8 && q.wants(m, names[8:]) {
			return false
		}
	}
	return false
}

func (r *Reader) contact(v *threadView) Contact {
	var t Thread
	r.identify(v, &t)
	p := &v.person
	c := Contact{
		ID: v.no.ID(), Name: displayName(p, v.members), WaID: t.WaID, UserID: t.UserID, ParentUserID: t.ParentUserID,
		Names: p.called(), Username: p.Names[UsernameRegister].Value, Fields: p.fields(), Messages: v.rows, LastActivityAt: unixTime(v.tail.Time),
	}
	if len(v.members) > 1 {
		c.Aliases = v.members
	}
	return c
}

// Contacts implements Desk.
func (d *deskOf) Contacts(ctx context.Context, q ContactQuery) (page ContactPage, err error) {
	err = d.read(ctx, func(r *Reader) error {
		page, err = r.Contacts(d.owner.c.Line, q)
		return err
	})
	return page, err
}

func (d *deskOf) editContacts(ctx context.Context, id string, c EditContacts) (Done, error) {
	if len(c.Edits) > editsMost {
		return Done{}, invalid("that are too many contacts for one command")
	}
	var facts []Fact
	err := d.owner.view(d.agent, func(r *Reader) error {
		for _, e := range c.Edits {
			more, err := d.editContact(r, e)
			if err != nil {
				return err
			}
			facts = append(facts, more...)
		}
		return nil
	})
	if err != nil || len(facts) == 0 {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, facts...)
}

// editContact makes of one edit the facts that say it.
func (d *deskOf) editContact(r *Reader, e ContactEdit) (facts []Fact, err error) {
	var peer Peer
	have := map[string]string{}
	no := ThreadNo(0)
	if e.ID != "" {
		no, peer, err = findPeer(r, e.ID)
	} else {
		no, peer, err = r.addressee(d.owner.c.Line, e.Number)
	}
	if err != nil {
		return nil, err
	}
	if p := r.person(peer.Line, peer.Alias); no == 0 && p != nil {
		no = p.Thread
	}
	if no != 0 {
		have = r.view(no).person.fields()
	}
	now := d.owner.clock.now()
	if e.Name != nil {
		name := strings.Join(strings.Fields(Clean(*e.Name)), " ")
		if utf8.RuneCountInString(name) > nameMost {
			return nil, Refusal("contact-name", "n", strconv.Itoa(nameMost))
		}
		facts = append(facts, Named{Peer: peer, Name: name, Agent: d.agent, At: now})
	}
	fields, count := map[string]string{}, len(have)
	for name, value := range e.Fields {
		field, value := ContactField(name), strings.Join(strings.Fields(Clean(value)), " ")
		switch {
		case field == "":
			return nil, Refusal("contact-field", "name", firstLine(Clean(name), fieldNameMost))
		case utf8.RuneCountInString(value) > fieldValueMost:
			return nil, Refusal("contact-value", "name", field, "n", strconv.Itoa(fieldValueMost))
		}
		if have[field] == "" && value != "" {
			count++
		}
		fields[field] = value
	}
	if count > fieldsMost {
		return nil, Refusal("contact-fields", "n", strconv.Itoa(fieldsMost))
	}
	if len(fields) > 0 {
		facts = append(facts, FieldsSet{Peer: peer, Fields: fields, Agent: d.agent, At: now})
	}
	return facts, nil
}
