package cli

import (
	"fmt"
	"strings"
)

// exampleConfig writes config.example.yaml from the key table. A test holds the file in the repository to it.
func exampleConfig() string {
	var b strings.Builder
	b.WriteString(`# Every key of frontdesk's configuration, with its default and what it means. Copy it to
# $XDG_CONFIG_HOME/frontdesk/config.yaml (usually ~/.config/frontdesk/config.yaml), chmod 600, and fill in the five
# keys that have no default: phone_number_id, waba_id, access_token, app_secret, verify_token. Every key can also come
# from the environment: FRONTDESK_ and the key in capitals, with _ for the dots.
`)
	var open []string
	for _, k := range keys {
		parts := strings.Split(k.name, ".")
		for i, section := range parts[:len(parts)-1] {
			if i < len(open) && open[i] == section {
				continue
			}
			open = open[:i]
			if i == 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", i), section)
			open = append(open, section)
		}
		open = open[:len(parts)-1]
		indent := strings.Repeat("  ", len(parts)-1)
		if len(parts) == 1 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s# %s\n", indent, k.help)
		leaf := parts[len(parts)-1]
		if k.def == "" {
			fmt.Fprintf(&b, "%s# %s:\n", indent, leaf)
		} else {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, leaf, k.def)
		}
	}
	return b.String()
}
