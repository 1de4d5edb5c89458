package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"frontdesk/inbox"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxContacts bounds a file of contacts, in bytes.
const maxContacts = 32 << 20

// contactRow is one line of a file of contacts.
type contactRow struct {
	line    int
	written string   // the number, as it stands there
	numbers []string // what it may mean
	user    string   // business-scoped user id, where there is no number
	name    string
	fields  map[string]string
	fault   string // why the line is of no use
}

// Columns are known by their heads, folded and with _ for what parts words: as frontdesk writes them, as address books
// of phones and mail programs do, and as people of five languages would.
var (
	numberHeads = []string{
		"number", "phone", "phone_number", "mobile", "mobile_phone", "cell", "whatsapp", "wa_id", "tel", "telephone", "phone_1_value", "primary_phone",
		"numero", "telefone", "celular", "fone", "telefono", "movil", "telefono_movil", "nomor", "no_hp", "nomor_hp", "hp", "telepon", "nomor_telepon",
		"नंबर", "फोन", "मोबाइल", "फोन_नंबर", "رقم", "هاتف", "رقم_الهاتف", "الهاتف", "جوال", "الجوال", "موبايل",
	}
	nameHeads = []string{
		"name", "full_name", "display_name", "contact", "contact_name", "nome", "nome_completo", "contato", "nombre", "nombre_completo", "contacto",
		"nama", "nama_lengkap", "kontak", "नाम", "पूरा_नाम", "اسم", "الاسم",
	}
	firstHeads = []string{"first_name", "given_name", "primeiro_nome", "nombre_de_pila", "nama_depan"}
	lastHeads  = []string{"last_name", "family_name", "surname", "sobrenome", "apellido", "apellidos", "nama_belakang"}
	userHeads  = []string{"user_id"}
	fieldHeads = map[string][]string{
		inbox.FieldLastVisit: {"last_visit", "ultima_visita", "kunjungan_terakhir", "आखिरी_मुलाकात", "اخر_زيارة"},
		inbox.FieldOrder:     {"order", "last_order", "pedido", "ultimo_pedido", "pesanan", "ऑर्डर", "طلب", "الطلب"},
		inbox.FieldLanguage:  {"language", "idioma", "lingua", "bahasa", "भाषा", "لغة", "اللغة"},
		inbox.FieldBirthday:  {"birthday", "aniversario", "nascimento", "data_de_nascimento", "cumpleanos", "ulang_tahun", "tanggal_lahir", "जन्मदिन", "عيد_الميلاد", "تاريخ_الميلاد"},
	}
)

// head spells the head of a column as the lists above do.
func head(s string) string {
	return strings.Join(strings.FieldsFunc(inbox.Fold(s), func(r rune) bool { return strings.ContainsRune(" _-./:()", r) }), "_")
}

func heads(list []string, h string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return head(x) == h })
}

// columns says where in a line what stands; -1 is nowhere.
type columns struct {
	number, name, first, last, user int
	fields                          map[int]string
}

func readHeads(file string, cells []string) (columns, error) {
	c := columns{-1, -1, -1, -1, -1, map[int]string{}}
	place := func(at *int, i int) {
		if *at < 0 {
			*at = i
		}
	}
	seen := map[string]bool{}
	for i, cell := range cells {
		h := head(cell)
		switch {
		case h == "":
		case heads(numberHeads, h):
			place(&c.number, i)
		case heads(nameHeads, h):
			place(&c.name, i)
		case heads(firstHeads, h):
			place(&c.first, i)
		case heads(lastHeads, h):
			place(&c.last, i)
		case heads(userHeads, h):
			place(&c.user, i)
		default:
			field := inbox.ContactField(strings.TrimSpace(cell))
			for usual, list := range fieldHeads {
				if heads(list, h) {
					field = usual
				}
			}
			if field == "" {
				return c, usage("%s: the column %q can be no field of a contact; rename it or take it out", file, inbox.Clean(cell))
			}
			if seen[field] {
				return c, usage("%s: two columns are called %s; rename one of them", file, field)
			}
			seen[field] = true
			c.fields[i] = field
		}
	}
	if c.number < 0 && c.user < 0 {
		return c, usage("%s: no column holds the numbers; call it number in the first line", file)
	}
	return c, nil
}

// parseContacts reads a file of contacts as spreadsheets write it: with commas, semicolons or tabs, in UTF-8 with a mark
// before it or without, in UTF-16, or in the code page of an older Windows. The first line names the columns.
func parseContacts(file string, raw []byte, country string) ([]contactRow, error) {
	raw, err := asUTF8(raw)
	if err != nil {
		return nil, usage("%s is no text; save it as CSV", file)
	}
	raw, comma := separator(raw)
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	first, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, usage("%s is empty; frontdesk contacts export shows how it looks", file)
	}
	if err != nil {
		return nil, usage("%s: %v", file, err)
	}
	cols, err := readHeads(file, first)
	if err != nil {
		return nil, err
	}
	var rows []contactRow
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, usage("%s: %v", file, err)
		}
		line, _ := r.FieldPos(0)
		if row, ok := cols.row(cells, country); ok {
			row.line = line
			rows = append(rows, row)
		}
	}
}

// row reads one line; ok is false for one in which nothing stands.
func (c columns) row(cells []string, country string) (row contactRow, ok bool) {
	at := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		s := bare(inbox.Clean(cells[i]))
		ok = ok || s != ""
		return s
	}
	row = contactRow{written: at(c.number), user: at(c.user), name: at(c.name), fields: map[string]string{}}
	if whole := strings.TrimSpace(at(c.first) + " " + at(c.last)); row.name == "" {
		row.name = whole
	}
	for i, field := range c.fields {
		if v := at(i); v != "" {
			row.fields[field] = v
		}
	}
	row.written, _, _ = strings.Cut(row.written, " ::: ") // several numbers in one cell, as an address book writes them
	row.numbers = inbox.ReadNumber(row.written, country)
	switch {
	case row.written == "" && row.user == "":
		row.fault = "no number"
	case row.written != "" && strings.Contains(strings.ToUpper(row.written), "E+"):
		row.fault = "the spreadsheet has cut the number short; format the column as text and save it again"
	case row.written != "" && len(row.numbers) == 0:
		row.fault = "this is no phone number"
	}
	return row, ok
}

// formula begins what a spreadsheet takes for something to compute, and so to carry out.
const formula = "=+-@\t\r"

// inert spells a value so that a spreadsheet takes it for text: what somebody wrote must do nothing when it is opened.
func inert(s string) string {
	if s != "" && strings.ContainsAny(s[:1], formula+"'") {
		return "'" + s
	}
	return s
}

// bare takes away what inert put there, and the ="…" by which people keep the digits of numbers.
func bare(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsAny(rest[:1], formula+"'") {
		return rest
	}
	if inner, ok := strings.CutPrefix(s, `="`); ok {
		if inner, ok = strings.CutSuffix(inner, `"`); ok {
			return inner
		}
	}
	return s
}

// separator finds what parts the cells, from the first line; a line "sep=;" before it says so itself.
func separator(raw []byte) ([]byte, rune) {
	line, rest, _ := bytes.Cut(raw, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if said, ok := bytes.CutPrefix(line, []byte("sep=")); ok && len(said) == 1 {
		return rest, rune(said[0])
	}
	best, most := ',', 0
	for _, sign := range ",;\t" {
		n, quoted := 0, false
		for _, c := range string(line) {
			if c == '"' {
				quoted = !quoted
			} else if c == sign && !quoted {
				n++
			}
		}
		if n > most {
			best, most = sign, n
		}
	}
	return raw, best
}

// asUTF8 reads text in the encodings that spreadsheets write.
func asUTF8(raw []byte) ([]byte, error) {
	var from encoding.Encoding = unicode.UTF8BOM
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case !utf8.Valid(raw):
		from = charmap.Windows1252
	}
	out, err := from.NewDecoder().Bytes(raw)
	if err == nil && bytes.IndexByte(out, 0) >= 0 {
		err = errors.New("it holds zero bytes")
	}
	return out, err
}

// formatContacts writes what parseContacts reads, the byte order mark before it that Excel wants, sorted by name.
func formatContacts(list []inbox.Contact, comma rune) ([]byte, error) {
	slices.SortFunc(list, func(a, b inbox.Contact) int {
		return compareAll(inbox.Fold(called(a)), inbox.Fold(called(b)), a.WaID, b.WaID, a.UserID, b.UserID)
	})
	var fields []string
	ids := false
	for _, c := range list {
		ids = ids || c.WaID == "" && c.UserID != ""
		for f := range c.Fields {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	usual := inbox.UsualFields()
	slices.SortFunc(fields, func(a, b string) int {
		return compareAll(fmt.Sprintf("%02d", place(usual, a)), fmt.Sprintf("%02d", place(usual, b)), a, b)
	})
	row := []string{"number", "name"}
	if ids {
		row = append(row, "user_id")
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = comma, true
	if err := w.Write(append(row, fields...)); err != nil {
		return nil, err
	}
	for _, c := range list {
		number := ""
		if c.WaID != "" {
			number = "+" + c.WaID
		}
		row := []string{inert(number), inert(called(c))}
		if ids && c.WaID == "" {
			row = append(row, inert(c.UserID))
		} else if ids {
			row = append(row, "")
		}
		for _, f := range fields {
			row = append(row, inert(c.Fields[f]))
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// called is the name of a contact, "" for one who is shown by a number or an id for want of one.
func called(c inbox.Contact) string {
	if c.Names == (inbox.Names{}) && c.Username == "" {
		return ""
	}
	return c.Name
}

func place(list []string, s string) int {
	if i := slices.Index(list, s); i >= 0 {
		return i
	}
	return len(list)
}

// compareAll compares pairs of texts, each only when those before it are equal.
func compareAll(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}
