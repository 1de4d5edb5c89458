package inbox

import (
	"errors"
	"testing"
)

func TestStaleTemplatesSayWhyOnce(t *testing.T) {
	refused := Refusal("unfetched", "why", "WhatsApp cannot be reached", "next", "check the network", "code", "-1")
	for _, c := range []struct {
		err        error
		text, code string
	}{
		{refused, "the list of templates could not be fetched: WhatsApp cannot be reached", "-1"},
		{errors.New("the disk is full"), "the list of templates could not be fetched: the disk is full", ""},
	} {
		if n := staleTemplates(c.err); n.Text != c.text || n.With["code"] != c.code {
			t.Errorf("%q with code %q", n.Text, n.With["code"])
		}
	}
}
