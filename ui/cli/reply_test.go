package cli

import (
	"strings"
	"testing"
)

// TestReplyFromStandardInput: what a Windows program wrote is text, too; what is no text goes to no customer.
func TestReplyFromStandardInput(t *testing.T) {
	for in, want := range map[string]string{"one\r\ntwo\r\n\r\n": "one\ntwo", "\ufeffनमस्ते\n": "नमस्ते", " a ": " a "} {
		if got, err := readText(strings.NewReader(in)); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := readText(strings.NewReader("caf\xe9")); err == nil || exitCode(err) != 2 || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("%v", err)
	}
	if _, err := readText(strings.NewReader(strings.Repeat("a", 64<<10+1))); err == nil || exitCode(err) != 2 {
		t.Errorf("cut short without a word: %v", err)
	}
}
