package inbox

import (
	"encoding/base64"
	"strings"
	"testing"
)

// The vectors of merge-rules 12.
func TestMessageKey(t *testing.T) {
	for _, v := range []struct{ name, wamid, key string }{
		{"customer's", "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", "L|in|3AADF8441347E8571C10"},
		{"without padding", "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA", "L|in|3AADF8441347E8571C10"},
		{"ours, by the customer's phone", "wamid.HBgLMTUwMTU1NTAxMjMVAgARGBI1RjQ2OTMzRDU4Q0FCNTM5NDYA", "L|out|5F46933D58CAB53946"},
		{"ours, by our own number", "wamid.HBgLMTU1NTA3ODM4ODEVAgARGBI1RjQ2OTMzRDU4Q0FCNTM5NDYA", "L|out|5F46933D58CAB53946"},
		{"ours, by the customer's user id", "wamid.HBgTVVMuMTM0OTEyMDg2NTUzMDI3NBUCABEYEjVGNDY5MzNENThDQUI1Mzk0NgA=", "L|out|5F46933D58CAB53946"},
		{"no base64", "wamid.not base64!", "L|raw|wamid.not base64!"},
		{"empty", "", "L|raw|"},
		{"only the word", "wamid.", "L|raw|wamid."},
		{"no word", "HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", "L|raw|HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA="},
		{"4 kB of A", "wamid." + strings.Repeat("A", 4096), "L|raw|wamid." + strings.Repeat("A", 4096)},
		{"truncated", "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0", "L|raw|wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0"},
	} {
		t.Run(v.name, func(t *testing.T) {
			if got := MessageKey("L", v.wamid); got != v.key {
				t.Errorf("got %q, want %q", got, v.key)
			}
		})
	}
}

// testWAMID spells an id as WhatsApp does.
func testWAMID(remote string, side Side, id string) string {
	d := byte(0x11)
	if side == In {
		d = 0x12
	}
	b := append([]byte{0x1c, 0x18, byte(len(remote))}, remote...)
	b = append(b, 0x15, 0x02, 0x00, d, 0x18, byte(len(id)))
	b = append(append(b, id...), 0)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}

func FuzzMessageKey(f *testing.F) {
	f.Add("wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", "15550100001", "5F46933D58CAB53946")
	f.Add("wamid.", "", "")
	f.Add("", "US.1349120865530274", "3AADF8441347E8571C10")
	f.Fuzz(func(t *testing.T, any, remote, id string) {
		key := MessageKey("L", any)
		if raw, ok := strings.CutPrefix(key, "L|raw|"); ok && raw != any {
			t.Errorf("the raw key of %q is %q", any, key)
		}
		if len(remote) > 100 {
			return
		}
		printable := len(id) >= 16 && len(id) <= 64
		for _, c := range []byte(id) {
			printable = printable && c >= ' ' && c <= '~'
		}
		if want := "L|in|" + id; printable && MessageKey("L", testWAMID(remote, In, id)) != want {
			t.Errorf("remote %q id %q: got %q", remote, id, MessageKey("L", testWAMID(remote, In, id)))
		}
	})
}
