package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"frontdesk/inbox"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

func TestParseContacts(t *testing.T) {
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("number\tname\r\n+5516992318222\tJoão\r\n")
	latin, _ := charmap.Windows1252.NewEncoder().String("Telefone;Nome;Aniversário;Última visita\r\n(16) 99231-8222;João;1/5;12/11\r\n")
	for _, tt := range []struct {
		name, csv string
		want      []contactRow
	}{
		{"commas", "number,name,order\n+5516992318222,João,42\n", []contactRow{
			{2, "+5516992318222", []string{"5516992318222"}, "", "João", map[string]string{"order": "42"}, ""}}},
		{"as Excel writes it in Brazil", latin, []contactRow{
			{2, "(16) 99231-8222", []string{"5516992318222"}, "", "João", map[string]string{"birthday": "1/5", "last_visit": "12/11"}, ""}}},
		{"a mark, and a separator that is said", "\ufeffsep=;\nname;phone\nJoana, the elder;+55 16 99231 8222\n", []contactRow{
			{2, "+55 16 99231 8222", []string{"5516992318222"}, "", "Joana, the elder", map[string]string{}, ""}}},
		{"UTF-16 with tabs", utf16, []contactRow{{2, "+5516992318222", []string{"5516992318222"}, "", "João", map[string]string{}, ""}}},
		{"an address book", "First Name,Last Name,Phone 1 - Value\nAsha,Rao,+91 98200 12345 ::: +91 98200 12346\n", []contactRow{
			{2, "+91 98200 12345", []string{"919820012345"}, "", "Asha Rao", map[string]string{}, ""}}},
		{"quotes that keep digits, and ours", "number,name\n\"=\"\"5516992318222\"\"\",'=1+1\n", []contactRow{
			{2, "5516992318222", []string{"5516992318222"}, "", "=1+1", map[string]string{}, ""}}},
		{"an empty line is none, lines are counted", "number,name\n\n,\n+5516992318222,\"a\nb\"\n+5516992318223,x\n", []contactRow{
			{4, "+5516992318222", []string{"5516992318222"}, "", "a\nb", map[string]string{}, ""}, {6, "+5516992318223", []string{"5516992318223"}, "", "x", map[string]string{}, ""}}},
		{"what is of no use", "number,name\n5.51699E+12,cut\nnone,x\n,nobody\n", []contactRow{
			{2, "5.51699E+12", nil, "", "cut", map[string]string{}, "the spreadsheet has cut the number short; format the column as text and save it again"},
			{3, "none", nil, "", "x", map[string]string{}, "this is no phone number"}, {4, "", nil, "", "nobody", map[string]string{}, "no number"}}},
	} {
		rows, err := parseContacts("f.csv", []byte(tt.csv), "BR")
		if err != nil || !reflect.DeepEqual(rows, tt.want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", tt.name, err, rows, tt.want)
		}
	}
	for csv, want := range map[string]string{
		"":                          "f.csv is empty; frontdesk contacts export shows how it looks",
		"name,order\nx,1\n":         "f.csv: no column holds the numbers; call it number in the first line",
		"number,agent\n1,2\n":       `f.csv: the column "agent" can be no field of a contact; rename it or take it out`,
		"number,order,Pedido\n1,2":  "f.csv: two columns are called order; rename one of them",
		"number\x00\n":              "f.csv is no text; save it as CSV",
		"number,{{x}}\n+1 650 1,2 ": `f.csv: the column "{{x}}" can be no field of a contact; rename it or take it out`,
	} {
		if _, err := parseContacts("f.csv", []byte(csv), "BR"); err == nil || oneLine(err) != want {
			t.Errorf("%q: %v, want %s", csv, err, want)
		}
	}
}

func TestExportIsInert(t *testing.T) {
	raw, err := formatContacts([]inbox.Contact{{WaID: "5516992318222", Name: `=HYPERLINK("http://x")`, Names: inbox.Names{Profile: "x"}, Fields: map[string]string{"order": "@1", "table": "-2"}}}, ';')
	if want := "\ufeffnumber;name;order;table\r\n'+5516992318222;\"'=HYPERLINK(\"\"http://x\"\")\";'@1;'-2\r\n"; err != nil || string(raw) != want {
		t.Errorf("%q %v, want %q", raw, err, want)
	}
}

// What is exported is imported as the same, whatever it says; a plan that is carried out leaves nothing to do.
func TestContactsSurviveTheFile(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab;,\t'\"=+-@\r\n:éक्ष👩🏽 0")))
	rapid.Check(t, func(t *rapid.T) {
		var list []inbox.Contact
		clean := func(what string) string {
			return strings.Join(strings.Fields(inbox.Clean(text.Draw(t, what))), " ")
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "contacts") {
			c := inbox.Contact{ID: inbox.FirstSeen(inbox.Seq(i+1), 0).ID(), WaID: fmt.Sprint(5516992318222 + i), Name: clean("name"), Fields: map[string]string{}}
			c.Names.Local = c.Name
			for _, f := range []string{"order", "birthday", "table no"} {
				if v := clean(f); v != "" {
					c.Fields[inbox.ContactField(f)] = v
				}
			}
			list = append(list, c)
		}
		raw, err := formatContacts(list, rapid.SampledFrom([]rune(",;\t")).Draw(t, "comma"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := parseContacts("f.csv", raw, "")
		if err != nil || len(rows) != len(list) {
			t.Fatalf("%v in:\n%s", err, raw)
		}
		plan := newContactPlan(list, "")
		for _, row := range rows {
			if l := plan.line(row); l.Is != lineSame {
				t.Fatalf("%+v of:\n%s", l, raw)
			}
		}
		empty := newContactPlan(nil, "")
		for range 2 {
			for _, row := range rows {
				l := empty.line(row)
				if again := empty.line(row); l.Is == lineFault || again.Is != lineSame {
					t.Fatalf("%+v, then %+v", l, again)
				}
			}
		}
	})
}

func TestPlanOfAnImport(t *testing.T) {
	known := func() []inbox.Contact {
		return []inbox.Contact{
			{ID: "t_1", WaID: "551692318222", Name: "Joana", Names: inbox.Names{Book: "Joana"}, Fields: map[string]string{"order": "42"}},
			{ID: "t_2", WaID: "5491123456789", Name: "Luz", Names: inbox.Names{Local: "Luz"}},
			{ID: "t_3", UserID: "US.9", Name: "quiet", Username: "quiet"},
		}
	}
	for _, tt := range []struct {
		name, csv, rule string
		want            []string // is, whom it is about, what is saved
	}{
		{"found in either spelling", "number,name\n+55 16 99231-8222,Joana\n54 11 2345-6789,Luz\n", "", []string{"same t_1", "same t_2"}},
		{"what is not here is added", "number,name,table\n5516992318222,Joana Prado,7\n", "", []string{"adds t_1 name=Joana Prado table=7"}},
		{"a conflict, and no rule", "number,name,order,table\n5516992318222,Joana,43,7\n", "", []string{"conflict t_1 table=7"}},
		{"what is known stays", "number,name,order\n+5491123456789,Luz M.,1\n", keepHere, []string{"conflict t_2 order=1"}},
		{"the file is right", "number,name,order\n+5491123456789,Luz M.,1\n", replaceHere, []string{"conflict t_2 name=Luz M. order=1"}},
		{"an empty cell takes nothing away", "number,name,order\n5516992318222,,\n", replaceHere, []string{"same t_1"}},
		{"new, once", "number,name\n+1 650 555 1234,Ann\n16505551234,Ann\n16505551234,Anne\n", "", []string{"new +16505551234 name=Ann", "same +16505551234", "conflict +16505551234"}},
		{"by user id", "user_id,name\nUS.9,Quentin\nUS.8,Nobody\n", "", []string{"adds t_3 name=Quentin", "unusable"}},
		{"two numbers in one", "number,name\n6591234567,x\n", "", []string{"unusable"}},
	} {
		rows, err := parseContacts("f.csv", []byte(tt.csv), "IN")
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		plan := newContactPlan(known(), tt.rule)
		for i, row := range rows {
			l := plan.line(row)
			got := strings.TrimSpace(l.Is + " " + string(l.Contact))
			if l.Contact == "" && l.Is != lineFault {
				got += " " + l.Number
			}
			if l.edit.Name != nil {
				got += " name=" + *l.edit.Name
			}
			for _, f := range sortedFields(l.edit.Fields) {
				got += " " + f + "=" + l.edit.Fields[f]
			}
			if strings.ReplaceAll(got, "  ", " ") != tt.want[i] {
				t.Errorf("%s: line %d is %q, want %q (%+v)", tt.name, i, got, tt.want[i], l)
			}
		}
	}
}

// TestContacts keeps contacts by commands alone, with an owner and without one.
func TestContacts(t *testing.T) {
	_, s := newFarSide(t)
	owner := s.serve(t, io.Discard)
	expect := func(status int, out string, args ...string) string {
		t.Helper()
		stdout, stderr, got := s.output(t, append([]string{"contacts"}, args...)...)
		if got != status || out != "*" && stdout+stderr != out {
			t.Errorf("contacts %s: status %d, want %d\n%s%s\nwant %s", strings.Join(args, " "), got, status, stdout, stderr, out)
		}
		return stdout
	}
	list := func() map[string]inbox.Contact {
		t.Helper()
		all := map[string]inbox.Contact{}
		for line := range strings.Lines(expect(0, "*", "--json")) {
			var c inbox.Contact
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			all[c.WaID] = c
		}
		return all
	}
	if bare, named := expect(0, "*"), expect(0, "*", "list"); bare != named {
		t.Errorf("contacts list says\n%s\nand contacts alone\n%s", named, bare)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "contacts.csv")
	round := func(number string) {
		t.Helper()
		plain := inbox.Digits(number)
		expect(0, "", "set", number, "--name", "Joana Prado", "--field", "order=42", "--field", "Table no=7")
		c := list()[plain]
		if c.Name != "Joana Prado" || !maps.Equal(c.Fields, map[string]string{"order": "42", "table_no": "7"}) || c.Messages != 0 {
			t.Errorf("%+v", c)
		}
		expect(0, "", "set", "Joana Prado", "--field", "order=", "--field", "birthday=1 May")
		if c := list()[plain]; !maps.Equal(c.Fields, map[string]string{"birthday": "1 May", "table_no": "7"}) {
			t.Errorf("%+v", c)
		}
		if stdout, _, _ := s.output(t, "threads", "--json"); strings.Contains(stdout, plain) {
			t.Error("a contact made a thread")
		}
		expect(0, "", "export", file, "--force")
		expect(0, "", "set", number, "--name", "", "--field", "birthday=2 May", "--field", "table_no=")
		dry := fmt.Sprintf("conflict line 2    Joana Prado  %s\n         birthday: \"2 May\" here, \"1 May\" in the file\n0 new, 0 added to, 0 the same, 1 in conflict, 0 unusable; ", "+"+plain)
		expect(0, dry+"nothing was saved\n", "import", file, "--dry-run")
		expect(1, dry+"nothing was saved\nfrontdesk: 1 line says otherwise than what is known; --on-conflict keep or --on-conflict replace decides\n", "import", file)
		expect(0, dry+"1 contacts saved\n", "import", file, "--on-conflict", "replace")
		if c := list()[plain]; c.Name != "Joana Prado" || !maps.Equal(c.Fields, map[string]string{"birthday": "1 May", "table_no": "7"}) {
			t.Errorf("%+v", c)
		}
		if err := os.WriteFile(file, fmt.Appendf(nil, "number;name\r\n%s;Joana Prado\r\nnothing;x\r\n", number), 0o600); err != nil {
			t.Fatal(err)
		}
		expect(1, fmt.Sprintf("same     line 2    Joana Prado  +%s\nunusable line 3    x  nothing: this is no phone number\n"+
			"0 new, 0 added to, 1 the same, 0 in conflict, 1 unusable; 0 contacts saved\n"+
			"frontdesk: 1 line is unusable; correct the file and import it again, the other lines are saved\n", plain), "import", file)
		expect(0, "", "set", number, "--name", "", "--field", "birthday=", "--field", "table_no=")
	}
	round("+55 16 99231-8222")
	expect(2, "frontdesk: nothing to set; give --name NAME or --field NAME=VALUE\n", "set", "+55 16 99231-8222")
	expect(2, "frontdesk: --field: \"agent\" can be no field of a contact; use letters, digits and _, and none of first_name, name, phone, agent, business\n", "set", "x", "--field", "agent=1")
	expect(1, "frontdesk: no contact is called Nobody; frontdesk contacts lists them\n", "set", "Nobody", "--name", "x")
	expect(1, "frontdesk: no thread is called Nobody; frontdesk threads lists them\n", "join", "Nobody", "Nobody")
	s.stop(t, owner.Process)
	round("+55 16 99231-8222")
}
