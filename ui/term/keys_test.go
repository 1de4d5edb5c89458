package term

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

// typed is what keys makes of the given reads, as one word per message.
func typed(reads ...string) string { return strings.Join(words(reads...), " ") }

func words(reads ...string) []string {
	var all []string
	k := &keys{send: func(msg tea.Msg) { all = append(all, word(msg)) }}
	for _, r := range reads {
		k.feed([]byte(r))
	}
	k.idle()
	return all
}

func word(msg tea.Msg) string {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if s := msg.String(); s != " " {
			return s
		}
		return "space"
	case ClickMsg:
		return fmt.Sprintf("click@%d,%d", msg.X, msg.Y)
	case WheelMsg:
		return fmt.Sprintf("wheel%+d@%d,%d", msg.N, msg.X, msg.Y)
	default:
		return fmt.Sprintf("%T%v", msg, msg)
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a", "a"}, {"नमस्ते", "नमस्ते"}, {"a b", "a space b"},
		{"\r", "enter"}, {"\n", "ctrl+j"}, {"\t", "tab"}, {"\x7f", "backspace"}, {"\x08", "ctrl+h"},
		{"\x03", "ctrl+c"}, {"\x00", "ctrl+@"}, {"\x1b", "esc"}, {"\x1b\x1b", "esc esc"},
		{"\x1ba", "alt+a"}, {"\x1bé", "alt+é"}, {"\x1b\r", "alt+enter"}, {"\x1b\x7f", "alt+backspace"},
		{"\x1b[", "alt+["}, {"\x1b]", "alt+]"}, {"\x1bO", "alt+O"}, {"\x1bP", "alt+P"}, {"\x1b]x", "alt+] x"},
		{"\x1b[A", "up"}, {"\x1bOA", "up"}, {"\x1b[1;5C", "ctrl+right"}, {"\x1b[1;3A", "alt+up"}, {"\x1b\x1b[B", "alt+down"},
		{"\x1b[1;2R", "f3"}, {"\x1b[1;6D", "ctrl+shift+left"}, {"\x1b[Z", "shift+tab"}, {"\x1bOM", "enter"},
		{"\x1b[5~", "pgup"}, {"\x1b[6;5~", "ctrl+pgdown"}, {"\x1b[3~", "delete"}, {"\x1b[15~", "f5"}, {"\x1b[24~", "f12"}, {"\x1b[[B", "f2"},
		{"\x1b[a", "shift+up"}, {"\x1b[5^", "ctrl+pgup"},

		// kitty
		{"\x1b[13u", "enter"}, {"\x1b[13;2u", "alt+enter"}, {"\x1b[13;5u", "alt+enter"}, {"\x1b[13;3u", "alt+enter"}, {"\x1b[13;65u", "enter"},
		{"\x1b[27u", "esc"}, {"\x1b[27ui", "esc i"}, {"\x1b[97;5u", "ctrl+a"}, {"\x1b[97;3u", "alt+a"}, {"\x1b[97;4u", "alt+A"}, {"\x1b[97:65;2u", "A"},
		{"\x1b[9;2u", "shift+tab"}, {"\x1b[127;5u", "ctrl+w"}, {"\x1b[127;3u", "alt+backspace"}, {"\x1b[32;2u", "space"}, {"\x1b[32;5u", "ctrl+@"},
		{"\x1b[57414u", "enter"}, {"\x1b[57414;2u", "alt+enter"}, {"\x1b[57400u", "1"}, {"\x1b[57419u", "up"}, {"\x1b[57441u", ""}, {"\x1b[97;9u", ""},
		{"\x1b[13~", "f3"}, {"\x1b[47;5u", "ctrl+_"},
		// other layouts: with ctrl and alt by the key's base code, else by where it lies; alone a letter stays one
		{"\x1b[1089::99;5u", "ctrl+c"}, {"\x1b[1089;5u", "ctrl+c"}, {"\x1b[1083::107;3u", "alt+k"}, {"\x1b[1083:1051:107;4u", "alt+K"}, {"\x1b[27;5;1082~", "ctrl+r"},
		{"\x1b[1093::104;1u", "х"}, {"к", "к"}, {"\x1b[233::50;5u", "2"}, {"\x1b[252;3u", "alt+ü"}, {"\x1b[97::;5u", "ctrl+a"},
		// modifyOtherKeys
		{"\x1b[27;2;13~", "alt+enter"}, {"\x1b[27;5;13~", "alt+enter"}, {"\x1b[27;5;97~", "ctrl+a"}, {"\x1b[27;2;65~", "A"}, {"\x1b[27;5;9~", "tab"},

		// focus, also with company
		{"\x1b[I", "tea.FocusMsg{}"}, {"a\x1b[Ob", "a tea.BlurMsg{} b"},
		// paste: nothing in it is a key
		{"\x1b[200~one\rtwo\x1b[Ax\x1b[201~!", "[one\rtwo\x1b[Ax] !"},
		// mouse
		{"\x1b[<0;5;3M", "click@4,2"}, {"\x1b[<0;5;3M\x1b[<0;5;3m", "click@4,2"}, {"\x1b[<64;1;1M", "wheel-1@0,0"}, {"\x1b[<32;5;3M", ""}, {"\x1b[<0;5M", ""},
		{"\x1b[<2;5;3M", ""}, {"\x1b[<4;5;3M", ""}, {"\x1b[<128;5;3M", ""}, {"\x1b[<0;0;1M", ""},
		{"\x1b[<65;1;1M\x1b[<65;1;2M\x1b[<65;1;3M", "wheel+3@0,2"}, {"\x1b[<65;1;1M\x1b[<64;1;1M\x1b[<64;1;1Mj", "wheel+1@0,0 wheel-2@0,0 j"},
		{"\x1b[<65;1;1M\x1b[<0;4;4M\x1b[<65;1;1M", "wheel+1@0,0 click@3,3 wheel+1@0,0"},

		// answers are no keys
		{"\x1b[2;2R", ""}, {"x\x1b[24;80Ry", "x y"}, {"\x1b[?62;22c", ""}, {"\x1b[>1;10;0c", ""}, {"\x1b[?2026;2$y", ""}, {"\x1b[?1u", ""}, {"\x1b[0n", ""}, {"\x1b[8;24;80t", ""},
		{"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "term.BackgroundMsg{false}"}, {"\x1b]11;rgb:1d1d/1f1f/2121\x07a", "term.BackgroundMsg{true} a"}, {"\x1b]11;#fff\x07", "term.BackgroundMsg{false}"},
		{"\x1b]11;nonsense\x07", ""}, {"\x1b]10;rgb:0/0/0\x07", ""}, {"\x1bP>|xterm(390)\x1b\\q", "term.versionMsgxterm(390) q"}, {"\x1bP1$r0m\x1b\\q", "q"}, {"\x1b_Gi=1;OK\x1b\\q", "q"},
		// no character
		{"a\xffb", "ab"}, {"\xff", ""},
	} {
		want := strings.ReplaceAll(c.want, "{false}", "{false}")
		if got := typed(c.in); got != want {
			t.Errorf("%q: %q, want %q", c.in, got, want)
		}
	}
}

const everything = "one \x1b[1;5Aनमस्ते\x1b[13;2u\x1b[27;5;97~ 👍🏽\x1b[200~p\x1b[31m👨‍👩‍👧 \x1b[201\x1b[201~\x1b\x1b[B\x1bé\x1b]11;rgb:0/0/0\x1b\\" +
	"\x1b[I\x1b[2;3R\x1bOPz\x1bP>|t\x1b\\\x1b[<64;1;1M\x1b[[Ce\x1b[O"

// Text is told apart from keys by where reads end; run it together again.
func joined(all []string) string {
	var b strings.Builder
	for _, w := range all {
		b.WriteString(w)
	}
	return b.String()
}

func TestKeysDoNotDependOnReads(t *testing.T) {
	want := joined(words(everything))
	for _, s := range []string{"ctrl+up", "alt+enter", "ctrl+a", "👍🏽", "[p\x1b[31m👨‍👩‍👧 \x1b[201]", "alt+down", "alt+é", "term.BackgroundMsg{true}", "tea.FocusMsg{}", "f1", "wheel-1", "f3", "tea.BlurMsg{}"} {
		if !strings.Contains(want, s) {
			t.Fatalf("no %q in %q", s, want)
		}
	}
	for i := range len(everything) {
		if got := joined(words(everything[:i], everything[i:])); got != want {
			t.Errorf("cut at %d (%q): %q, want %q", i, everything[i:], got, want)
		}
	}
	if got := joined(words(strings.Split(everything, "")...)); got != want {
		t.Errorf("a character at a time: %q", got)
	}
	var bytewise []string
	for i := range len(everything) {
		bytewise = append(bytewise, everything[i:i+1])
	}
	if got := joined(words(bytewise...)); got != want {
		t.Errorf("a byte at a time: %q", got)
	}
}

func TestLongPasteIsExact(t *testing.T) {
	text := strings.Repeat("नमस्ते 👨‍👩‍👧 ok\n", 400)
	stream := "\x1b[200~" + text + "\x1b[201~"
	rapid.Check(t, func(t *rapid.T) {
		var got tea.KeyMsg
		k := &keys{send: func(msg tea.Msg) { got = msg.(tea.KeyMsg) }}
		for rest := stream; rest != ""; {
			n := min(len(rest), rapid.IntRange(1, 4096).Draw(t, "read"))
			k.feed([]byte(rest[:n]))
			rest = rest[n:]
		}
		if !got.Paste || string(got.Runes) != text {
			t.Fatalf("%d runes arrived", len(got.Runes))
		}
	})
}

// Nothing of an answer becomes a key, and nothing that is typed is lost after
// it, even after rubbish.
func FuzzKeys(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("\x1b]11;rgb:\r"))
	f.Add([]byte("\x1b[200~never ends"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var last tea.Msg
		k := &keys{send: func(msg tea.Msg) { last = msg }}
		k.feed(in)
		k.idle()
		k.feed([]byte(pasteEnd + "\x1b\\\x07")) // end what may be open
		k.feed([]byte("\rq"))
		if key, ok := last.(tea.KeyMsg); !ok || string(key.Runes) != "q" {
			t.Fatalf("after %q comes %v", in, last)
		}
		if len(k.held) > longest {
			t.Fatalf("%d bytes are held", len(k.held))
		}
	})
}

// What Bubble Tea itself makes of a legacy key is what we make of it.
func TestKeysAreBubbleTeas(t *testing.T) {
	ins := []string{"a", "é", " ", "\r", "\t", "\x7f", "\x01", "\x1a", "\x1c", "\x1f", "\x00", "\x1ba", "\x1b\r", "\x1b ", "\x1b\x7f", "\x1b\x01",
		"\x1b[Z", "\x1b[H", "\x1b[F", "\x1b[1~", "\x1b[4~", "\x1b[2~", "\x1b[3~", "\x1b[5~", "\x1b[6~", "\x1b[7~", "\x1b[8~",
		"\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[21~", "\x1b[23~", "\x1b[24~",
		"\x1b[25~", "\x1b[26~", "\x1b[28~", "\x1b[29~", "\x1b[31~", "\x1b[32~", "\x1b[33~", "\x1b[34~", "\x1b[5;3~", "\x1b[3;3~", "\x1b[5;5~"}
	for _, letter := range "ABCDHF" {
		for m := 2; m <= 8; m++ {
			ins = append(ins, fmt.Sprintf("\x1b[1;%d%c", m, letter))
		}
		ins = append(ins, "\x1b["+string(letter))
		if letter != 'H' && letter != 'F' { // home and end in application mode: Bubble Tea types H and F
			ins = append(ins, "\x1bO"+string(letter))
		}
	}
	for _, in := range ins {
		if got, want := typed(in), stock(t, in); got != want {
			t.Errorf("%q is %q, Bubble Tea makes it %q", in, got, want)
		}
	}
}

// stock lets Bubble Tea read in.
func stock(t *testing.T, in string) string {
	t.Helper()
	m := &listener{}
	p := tea.NewProgram(m, tea.WithInput(bytes.NewReader([]byte(in))), tea.WithOutput(&bytes.Buffer{}), tea.WithoutRenderer(), tea.WithoutSignalHandler(), tea.WithContext(context.Background()))
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return m.got
}

type listener struct{ got string }

func (l *listener) Init() tea.Cmd { return nil }
func (l *listener) View() string  { return "" }
func (l *listener) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		l.got = word(key)
		return l, tea.Quit
	}
	return l, nil
}
