package inbox

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestContactFieldNames(t *testing.T) {
	for name, want := range map[string]string{
		"order": "order", " Last  Visit ": "last_visit", "Mesa": "mesa", "जन्मदिन": "जन्मदिन", "table-2.b": "table-2.b",
		"": "", "name": "", "first name": "", "phone": "", "Agent": "", "a{{b}}": "", "x\ny": "x_y", strings.Repeat("x", 41): "",
	} {
		if got := ContactField(name); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
	th := Thread{Name: "Asha Rao", Fields: map[string]string{"last_visit": "Monday", "order": "42"}}
	got := FillFields("Order {{order}}, since {{last visit}} ({{Last_Visit}}), {{table}}", FieldValues(th, Info{}))
	if got != "Order 42, since Monday (Monday), {{table}}" {
		t.Error(got)
	}
}

func TestContactsThatAreKnown(t *testing.T) {
	set := func(a Alias, fields map[string]string) FieldsSet {
		return FieldsSet{Peer: Peer{testLine, a}, Fields: fields, Agent: "priya", At: clockAt(1)}
	}
	book := func(a Alias, name string) ContactSeen {
		return ContactSeen{Line: testLine, Peers: []Alias{a}, Register: BookRegister, Value: name, Time: at(1)}
	}
	all := func(s screen, q ContactQuery) (names []string) {
		s.Helper()
		q.Limit = 1
		for {
			page, err := s.Contacts(testLine, q)
			if err != nil || len(page.Contacts) > 1 {
				s.Fatalf("%v %v", page, err)
			}
			for _, c := range page.Contacts {
				names = append(names, c.Name)
			}
			if q.After = page.Next; q.After == "" {
				slices.Sort(names)
				return names
			}
		}
	}
	hello := from("p:551692318222", in(1), 2, "oi")
	for _, sc := range []scenario{
		{
			name: "A66 who is in the address book is known, and found, without a thread",
			facts: []Fact{hello, book("p:5516992318222", "Joana Prado"), book("p:447700900123", "Ben Ode"),
				LinkSeen{testLine, []Alias{"p:447700900123", "u:GB.1"}}},
			then: func(s screen) {
				for _, x := range []struct {
					q    ContactQuery
					want []string
				}{
					{ContactQuery{}, []string{"Ben Ode", "Joana Prado"}},
					{ContactQuery{Unheard: true}, []string{"Ben Ode"}},
					{ContactQuery{Filter: "joana"}, []string{"Joana Prado"}},
					{ContactQuery{Filter: "PRÁDO"}, []string{"Joana Prado"}},
					{ContactQuery{Filter: "16 9231-8222"}, []string{"Joana Prado"}},
					{ContactQuery{Filter: "99231 8222"}, []string{"Joana Prado"}},
					{ContactQuery{Filter: "gb.1"}, []string{"Ben Ode"}},
					{ContactQuery{Filter: "joana", Unheard: true}, nil},
				} {
					if got := all(s, x.q); !slices.Equal(got, x.want) {
						s.Errorf("%+v: %q, want %q", x.q, got, x.want)
					}
				}
				page, err := s.Threads(ThreadQuery{})
				if err != nil || len(page.Threads) != 1 {
					s.Errorf("threads %v %v", page, err)
				}
			},
		},
		{
			name: "of a field the latest counts, whichever of the customer's aliases it was said of",
			facts: []Fact{hello, set("p:551692318222", map[string]string{"order": "1", "table": "7"}), set("p:5516992318222", map[string]string{"order": "2"}),
				set("p:551692318222", map[string]string{"table": ""}), book("p:5516992318222", "Joana")},
			inOrder: true,
			then: func(s screen) {
				if got := s.thread("p:551692318222").Fields; !maps.Equal(got, map[string]string{"order": "2"}) {
					s.Errorf("fields %v", got)
				}
				want(s, "book name", s.thread("p:551692318222").Names.Book, "Joana")
			},
		},
	} {
		t.Run(sc.name, sc.run)
	}
}
