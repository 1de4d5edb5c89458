package cli

import (
	"io"
	"strings"
	"testing"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// The checks of the screen, on the built program in a terminal. What they see is what a person would; what they wait for
// is on the screen, in the store or at the practice WhatsApp.

// newDesk starts an owner without a screen, connected to a practice WhatsApp.
func newDesk(t *testing.T) (*sandbox.Sandbox, *shop) {
	t.Helper()
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	return sb, s
}

// seat is one person's terminal on the shop.
func (s *shop) seat(t *testing.T, w, h int, name string, more ...string) *tmux {
	t.Helper()
	env := append([]string{"FRONTDESK_AGENT_NAME=" + name, "HOME=" + s.dir}, more...)
	return inTmux(t, w, h, strings.Join(env, " ")+" "+builtBinary(t)+" --config "+s.config)
}

// has waits until a contact's thread has so many messages in the running owner.
func (s *shop) has(t *testing.T, name string, messages int) {
	t.Helper()
	desk, err := attach.Dial(t.Context(), attach.SocketPath(s.dir), attach.Options{Agent: "observer"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	var thread inbox.Thread
	eventually(t, "all messages of "+name+" are there", func() bool {
		thread, err = desk.Thread(t.Context(), name)
		return err == nil && thread.Messages == messages
	})
}
