package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is the release; a build from a checkout says which commit it is.
const version = "0.1.0"

func (a *app) versionCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version string `json:"version"`
				Commit  string `json:"commit,omitempty"`
				Go      string `json:"go"`
			}{version, commit(), runtime.Version()}
			if a.asJSON {
				return a.printJSON(v)
			}
			_, err := fmt.Fprintln(a.out, "frontdesk", versionWords())
			return err
		},
	})
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

// versionWords are the release, the commit and the Go release, for people.
func versionWords() string {
	return strings.Join([]string{version, cmp.Or(commit(), "-"), runtime.Version()}, " ")
}
