package cli

import (
	"context"
	"strings"

	"frontdesk/cloudapi"
)

// credential is what the number is reached with: Meta's access token, or 360dialog's key. Both have the same place in the
// configuration.
type credential struct {
	name, short string
	where       string // it is found
	judge       func(*wizard, context.Context) finding
}

// credentialStep takes what is there, and asks until one works.
func (w *wizard) credentialStep(ctx context.Context, c credential) error {
	value, err := w.given(keyToken, "token-file", w.flags.tokenFile)
	if err != nil {
		return err
	}
	for asked := false; ; asked = true {
		if value == "" {
			if w.flags.yes {
				return usage("there is no %s; give --token-file FILE", c.name)
			}
			if !asked {
				w.ask.say("%s What you type or paste is not shown.", c.where)
			}
			if value, err = w.ask.secret(ctx, strings.ToUpper(c.name[:1])+c.name[1:]+":"); err != nil {
				return err
			}
			if value == "" {
				continue
			}
			w.doc.set(keyToken+"_file", "") // what was there did not work
			w.stays[keyToken] = false
		}
		w.token = cloudapi.NewSecret(value)
		f := c.judge(w, ctx)
		w.tell(c.short, f)
		if f.State != broken {
			w.keep(keyToken, value)
			return nil
		}
		if w.flags.yes {
			return refusedInScript(f, "--token-file")
		}
		if ctx.Err() != nil {
			return errInterrupted
		}
		value = ""
	}
}

// speak makes the client anew, for the credential that was given last.
func (w *wizard) speak() (err error) {
	if w.client != nil {
		w.client.Close()
	}
	w.client, err = setupClient(w.config(), w.token)
	return err
}
