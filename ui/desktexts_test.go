package ui

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
)

// allCodes are the keys of every code that a failure may have: those of cloudapi's table, its own below zero, and
// "other" for the rest.
func allCodes(t *testing.T) []string {
	t.Helper()
	f, err := os.Open("../cloudapi/error-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"other"}
	for _, r := range rows[1:] {
		key := r[0]
		if r[1] != "" {
			key += "/" + r[1]
		}
		keys = append(keys, key)
	}
	src, err := os.ReadFile("../cloudapi/codes.go")
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`(?m)^\tCode\w+\s+= (-\d+)`).FindAllSubmatch(src, -1)
	if len(own) < 4 || len(keys) < 140 {
		t.Fatalf("only %d codes of our own, %d of WhatsApp's", len(own), len(keys))
	}
	for _, m := range own {
		keys = append(keys, string(m[1]))
	}
	slices.Sort(keys)
	return keys
}

// TestReasonsInEveryLanguage: whatever the code, every language says what happened and what to do next.
func TestReasonsInEveryLanguage(t *testing.T) {
	want := allCodes(t)
	for _, l := range languages[1:] {
		r, err := deskTextsIn("reasons", l.tag)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := slices.Sorted(maps.Keys(r)); !slices.Equal(got, want) {
			t.Errorf("languages/reasons/%s.yaml has the codes %s, want %s", l.tag, got, want)
		}
		for key, text := range r {
			title, hint := text[0], text[1]
			if title == "" || strings.HasSuffix(title, ".") || !strings.HasSuffix(hint, ".") && !strings.HasSuffix(hint, "।") {
				t.Errorf("%s, %s: a title and a sentence, please: %q, %q", l.tag, key, title, hint)
			}
			values := ""
			if key == "other" {
				values = "{code}"
			}
			if got := found(placeholder, title+hint); got != values {
				t.Errorf("%s, %s: the values are %q, want %q", l.tag, key, got, values)
			}
		}
	}
}

// TestReasonsAreFound looks codes up as the table of cloudapi does.
func TestReasonsAreFound(t *testing.T) {
	pt := wordsIn(languageOf("pt-BR"))
	for code, want := range map[int]string{131026: "mensagem não entregue", 131047: "janela de atendimento fechada", 200: "falta permissão",
		250: "permissão ausente ou removida", -2: "o WhatsApp não respondeu", 987654: "erro 987654 do WhatsApp"} {
		if title, hint := pt.reason(&inbox.Reason{Code: code, Title: "Title", Hint: "Hint."}); title != want || hint == "Hint." {
			t.Errorf("%d is %q, %q, want %q", code, title, hint, want)
		}
	}
	if title, _, _ := pt.reasons.find(190, 463); title != "o token venceu" {
		t.Errorf("a subcode is %q", title)
	}
	own := &inbox.Reason{Title: "Parameter missing", Hint: "Complete it."}
	for _, w := range []*words{&english, pt} {
		if title, hint := w.reason(own); title != own.Title || hint != own.Hint {
			t.Errorf("%s: a failure without a code is %q, %q", w.lang.tag, title, hint)
		}
	}
	if title, hint := english.reason(&inbox.Reason{Code: 131026, Title: "Title", Hint: "Hint."}); title != "Title" || hint != "Hint." {
		t.Errorf("English is %q, %q", title, hint)
	}
}

// TestDeskSpeaksEveryLanguage: whatever a Desk refuses or tells, every language has words for it, with the same values.
func TestDeskSpeaksEveryLanguage(t *testing.T) {
	want := inbox.Refusals()
	maps.Copy(want, inbox.Tidings())
	for _, l := range languages[1:] {
		have, err := deskTextsIn("desk", l.tag)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, all := slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, all) {
			t.Errorf("languages/desk/%s.yaml has\n%s\nwant\n%s", l.tag, got, all)
		}
		for key, own := range have {
			for i, english := range []string{want[key].Text, want[key].Next} {
				if (own[i] == "") != (english == "") || found(placeholder, own[i]) != found(placeholder, english) ||
					found(commands, own[i]) != found(commands, english) || strings.HasSuffix(own[i], ".") {
					t.Errorf("%s, %s: %q, in English %q", l.tag, key, own[i], english)
				}
			}
		}
	}
}

// commands are what people type, the same in every language.
var commands = regexp.MustCompile(`frontdesk (serve|doctor|threads|template list|check( --rebuild)?)|--readonly|account\.[a-z_]+|pt_BR|\+91 98200 12345`)

// TestDeskIsUnderstood: errors and notices are said in the language of the screen, in English where it has no words.
func TestDeskIsUnderstood(t *testing.T) {
	pt := wordsIn(languageOf("pt-BR"))
	hold := inbox.Tell("hold", "hold-auth")
	for _, c := range []struct{ got, want string }{
		{pt.problem(inbox.Refusal("no-thread-called", "name", "{n} Ann")), "nenhuma conversa se chama {n} Ann; frontdesk threads mostra todas"},
		{pt.problem(inbox.Refusal("note-empty")), "a anotação está vazia"},
		{pt.problem(inbox.Refusal("no-recall", "status", "read")), "a mensagem está como \"lida\" e não pode ser cancelada; só o celular pode apagá-la"},
		{pt.problem(inbox.Refusal("unfetched", "why", "Token expired", "next", "renew it", "code", "190", "subcode", "463")),
			"os modelos não foram buscados: o token venceu. O token de acesso venceu. Um administrador precisa renovar o token."},
		{pt.problem(inbox.Refusal("unfetched", "why", "WhatsApp cannot be reached (timeout)", "next", "check", "code", "-1", "detail", "timeout")),
			"os modelos não foram buscados: sem conexão com o WhatsApp (timeout). Nada foi enviado. Verifique a rede; a tentativa se repete sozinha."},
		{pt.problem(inbox.Refusal("unfetched", "why", "the id is not known", "next", "set account.waba_id")), "os modelos não foram buscados: the id is not known; set account.waba_id"},
		{pt.problem(&inbox.Error{Kind: inbox.Invalid, Text: "a command needs an id"}), "a command needs an id"},
		{pt.problem(&inbox.Error{Kind: inbox.Invalid, Key: "of-a-newer-owner", Text: "what is new", Next: "go on"}), "what is new; go on"},
		{pt.notice(hold), pt.desk["hold-auth"][0] + "; " + pt.desk["hold-auth"][1]},
		{pt.notice(inbox.Notice{Kind: "account", Text: "WhatsApp restricted the account"}), "WhatsApp restricted the account"},
		{english.notice(hold), hold.Text + "; " + hold.Next},
		{english.problem(inbox.Refusal("role", "role", "viewer")), "your role (viewer) may not do that; ask a lead"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestFailuresAreNeverBare: a failed message says in every language what happened and what to do, whatever is known.
func TestFailuresAreNeverBare(t *testing.T) {
	for _, l := range languages {
		w := wordsIn(l)
		for _, r := range []*inbox.Reason{nil, {}, {Code: 7}, {Code: 131026}, {Code: 131026, Title: "Message undeliverable", Hint: "Try another way."}} {
			title, hint := w.failure(r)
			if title == "" || hint == "" || regexp.MustCompile(`^[\d\s#():]*$`).MatchString(title) {
				t.Errorf("%s: %+v is %q, %q", l.tag, r, title, hint)
			}
			if p := placeholder.FindString(title + hint); p != "" {
				t.Errorf("%s: %+v leaves %s open: %s", l.tag, r, p, fmt.Sprint(title, hint))
			}
		}
	}
}
